// SPDX-License-Identifier: Apache-2.0
// A validator that lies: the node as it is, whose words are turned on their way out. Linked in
// place of node/pipeline/consensus_sender.cc; the node that is shipped has no way to lie.
//
// QC_LIE names what it does; without it the node is honest:
//   early_stamps          cosigns with a stamp before the block's time
//   false_roots           cosigns another root
//   false_heights         claims to have certified far more than anybody
//   two_proposals         as the primary, shows one of its peers another block
//   split_proposals       as the primary, shows half of its peers another block
//   two_votes             tells half of its peers another vote
//   no_votes              never votes
//   no_cosignatures       never cosigns
//   no_batches            keeps its batches to itself, and those that others ask it for
//   unknown_batches       acknowledges and proposes batches that nobody has
//   half                  speaks to half of its peers only
//   slow                  is late with everything
//   old_keys              serves blocks that an old validator set's keys certify (old_keys.cc)
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "chain/checkpoint_proof.h"
#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "node/pipeline/consensus_driver.h"

namespace qc::node {
namespace {

using namespace consensus;

bool lies(std::string_view how) {
  static const char* const kLie = std::getenv("QC_LIE");
  return kLie != nullptr && how == kLie;
}

/// The node's voting key, as the ledger's functions want it.
class VotingKey final : public ledger::Signer {
 public:
  VotingKey(Authenticator& authenticator, const ledger::PublicKey& key)
      : authenticator_(authenticator), key_(key) {}
  const ledger::PublicKey& public_key() const override { return key_; }
  ledger::Result<std::string> sign(std::string_view message) const override {
    const Signature signature = authenticator_.sign(message);
    return std::string(signature.begin(), signature.end());
  }

 private:
  Authenticator& authenticator_;
  const ledger::PublicKey& key_;
};

Digest turned(Digest digest) {
  digest.front() ^= 1U;
  return digest;
}

/// Signs anew what a lie has changed, with this node's own key.
class Liar {
 public:
  Liar(const Epoch& epoch, Authenticator& key, const ledger::Validator& self)
      : epoch_(epoch), key_(key), self_(self) {}

  PrePrepare another(const PrePrepare& first) const {
    PrePrepare second = first;
    ++second.proposal.time_ms;
    return signed_anew(std::move(second));
  }
  PrePrepare with_unknown_batch(const PrePrepare& first) const {
    PrePrepare second = first;
    second.proposal.batches.push_back(key_.hash(proposal_bytes(first.proposal)));
    return signed_anew(std::move(second));
  }
  Vote another(const Vote& first) const {
    Vote second = first;
    second.digest = turned(first.digest);
    second.signature = key_.sign(vote_statement_bytes(
        epoch_, VoteStatement{second.phase, second.view, second.height, second.digest}));
    return second;
  }
  CheckpointVote early(const CheckpointVote& vote) const {
    return cosigned(vote, *ledger::Checkpoint::parse(vote.checkpoint), 1);
  }
  CheckpointVote with_another_root(const CheckpointVote& vote) const {
    auto checkpoint = *ledger::Checkpoint::parse(vote.checkpoint);
    checkpoint.root = turned(checkpoint.root);
    return cosigned(vote, checkpoint,
                    chain::cosignature_time(*chain::single_line(vote.cosignature)).value_or(0));
  }

 private:
  PrePrepare signed_anew(PrePrepare message) const {
    const VoteStatement statement{Phase::kPrePrepare, message.view, message.proposal.height,
                                  proposal_digest(message.proposal, key_)};
    message.signature = key_.sign(vote_statement_bytes(epoch_, statement));
    return message;
  }
  CheckpointVote cosigned(const CheckpointVote& vote, const ledger::Checkpoint& checkpoint,
                          std::uint64_t stamp) const {
    const VotingKey key(key_, self_.key);
    return CheckpointVote{vote.height, checkpoint.text(),
                          ledger::cosign(key, self_.name, stamp, checkpoint)->line()};
  }

  const Epoch& epoch_;
  Authenticator& key_;
  const ledger::Validator& self_;
};

bool is_withheld(const Message& message) {
  return (lies("no_votes") && std::holds_alternative<Vote>(message)) ||
         (lies("no_cosignatures") && std::holds_alternative<CheckpointVote>(message));
}

/// What everybody is told instead.
Message turned_for_all(const Liar& liar, const Message& message) {
  if (const auto* vote = std::get_if<CheckpointVote>(&message)) {
    if (lies("early_stamps")) return liar.early(*vote);
    if (lies("false_roots")) return liar.with_another_root(*vote);
  }
  if (const auto* first = std::get_if<PrePrepare>(&message);
      first != nullptr && lies("unknown_batches")) {
    return liar.with_unknown_batch(*first);
  }
  if (const auto* ack = std::get_if<BatchAck>(&message);
      ack != nullptr && lies("unknown_batches")) {
    BatchAck more = *ack;
    for (const Digest& batch : ack->batches) more.batches.push_back(turned(batch));
    return more;
  }
  if (const auto* status = std::get_if<Status>(&message);
      status != nullptr && lies("false_heights")) {
    Status far = *status;
    far.certified = Height{far.certified.value + 1'000'000};
    return far;
  }
  return message;
}

/// Whether a peer is one of those who hear something else, or nothing.
bool is_told_otherwise(std::uint16_t peer, ReplicaIndex self, std::uint16_t validators) {
  return lies("two_proposals") ? peer == (self.value + 1) % validators : peer % 2 == 1;
}

/// What those peers are told instead; its own words only.
Message turned_for_some(const Liar& liar, const Epoch& epoch, ReplicaIndex self,
                        const Message& message) {
  const auto* first = std::get_if<PrePrepare>(&message);
  const bool two = lies("two_proposals") || lies("split_proposals");
  if (first != nullptr && two && epoch.primary(first->view) == self) {
    return liar.another(*first);
  }
  const auto* vote = std::get_if<Vote>(&message);
  if (vote != nullptr && lies("two_votes") && vote->voter == self) return liar.another(*vote);
  return message;
}

}  // namespace

void ConsensusDriver::say(const Outgoing& outgoing) {
  const ReplicaIndex self = *options_.consensus.self;
  const Epoch& epoch = options_.consensus.epoch;
  const Liar liar(epoch, parts_.authenticator, options_.validators.validators()[self.value]);
  if (lies("slow")) std::this_thread::sleep_for(std::chrono::milliseconds(60));
  if (is_withheld(outgoing.message)) return;
  const Message first = turned_for_all(liar, outgoing.message);
  const Message second = turned_for_some(liar, epoch, self, first);
  for (std::uint16_t peer = 0; peer < epoch.validators; ++peer) {
    if (peer == self.value || (outgoing.to && outgoing.to->value != peer)) continue;
    const bool otherwise = is_told_otherwise(peer, self, epoch.validators);
    if (otherwise && lies("half")) continue;
    network_.load()->send(
        peer, chain::FramePriority::kVotes,
        chain::make_frame(chain::FrameType::kConsensus, encode(otherwise ? second : first)));
  }
}

void ConsensusDriver::send(const Actions& actions) {
  for (const Outgoing& outgoing : actions.send) say(outgoing);
  for (const SendBatches& wanted : actions.send_batches) send_batches(wanted);
}

void ConsensusDriver::send_batches(const SendBatches& wanted) {
  if (lies("no_batches")) return;
  for (const Digest& digest : wanted.batches) {
    const chain::SharedBatch batch = parts_.batches.find(digest);
    if (batch == nullptr) continue;
    for (std::uint16_t peer = 0; peer < options_.consensus.epoch.validators; ++peer) {
      if (peer == options_.consensus.self->value || (wanted.to && wanted.to->value != peer) ||
          (peer % 2 == 1 && lies("half"))) {
        continue;
      }
      network_.load()->send(peer, chain::FramePriority::kBatches,
                            chain::make_frame(chain::FrameType::kBatch, batch->bytes));
    }
  }
}

}  // namespace qc::node
