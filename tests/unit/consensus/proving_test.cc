// SPDX-License-Identifier: Apache-2.0
//
// A validator whose journal may be older than what it said last: who notices, and what then.
#include <gtest/gtest.h>

#include <algorithm>

#include "consensus/facts/promises.h"
#include "consensus/message/verifier.h"
#include "consensus/replica/replica.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

constexpr std::uint64_t kProvingWallMs = 1'800'000'000'000;

/// Validator 2 of four, read from a disk; validator 1 is the primary of view 0. A quorum is three.
class ProvingTest : public ::testing::Test {
 protected:
  static constexpr ReplicaIndex kSelf{2};

  ProvingTest() {
    config_.epoch = epoch_of(4);
    config_.self = kSelf;
    config_.prove_journal = true;
    ledger_.executed.time_ms = kProvingWallMs - 60'000;
    ledger_.certified_block = ledger_.executed;
    ledger_.checkpoint = "genesis";
    ledger_.certified.checkpoint = "genesis";
  }

  Replica make(const std::vector<JournalEntry>& journal = {}) {
    Replica replica(config_, ledger_, recover(journal), authenticator_);
    started_ = replica.start(now_);
    return replica;
  }
  /// The life that the replica named when it asked.
  std::uint64_t life() const {
    for (const Outgoing& outgoing : started_.send) {
      if (const auto* ask = std::get_if<AskPromises>(&outgoing.message)) {
        return ask->life;
      }
    }
    return 0;
  }
  Actions receive(Replica& replica, std::uint16_t from, Message message) {
    EXPECT_TRUE(verify_message(config_.epoch, authenticator_, message))
        << "the test must send what would pass";
    if (replica.interest(ReplicaIndex{from}, message) != Interest::kVerify) {
      return {};
    }
    return replica.step(now_, MessageReceived{ReplicaIndex{from}, std::move(message)});
  }
  Actions nothing_held(Replica& replica, std::uint16_t from) {
    return receive(replica, from, PromisesHeld{life(), {}, std::nullopt});
  }
  Vote own(Phase phase, std::uint64_t view, std::uint64_t height, std::uint8_t mark = 1) const {
    return vote_of(config_.epoch, phase, View{view}, Height{height}, digest_of(mark), kSelf);
  }
  Proposal proposal() const { return Proposal{Height{1}, {}, kProvingWallMs + 1, {digest_of(1)}}; }
  /// Gives it all that it needs to prepare height 1; whether it does.
  bool prepares(Replica& replica) {
    Actions stored =
        replica.step(now_, BatchStored{digest_of(1), ReplicaIndex{1}, 100, ~std::uint64_t{0}});
    Actions proposed = receive(replica, 1, pre_prepare_of(config_.epoch, View{}, proposal()));
    return says_vote(stored) || says_vote(proposed);
  }
  static bool says_vote(const Actions& actions) {
    return std::ranges::any_of(actions.send, [](const Outgoing& outgoing) {
      return std::holds_alternative<Vote>(outgoing.message);
    });
  }

  Config config_;
  LedgerPosition ledger_;
  TestAuthenticator authenticator_{kSelf};
  Now now_{Time{1'000'000'000}, kProvingWallMs};
  Actions started_;
};

TEST_F(ProvingTest, VotesOnlyWhenAQuorumLessOneHasAnswered) {
  Replica replica = make();
  EXPECT_TRUE(replica.status().proving);
  EXPECT_FALSE(prepares(replica));

  EXPECT_FALSE(says_vote(nothing_held(replica, 0)));
  EXPECT_FALSE(replica.status().may_vote);
  EXPECT_TRUE(says_vote(nothing_held(replica, 3)));

  EXPECT_TRUE(replica.status().may_vote);
  EXPECT_FALSE(replica.status().proving);
}

TEST_F(ProvingTest, OnePeerCountsOnceAndAnAnswerToAnEarlierLifeNotAtAll) {
  Replica replica = make();
  nothing_held(replica, 0);
  nothing_held(replica, 0);
  receive(replica, 3, PromisesHeld{life() + 1, {}, std::nullopt});

  EXPECT_TRUE(replica.status().proving);
}

TEST_F(ProvingTest, AsksAgainAndWhoeverComesLater) {
  Replica replica = make();
  const Actions linked = replica.step(now_, LinkUp{ReplicaIndex{3}});
  now_.monotonic = now_.monotonic.plus(config_.resend_interval);
  const Actions later = replica.step(now_, Tick{});

  for (const Actions* actions : {&linked, &later}) {
    EXPECT_TRUE(std::ranges::any_of(actions->send, [this](const Outgoing& outgoing) {
      const auto* ask = std::get_if<AskPromises>(&outgoing.message);
      return ask != nullptr && ask->life == life();
    }));
  }
}

TEST_F(ProvingTest, AVoteThatTheJournalLacksEndsTheKeyForGood) {
  Replica replica = make();
  const Actions told =
      receive(replica, 3, PromisesHeld{life(), {own(Phase::kPrepare, 0, 5)}, std::nullopt});

  EXPECT_EQ(told.forgotten, (ForgottenPromise{ReplicaIndex{3}, View{0}, Height{5}}));
  EXPECT_EQ(told.persist, std::vector<JournalEntry>{KeyGivenUp{}});
  EXPECT_TRUE(replica.status().key_given_up);
  EXPECT_FALSE(prepares(replica));

  // The peers may forget; the journal does not, not even when it is rotated or the epoch ends.
  std::vector<JournalEntry> journal = started_.persist;
  journal.insert(journal.end(), told.persist.begin(), told.persist.end());
  Replica again = make(recover(journal).entries());
  EXPECT_TRUE(again.status().key_given_up);
  EXPECT_FALSE(again.status().may_vote);
  EXPECT_FALSE(prepares(again));
  journal.push_back(EpochEntered{Height{9}, digest_of(2)});
  EXPECT_TRUE(recover(journal).given_up());
}

TEST_F(ProvingTest, AViewChangeThatTheJournalLacksEndsTheKeyToo) {
  Replica replica = make();
  ViewChangeHeader header{View{3}, {}, {}, kSelf, {}};
  header.signature = authenticator_.sign(view_change_statement_bytes(config_.epoch, header));

  const Actions told = receive(replica, 3, PromisesHeld{life(), {}, header});

  EXPECT_EQ(told.forgotten, (ForgottenPromise{ReplicaIndex{3}, View{3}, {}}));
  EXPECT_TRUE(replica.status().key_given_up);
}

TEST_F(ProvingTest, ALiarsClaimsWithoutMySignatureCountForNothing) {
  Replica replica = make();
  Vote forged = own(Phase::kPrepare, 0, 5);
  forged.signature = signature_of(1);
  EXPECT_FALSE(
      verify_message(config_.epoch, authenticator_, PromisesHeld{life(), {forged}, std::nullopt}));
  const Vote of_another =
      vote_of(config_.epoch, Phase::kPrepare, View{0}, Height{5}, digest_of(1), ReplicaIndex{1});

  receive(replica, 3, PromisesHeld{life(), {of_another}, std::nullopt});

  EXPECT_FALSE(replica.status().key_given_up);
  EXPECT_TRUE(replica.status().proving) << "that was no answer";
}

TEST_F(ProvingTest, AVoteOfAnotherEpochProvesNothing) {
  Epoch earlier = config_.epoch;
  earlier.first_height = Height{7};
  const Vote vote = vote_of(earlier, Phase::kCommit, View{0}, Height{5}, digest_of(1), kSelf);

  EXPECT_FALSE(
      verify_message(config_.epoch, authenticator_, PromisesHeld{1, {vote}, std::nullopt}));
}

TEST_F(ProvingTest, AnUnbrokenJournalIsNeverDoubted) {
  Replica before = make();
  nothing_held(before, 0);
  nothing_held(before, 3);
  std::vector<JournalEntry> journal = started_.persist;
  const auto keep = [&journal](const Actions& actions) {
    journal.insert(journal.end(), actions.persist.begin(), actions.persist.end());
  };
  keep(before.step(now_, BatchStored{digest_of(1), ReplicaIndex{1}, 100, ~std::uint64_t{0}}));
  keep(receive(before, 1, pre_prepare_of(config_.epoch, View{}, proposal())));
  const Digest digest = proposal_digest(proposal(), authenticator_);
  for (const std::uint16_t voter : {std::uint16_t{0}, std::uint16_t{1}}) {
    keep(receive(
        before, voter,
        vote_of(config_.epoch, Phase::kPrepare, View{}, Height{1}, digest, ReplicaIndex{voter})));
  }
  const Vote prepare = vote_of(config_.epoch, Phase::kPrepare, View{}, Height{1}, digest, kSelf);
  const Vote commit = vote_of(config_.epoch, Phase::kCommit, View{}, Height{1}, digest, kSelf);

  Replica after = make(journal);
  receive(after, 0, PromisesHeld{life(), {prepare, commit}, std::nullopt});
  receive(after, 3, PromisesHeld{life(), {prepare, commit}, std::nullopt});
  EXPECT_FALSE(after.status().key_given_up);
  EXPECT_TRUE(after.status().may_vote);

  // Without its last entry, the certificate, the commit gives it away; without the prepare that
  // too.
  journal.pop_back();
  Replica rolled_back = make(journal);
  receive(rolled_back, 0, PromisesHeld{life(), {prepare, commit}, std::nullopt});
  EXPECT_TRUE(rolled_back.status().key_given_up);
}

TEST_F(ProvingTest, TellsAPeerTheNewestThatItSigned) {
  config_.prove_journal = false;
  Replica replica = make();
  receive(replica, 1, pre_prepare_of(config_.epoch, View{}, proposal()));
  const Digest digest = proposal_digest(proposal(), authenticator_);
  const Vote first =
      vote_of(config_.epoch, Phase::kPrepare, View{}, Height{1}, digest, ReplicaIndex{1});
  const Vote second =
      vote_of(config_.epoch, Phase::kPrepare, View{}, Height{2}, digest_of(9), ReplicaIndex{1});
  receive(replica, 0, second);
  receive(replica, 1, first);

  const Actions actions = receive(replica, 1, AskPromises{77});

  ASSERT_EQ(actions.send.size(), 1U);
  EXPECT_EQ(actions.send.front().to, ReplicaIndex{1});
  const auto& held = std::get<PromisesHeld>(actions.send.front().message);
  EXPECT_EQ(held.life, 77U);
  ASSERT_EQ(held.votes.size(), 2U);
  EXPECT_EQ(held.votes[0].phase, Phase::kPrePrepare);
  EXPECT_EQ(held.votes[0].digest, digest);
  EXPECT_EQ(held.votes[1], second);
  EXPECT_TRUE(verify_message(config_.epoch, authenticator_, held));
}

TEST_F(ProvingTest, TellsAPeerNotTooOften) {
  config_.prove_journal = false;
  Replica replica = make();
  EXPECT_EQ(receive(replica, 1, AskPromises{1}).send.size(), 1U);

  EXPECT_TRUE(receive(replica, 1, AskPromises{2}).send.empty());
  EXPECT_EQ(receive(replica, 3, AskPromises{3}).send.size(), 1U) << "each by itself";

  now_.monotonic = now_.monotonic.plus(config_.answer_interval);
  EXPECT_EQ(receive(replica, 1, AskPromises{2}).send.size(), 1U);
}

TEST_F(ProvingTest, ARestartedPeerStillTellsWhatItsCertificatesHold) {
  config_.prove_journal = false;
  PreparedCertificate certificate{View{}, Height{1}, digest_of(1), {}};
  for (const std::uint16_t voter : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{3}}) {
    certificate.prepares.push_back(
        {ReplicaIndex{voter}, vote_of(config_.epoch, Phase::kPrepare, View{}, Height{1},
                                      digest_of(1), ReplicaIndex{voter})
                                  .signature});
  }
  Replica replica = make(
      {EpochEntered{Height{1}, config_.epoch.set_hash}, CertificateMade{certificate, proposal()}});

  const Actions actions = receive(replica, 3, AskPromises{1});

  const auto& held = std::get<PromisesHeld>(actions.send.front().message);
  ASSERT_EQ(held.votes.size(), 1U);
  EXPECT_EQ(held.votes.front(), vote_of(config_.epoch, Phase::kPrepare, View{}, Height{1},
                                        digest_of(1), ReplicaIndex{3}));
}

TEST_F(ProvingTest, LeavesAPrimaryThatContradictedItselfMeanwhile) {
  Replica replica = make();
  Proposal other = proposal();
  ++other.time_ms;
  receive(replica, 1, pre_prepare_of(config_.epoch, View{}, proposal()));
  EXPECT_EQ(receive(replica, 1, pre_prepare_of(config_.epoch, View{}, other)).evidence.size(), 1U);
  EXPECT_EQ(replica.status().view, View{});

  nothing_held(replica, 0);
  const Actions proven = nothing_held(replica, 3);

  ASSERT_EQ(proven.views_left.size(), 1U);
  EXPECT_EQ(proven.views_left.front().cause, ViewChangeCause::kEquivocation);
}

TEST_F(ProvingTest, SaysNothingOldBeforeItIsProven) {
  const Digest digest = proposal_digest(proposal(), authenticator_);
  Replica replica = make(
      {EpochEntered{Height{1}, config_.epoch.set_hash}, PrepareMade{View{}, Height{1}, digest}});
  EXPECT_FALSE(says_vote(started_));
  now_.monotonic = now_.monotonic.plus(config_.resend_interval);
  EXPECT_FALSE(says_vote(replica.step(now_, Tick{})));

  nothing_held(replica, 0);
  EXPECT_TRUE(says_vote(nothing_held(replica, 3))) << "and then at once";
}

TEST(JournalLacks, AnOlderVoteThatWasDroppedRightlyIsNotMissed) {
  RecoveredState state = recover(std::vector<JournalEntry>{
      EpochEntered{Height{1}, {}}, PrepareMade{View{}, Height{4}, digest_of(1)},
      CertificateMade{PreparedCertificate{View{}, Height{4}, digest_of(1), {}},
                      Proposal{Height{4}, {}, 1, {}}},
      CheckpointHeld{CertifiedCheckpoint{Height{4}, digest_of(1), "c", "p"}}});
  const auto vote = [](Phase phase, std::uint64_t view, std::uint64_t height) {
    return Vote{phase, View{view}, Height{height}, digest_of(1), ReplicaIndex{2}, {}};
  };

  for (const Phase phase : {Phase::kPrePrepare, Phase::kPrepare, Phase::kCommit}) {
    EXPECT_FALSE(state.lacks(vote(phase, 0, 3)));
    EXPECT_FALSE(state.lacks(vote(phase, 0, 4)));
    EXPECT_TRUE(state.lacks(vote(phase, 0, 5)));
    EXPECT_TRUE(state.lacks(vote(phase, 1, 1)));
  }
  state.apply(JournalEntry(ViewEntered{View{2}}));
  EXPECT_FALSE(state.lacks(vote(Phase::kPrepare, 1, 9))) << "of a view already left";
  EXPECT_TRUE(state.lacks(vote(Phase::kCommit, 1, 9))) << "its certificate would never be dropped";
}

}  // namespace
}  // namespace qc::consensus
