// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "consensus/message/verifier.h"
#include "consensus/replica/replica.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

constexpr std::uint64_t kWallMs = 1'800'000'000'000;
/// Of cosignatures: late enough for every block.
constexpr std::uint64_t kStamp = kWallMs / 1000 + 60;

std::string checkpoint_text(Height height) { return "checkpoint " + std::to_string(height.value); }

/// One validator of four and what the other three send it. In view 0 of the epoch that begins at 1
/// validator 1 is the primary.
class EpochTest : public ::testing::Test {
 protected:
  EpochTest() {
    config_.epoch = epoch_of(4);
    ledger_.executed.time_ms = kWallMs - 60'000;
    ledger_.certified_block = ledger_.executed;
    ledger_.checkpoint = checkpoint_text(Height{});
    ledger_.certified.checkpoint = ledger_.checkpoint;
    be(2);
  }

  void be(std::uint16_t self) {
    config_.self = ReplicaIndex{self};
    authenticator_ = std::make_unique<TestAuthenticator>(ReplicaIndex{self});
  }
  Replica make(const RecoveredState& journal = {}) {
    Replica replica(config_, ledger_, journal, *authenticator_);
    started_ = replica.start(now_);
    return replica;
  }
  Actions step(Replica& replica, Event event) { return replica.step(now_, std::move(event)); }
  Actions receive(Replica& replica, std::uint16_t from, Message message) {
    EXPECT_TRUE(verify_message(config_.epoch, *authenticator_, message))
        << "the test must send what would pass";
    return step(replica, MessageReceived{ReplicaIndex{from}, std::move(message), kStamp});
  }
  Actions hold(Replica& replica, std::uint8_t batch, std::uint16_t author = 1) {
    return step(replica,
                BatchStored{digest_of(batch), ReplicaIndex{author}, 100, ~std::uint64_t{0}});
  }
  Proposal proposal(std::uint64_t height, const Digest& parent, std::vector<Digest> batches) const {
    return Proposal{Height{height}, parent, kWallMs + height, std::move(batches)};
  }
  Digest digest(const Proposal& proposal) const {
    return proposal_digest(proposal, *authenticator_);
  }
  /// A pre-prepare of view 0 and everybody's votes for it: committed at this replica.
  Actions commit(Replica& replica, const Proposal& proposal) {
    Actions all;
    const auto add = [&](Actions more) {
      std::ranges::move(more.deliver, std::back_inserter(all.deliver));
      std::ranges::move(more.send, std::back_inserter(all.send));
    };
    if (config_.epoch.primary(View{}) != *config_.self) {
      add(receive(replica, config_.epoch.primary(View{}).value,
                  pre_prepare_of(config_.epoch, View{}, proposal)));
    }
    for (const Phase phase : {Phase::kPrepare, Phase::kCommit}) {
      for (std::uint16_t voter = 0; voter < 4; ++voter) {
        if (ReplicaIndex{voter} != *config_.self) {
          add(receive(replica, voter,
                      vote_of(config_.epoch, phase, View{}, proposal.height, digest(proposal),
                              ReplicaIndex{voter})));
        }
      }
    }
    return all;
  }
  Actions execute(Replica& replica, std::uint64_t height, std::optional<Height> next_epoch) {
    return step(replica,
                Executed{Height{height}, checkpoint_text(Height{height}), "own", next_epoch});
  }
  CertifiedCheckpoint certified(const Proposal& proposal) const {
    return {proposal.height, digest(proposal), checkpoint_text(proposal.height), "proof"};
  }
  Actions certify(Replica& replica, const Proposal& proposal) {
    return step(replica, CheckpointCertified{certified(proposal)});
  }
  /// Blocks 1 and 2 through the whole replica, block 1 deciding that another set votes from 3 on.
  void run_to_the_end(Replica& replica) {
    last_ = proposal(2, digest(first_), {});
    hold(replica, 1);
    commit(replica, first_);
    execute(replica, 1, Height{3});
    certify(replica, first_);
    commit(replica, last_);
    execute(replica, 2, Height{3});
    certify(replica, last_);
  }
  /// The next epoch: the same four validators again, from height 3 on.
  void enter_next(Replica& old) {
    old_journal_ = old.journal();
    ledger_.executed = BlockPoint{Height{2}, digest(last_), last_.time_ms};
    ledger_.certified_block = ledger_.executed;
    ledger_.certified = certified(last_);
    ledger_.checkpoint = ledger_.certified.checkpoint;
    ledger_.ordered = old.ordered_batches();
    config_.epoch.first_height = Height{3};
  }
  template <class T>
  static std::vector<T> sent(const Actions& actions) {
    std::vector<T> found;
    for (const Outgoing& outgoing : actions.send) {
      if (const auto* message = std::get_if<T>(&outgoing.message)) {
        found.push_back(*message);
      }
    }
    return found;
  }

  Config config_;
  LedgerPosition ledger_;
  std::unique_ptr<TestAuthenticator> authenticator_;
  Now now_{Time{}, kWallMs};
  Actions started_;
  RecoveredState old_journal_;
  Proposal first_ = proposal(1, {}, {digest_of(1)});
  Proposal last_;
};

TEST_F(EpochTest, AHeightOfTheNextEpochIsNotInPlay) {
  Replica replica = make();
  hold(replica, 1);
  hold(replica, 2);
  commit(replica, first_);
  execute(replica, 1, Height{3});
  certify(replica, first_);
  const Proposal second = proposal(2, digest(first_), {});
  const PrePrepare third =
      pre_prepare_of(config_.epoch, View{}, proposal(3, digest(second), {digest_of(2)}));
  commit(replica, second);

  EXPECT_EQ(replica.interest(ReplicaIndex{1}, third), Interest::kLater);
  EXPECT_TRUE(sent<Vote>(receive(replica, 1, third)).empty());
}

TEST_F(EpochTest, AHeightBelowTheNextEpochIsInPlayForTheSameEvents) {
  Replica replica = make();
  hold(replica, 1);
  hold(replica, 2);
  commit(replica, first_);
  execute(replica, 1, Height{4});
  certify(replica, first_);
  const Proposal second = proposal(2, digest(first_), {});
  commit(replica, second);

  const Actions actions =
      receive(replica, 1,
              pre_prepare_of(config_.epoch, View{}, proposal(3, digest(second), {digest_of(2)})));
  EXPECT_EQ(sent<Vote>(actions).size(), 1U);
}

TEST_F(EpochTest, ThePrimaryCarriesAChangeToItsHeightWithEmptyBlocksAndNotBeyond) {
  be(1);
  Replica replica = make();
  hold(replica, 1, 0);
  step(replica, MessageReceived{ReplicaIndex{0}, BatchAck{{digest_of(1)}}});
  first_ = replica.journal().proposals().at(Height{1}).proposal;
  commit(replica, first_);
  const std::vector<PrePrepare> second = sent<PrePrepare>(execute(replica, 1, Height{3}));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second.front().proposal.batches.empty());
  EXPECT_EQ(second.front().proposal.height, Height{2});
  certify(replica, first_);
  const Actions committed = commit(replica, second.front().proposal);
  ASSERT_EQ(committed.deliver.size(), 1U);

  EXPECT_TRUE(sent<PrePrepare>(committed).empty());
  EXPECT_TRUE(sent<PrePrepare>(execute(replica, 2, Height{3})).empty());
  EXPECT_TRUE(sent<PrePrepare>(certify(replica, second.front().proposal)).empty());
  hold(replica, 2, 0);
  const Actions more = step(replica, MessageReceived{ReplicaIndex{0}, BatchAck{{digest_of(2)}}});
  EXPECT_TRUE(sent<PrePrepare>(more).empty()) << "what waits is the next epoch's";
}

TEST_F(EpochTest, AnEmptyBlockIsPreparedOnlyByWhoKnowsOfAChange) {
  Replica replica = make();
  hold(replica, 1);
  commit(replica, first_);
  const Proposal second = proposal(2, digest(first_), {});
  EXPECT_TRUE(
      sent<Vote>(receive(replica, 1, pre_prepare_of(config_.epoch, View{}, second))).empty());

  EXPECT_EQ(sent<Vote>(execute(replica, 1, Height{3})).size(), 1U);
}

TEST_F(EpochTest, APrimaryThatDoesNotCarryAChangeOnLosesItsView) {
  Replica replica = make();
  hold(replica, 1);
  commit(replica, first_);
  execute(replica, 1, Height{3});
  certify(replica, first_);
  now_.monotonic = now_.monotonic.plus(config_.progress_timeout);
  step(replica, Tick{});

  EXPECT_EQ(replica.status().view, View{1});
}

TEST_F(EpochTest, StopsOnceTheLastHeightIsCertified) {
  Replica replica = make();
  EXPECT_FALSE(replica.status().epoch_ended);
  run_to_the_end(replica);
  hold(replica, 2, 0);
  step(replica, MessageReceived{ReplicaIndex{0}, BatchAck{{digest_of(2)}}});

  EXPECT_TRUE(replica.status().epoch_ended);
  EXPECT_FALSE(replica.status().progress_timer_runs);
  now_.monotonic = now_.monotonic.plus(config_.progress_timeout_max.times(2));
  EXPECT_TRUE(sent<ViewChange>(step(replica, Tick{})).empty());
  EXPECT_EQ(replica.status().view, View{});
}

TEST_F(EpochTest, OneThatWaitsForTheLastCertificateStillGetsIt) {
  Replica replica = make();
  run_to_the_end(replica);

  const Actions actions =
      step(replica, MessageReceived{ReplicaIndex{3}, Status{View{}, Height{1}, {}, {}}});

  ASSERT_EQ(sent<CertifiedCheckpoint>(actions).size(), 1U);
  EXPECT_EQ(sent<CertifiedCheckpoint>(actions).front(), certified(last_));
}

TEST_F(EpochTest, ANewEpochBeginsInViewZeroWithoutCertificates) {
  // The old epoch ends in view 5, with a certificate from view 0.
  std::vector<JournalEntry> entries = {
      EpochEntered{Height{1}, config_.epoch.set_hash},
      CertificateMade{PreparedCertificate{View{}, Height{2}, digest_of(9), {}},
                      proposal(2, digest(first_), {})},
      ViewEntered{View{5}}, NewViewInstalled{View{5}, ViewStart{Height{2}, digest_of(9), {}}}};
  Replica old = make(recover(entries));
  ASSERT_EQ(old.status().view, View{5});
  last_ = proposal(2, digest(first_), {});
  enter_next(old);

  Replica replica = make(old_journal_);

  EXPECT_EQ(replica.status().view, View{});
  EXPECT_TRUE(replica.status().view_installed);
  EXPECT_FALSE(replica.journal().highest_certificate());
  EXPECT_TRUE(replica.journal().certificates().empty());
  EXPECT_TRUE(replica.status().may_vote);
}

TEST_F(EpochTest, TheFirstProposalStandsOnTheLastBlockOfTheEpochBefore) {
  Replica old = make();
  run_to_the_end(old);
  enter_next(old);
  // first height 3, view 0: validator 3 is the primary
  const Proposal stranger = proposal(3, digest_of(7), {digest_of(2)});
  const Proposal next = proposal(3, digest(last_), {digest_of(2)});
  Replica misled = make(old_journal_);
  hold(misled, 2);
  EXPECT_TRUE(
      sent<Vote>(receive(misled, 3, pre_prepare_of(config_.epoch, View{}, stranger))).empty());

  Replica replica = make(old_journal_);
  hold(replica, 2);
  EXPECT_EQ(sent<Vote>(receive(replica, 3, pre_prepare_of(config_.epoch, View{}, next))).size(),
            1U);
}

TEST_F(EpochTest, AViewChangeOfTheNewEpochNamesNothingOfTheOld) {
  Replica old = make();
  run_to_the_end(old);
  enter_next(old);
  Replica replica = make(old_journal_);
  hold(replica, 2);
  step(replica, MessageReceived{ReplicaIndex{0}, BatchAck{{digest_of(2)}}});
  now_.monotonic = now_.monotonic.plus(config_.progress_timeout);

  const std::vector<ViewChange> changes = sent<ViewChange>(step(replica, Tick{}));

  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes.front().header.prepared, PreparedPoint{});
  EXPECT_EQ(changes.front().header.checkpoint, (CertifiedPoint{Height{2}, Digest{}}));
  EXPECT_TRUE(verify_message(config_.epoch, *authenticator_, changes.front()));
}

TEST_F(EpochTest, NothingSignedInOneEpochVerifiesInAnotherOfTheSameSet) {
  Epoch later = config_.epoch;
  later.first_height = Height{3};
  const Vote vote =
      vote_of(config_.epoch, Phase::kPrepare, View{}, Height{4}, digest_of(4), ReplicaIndex{0});
  ViewChange change{
      ViewChangeHeader{View{1}, CertifiedPoint{Height{2}, {}}, {}, ReplicaIndex{0}, {}},
      std::nullopt, std::nullopt};
  TestAuthenticator signer(ReplicaIndex{0});
  change.header.signature = signer.sign(view_change_statement_bytes(config_.epoch, change.header));

  EXPECT_TRUE(verify_message(config_.epoch, *authenticator_, vote));
  EXPECT_FALSE(verify_message(later, *authenticator_, vote));
  EXPECT_FALSE(verify_message(later, *authenticator_, change));
  change.header.signature = signer.sign(view_change_statement_bytes(later, change.header));
  EXPECT_TRUE(verify_message(later, *authenticator_, change));
}

TEST_F(EpochTest, TheJournalHoldsWhatSettlesTheOldVotesBeforeItDropsThem) {
  Replica old = make();
  run_to_the_end(old);
  RecoveredState behind = old.journal();
  enter_next(old);
  // A crash before the last checkpoint was journalled; the ledger has it.
  behind = recover(std::vector<JournalEntry>{EpochEntered{Height{1}, config_.epoch.set_hash},
                                             PrepareMade{View{}, Height{2}, digest(last_)}});
  Replica replica = make(behind);

  ASSERT_GE(started_.persist.size(), 2U);
  EXPECT_EQ(started_.persist[0], JournalEntry(CheckpointHeld{certified(last_)}));
  EXPECT_EQ(started_.persist[1], JournalEntry(EpochEntered{Height{3}, config_.epoch.set_hash}));
  EXPECT_TRUE(replica.journal().prepares().empty());
}

TEST_F(EpochTest, ARestartInTheEpochJournalsItsBeginningOnce) {
  Replica old = make();
  run_to_the_end(old);
  enter_next(old);
  Replica replica = make(old_journal_);
  hold(replica, 2);
  const Proposal next = proposal(3, digest(last_), {digest_of(2)});
  receive(replica, 3, pre_prepare_of(config_.epoch, View{}, next));
  const RecoveredState promised = recover(replica.journal().entries());

  Replica again = make(promised);

  EXPECT_TRUE(started_.persist.empty());
  EXPECT_EQ(sent<Vote>(started_),
            (std::vector<Vote>{vote_of(config_.epoch, Phase::kPrepare, View{}, Height{3},
                                       digest(next), ReplicaIndex{2})}));
}

TEST_F(EpochTest, ALedgerRolledBackIntoAnEarlierEpochForgetsNoPromise) {
  Replica old = make();
  run_to_the_end(old);
  const LedgerPosition before = ledger_;
  enter_next(old);
  Replica replica = make(old_journal_);
  hold(replica, 2);
  const Proposal next = proposal(3, digest(last_), {digest_of(2)});
  receive(replica, 3, pre_prepare_of(config_.epoch, View{}, next));
  const RecoveredState promised = replica.journal();

  ledger_ = before;
  config_.epoch.first_height = Height{1};
  Replica rolled_back = make(promised);
  hold(rolled_back, 1);
  const Actions actions = commit(rolled_back, first_);

  EXPECT_TRUE(sent<Vote>(actions).empty());
  EXPECT_EQ(actions.deliver.size(), 1U) << "it follows all the same";
  EXPECT_FALSE(rolled_back.status().may_vote);
  EXPECT_EQ(rolled_back.journal(), promised);
}

TEST_F(EpochTest, AnEarlierEpochInAJournalChangesNothing) {
  RecoveredState state = recover(std::vector<JournalEntry>{
      EpochEntered{Height{30}, digest_of(1)}, PrepareMade{View{}, Height{30}, digest_of(2)}});
  const RecoveredState before = state;
  state.apply(JournalEntry(EpochEntered{Height{1}, digest_of(3)}));
  EXPECT_EQ(state, before);
  state.apply(JournalEntry(EpochEntered{Height{31}, digest_of(3)}));
  EXPECT_NE(state, before);
}

TEST_F(EpochTest, BatchesOutliveTheEpochThatDidNotOrderThem) {
  Replica old = make();
  run_to_the_end(old);
  hold(old, 2, 3);
  ASSERT_EQ(old.open_batches().size(), 1U);
  EXPECT_EQ(old.open_batches().front().digest, digest_of(2));
  EXPECT_EQ(old.open_batches().front().author, ReplicaIndex{3});
  ASSERT_EQ(old.ordered_batches(), (std::vector<OrderedBatch>{{digest_of(1), first_.time_ms}}));

  enter_next(old);
  Replica replica = make(old_journal_);
  const Actions again = hold(replica, 1);
  EXPECT_EQ(again.forget_batches, std::vector<Digest>{digest_of(1)}) << "ordered once already";
  hold(replica, 1);
  const Proposal twice = proposal(3, digest(last_), {digest_of(1)});
  EXPECT_TRUE(
      sent<Vote>(receive(replica, 3, pre_prepare_of(config_.epoch, View{}, twice))).empty());
}

}  // namespace
}  // namespace qc::consensus
