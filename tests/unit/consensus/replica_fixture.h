// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "consensus/message/statement.h"
#include "consensus/message/verifier.h"
#include "consensus/replica/replica.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {

inline constexpr std::uint64_t kWallMs = 1'800'000'000'000;
/// Of cosignatures, unless a test says otherwise: late enough for every block.
inline constexpr std::uint64_t kStamp = kWallMs / 1000 + 60;

/// The signed header of a validator's view change.
inline ViewChangeHeader header_of(const Epoch& epoch, std::uint16_t voter, View view,
                                  PreparedPoint prepared = {}, CertifiedPoint checkpoint = {}) {
  TestAuthenticator signer(ReplicaIndex{voter});
  ViewChangeHeader header{view, checkpoint, prepared, ReplicaIndex{voter}, {}};
  header.signature = signer.sign(view_change_statement_bytes(epoch, header));
  return header;
}

/// A certificate of validators 0, 1 and 2 of four.
inline PreparedCertificate certificate_of(const Epoch& epoch, View view, const Proposal& proposal) {
  const TestAuthenticator hasher(ReplicaIndex{0});
  PreparedCertificate certificate{view, proposal.height, proposal_digest(proposal, hasher), {}};
  for (std::uint16_t voter = 0; voter < 3; ++voter) {
    certificate.prepares.push_back(
        SignedBy{ReplicaIndex{voter}, vote_of(epoch, Phase::kPrepare, view, proposal.height,
                                              certificate.digest, ReplicaIndex{voter})
                                          .signature});
  }
  return certificate;
}

/// A NewView of an epoch of four by validators 0, 2 and 3, of whom the last shows the certificate.
inline NewView new_view_of(const Epoch& epoch, View view,
                           const std::optional<PreparedCertificate>& certificate = {}) {
  PreparedPoint prepared;
  if (certificate) {
    prepared = PreparedPoint{certificate->view, certificate->height, certificate->digest};
  }
  NewView new_view{
      view,
      {header_of(epoch, 0, view), header_of(epoch, 2, view), header_of(epoch, 3, view, prepared)},
      certificate,
      std::nullopt,
      {}};
  TestAuthenticator primary(epoch.primary(view));
  new_view.signature = primary.sign(new_view_statement_bytes(epoch, new_view));
  return new_view;
}

/// One replica among four, driven step by step: validator 1 is the primary of view 0, validator 2
/// of view 1. What it persists is remembered as its journal.
class ReplicaFixture : public ::testing::Test {
 protected:
  explicit ReplicaFixture(ReplicaIndex self) : authenticator_(self) {
    config_.epoch = epoch_of(4);
    config_.self = self;
    ledger_.executed.time_ms = kWallMs - 60'000;
    ledger_.certified_block = ledger_.executed;
    ledger_.checkpoint = "genesis";
    ledger_.certified.checkpoint = "genesis";
  }

  /// A life of the replica, on what the journal holds by now.
  Replica make() {
    Replica replica(config_, ledger_, recover(journal_), authenticator_);
    remember(replica.start(now_));
    return replica;
  }
  Actions step(Replica& replica, Event event) {
    Actions actions = replica.step(now_, std::move(event));
    remember(actions);
    return actions;
  }
  Actions receive(Replica& replica, std::uint16_t from, Message message) {
    EXPECT_TRUE(verify_message(config_.epoch, authenticator_, message))
        << "the test must send what would pass";
    return step(replica, MessageReceived{ReplicaIndex{from}, std::move(message), kStamp});
  }
  Actions wait(Replica& replica, std::int64_t ms) {
    now_.monotonic = now_.monotonic.plus(Duration::milliseconds(ms));
    return step(replica, Tick{});
  }
  Proposal proposal(std::uint64_t height, const Digest& parent, std::uint8_t batch) const {
    return Proposal{Height{height}, parent, kWallMs + height, {digest_of(batch)}};
  }
  Digest digest(const Proposal& proposal) const {
    return proposal_digest(proposal, authenticator_);
  }
  PrePrepare pre_prepare(const Proposal& proposal, View view = {}) const {
    return pre_prepare_of(config_.epoch, view, proposal);
  }
  Vote vote(Phase phase, const Proposal& proposal, std::uint16_t voter, View view = {}) const {
    return vote_of(config_.epoch, phase, view, proposal.height, digest(proposal),
                   ReplicaIndex{voter});
  }
  Actions change(Replica& replica, std::uint16_t voter, View view) {
    return receive(replica, voter,
                   ViewChange{header_of(config_.epoch, voter, view), std::nullopt, std::nullopt});
  }
  /// Gives it a batch of validator 1.
  Actions hold(Replica& replica, std::uint8_t batch) {
    return step(replica, BatchStored{digest_of(batch), ReplicaIndex{1}, 100, ~std::uint64_t{0}});
  }
  /// The messages of one kind among what is sent.
  template <class M>
  static std::vector<M> sent(const Actions& actions) {
    std::vector<M> found;
    for (const Outgoing& outgoing : actions.send) {
      if (const auto* message = std::get_if<M>(&outgoing.message)) {
        found.push_back(*message);
      }
    }
    return found;
  }
  /// The votes of one phase among what is sent.
  static std::vector<Vote> votes(const Actions& actions, Phase phase) {
    std::vector<Vote> votes = sent<Vote>(actions);
    std::erase_if(votes, [phase](const Vote& vote) { return vote.phase != phase; });
    return votes;
  }
  void remember(const Actions& actions) {
    journal_.insert(journal_.end(), actions.persist.begin(), actions.persist.end());
  }

  Config config_;
  LedgerPosition ledger_;
  TestAuthenticator authenticator_;
  Now now_{Time{}, kWallMs};
  std::vector<JournalEntry> journal_;
};

}  // namespace qc::consensus
