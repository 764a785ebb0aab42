// SPDX-License-Identifier: Apache-2.0
#include "consensus/replica/replica.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "consensus/message/verifier.h"
#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

/// Validator 2 of four.
class ReplicaTest : public ReplicaFixture {
 protected:
  static constexpr ReplicaIndex kSelf{2};

  ReplicaTest() : ReplicaTest(kSelf) {}
  explicit ReplicaTest(ReplicaIndex self) : ReplicaFixture(self) {}

  /// The others' commits of a proposal.
  void commit(Replica& replica, const Proposal& proposal) {
    for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 3}) {
      receive(replica, voter, vote(Phase::kCommit, proposal, voter));
    }
  }
  /// Has it deliver a block at height 1.
  Proposal commit_first(Replica& replica) {
    const Proposal first = proposal(1, {}, 1);
    hold(replica, 1);
    receive(replica, 1, pre_prepare(first));
    commit(replica, first);
    return first;
  }
};

TEST_F(ReplicaTest, PreparesAProposalOnceItHoldsTheBatches) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(first)), Phase::kPrepare).empty());

  const Actions actions =
      step(replica, BatchStored{digest_of(1), ReplicaIndex{1}, 100, ~std::uint64_t{0}});

  ASSERT_EQ(votes(actions, Phase::kPrepare).size(), 1U);
  EXPECT_EQ(votes(actions, Phase::kPrepare).front(), vote(Phase::kPrepare, first, kSelf.value));
  EXPECT_EQ(actions.persist,
            std::vector<JournalEntry>{JournalEntry(PrepareMade{View{}, Height{1}, digest(first)})});
}

TEST_F(ReplicaTest, AsksForABatchThatItLacks) {
  Replica replica = make();
  receive(replica, 1, pre_prepare(proposal(1, {}, 1)));
  now_.monotonic = now_.monotonic.plus(config_.fetch_delay);

  const Actions actions = step(replica, Tick{});

  const bool asked = std::ranges::any_of(actions.send, [](const Outgoing& outgoing) {
    const auto* fetch = std::get_if<FetchBatches>(&outgoing.message);
    return outgoing.to && fetch != nullptr && fetch->batches == std::vector<Digest>{digest_of(1)};
  });
  EXPECT_TRUE(asked);
}

TEST_F(ReplicaTest, CommitsWithAPreparedCertificateAndDeliversWithCommits) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));
  EXPECT_TRUE(votes(receive(replica, 1, vote(Phase::kPrepare, first, 1)), Phase::kCommit).empty());

  const Actions prepared = receive(replica, 0, vote(Phase::kPrepare, first, 0));
  ASSERT_EQ(votes(prepared, Phase::kCommit).size(), 1U);
  ASSERT_EQ(prepared.persist.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<CertificateMade>(prepared.persist.front()));

  EXPECT_TRUE(receive(replica, 0, vote(Phase::kCommit, first, 0)).deliver.empty());
  const Actions committed = receive(replica, 3, vote(Phase::kCommit, first, 3));
  ASSERT_EQ(committed.deliver.size(), 1U);
  EXPECT_EQ(committed.deliver.front().digest, digest(first));
}

TEST_F(ReplicaTest, ACommitDecidesTheAncestorsToo) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal second = proposal(2, digest(first), 2);
  hold(replica, 1);
  hold(replica, 2);
  receive(replica, 1, pre_prepare(first));
  receive(replica, 1, pre_prepare(second));
  receive(replica, 0, vote(Phase::kCommit, second, 0));
  receive(replica, 1, vote(Phase::kCommit, second, 1));

  const Actions actions = receive(replica, 3, vote(Phase::kCommit, second, 3));

  ASSERT_EQ(actions.deliver.size(), 2U);
  EXPECT_EQ(actions.deliver[0].proposal, first);
  EXPECT_EQ(actions.deliver[1].proposal, second);
}

TEST_F(ReplicaTest, ASecondProposalForAHeightIsEvidenceAndGetsNoVote) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal other = proposal(1, {}, 2);
  hold(replica, 1);
  hold(replica, 2);
  receive(replica, 1, pre_prepare(first));

  const Actions actions = receive(replica, 1, pre_prepare(other));

  EXPECT_EQ(actions.evidence.size(), 1U);
  EXPECT_TRUE(votes(actions, Phase::kPrepare).empty());
}

TEST_F(ReplicaTest, RefusesBlockTimesFarFromItsClockUntilTheyAreNear) {
  Replica replica = make();
  Proposal early = proposal(1, {}, 1);
  early.time_ms = kWallMs + config_.max_clock_ahead_ms + 500;
  hold(replica, 1);

  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(early)), Phase::kPrepare).empty());
  now_.wall_ms += 600;
  EXPECT_EQ(votes(step(replica, Tick{}), Phase::kPrepare).size(), 1U);
}

TEST_F(ReplicaTest, RefusesABlockTimeNotAboveTheParents) {
  Replica replica = make();
  Proposal first = proposal(1, {}, 1);
  first.time_ms = ledger_.executed.time_ms;
  now_.wall_ms = first.time_ms;
  hold(replica, 1);

  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(first)), Phase::kPrepare).empty());
}

TEST_F(ReplicaTest, RefusesEmptyAndRepeatedContent) {
  Replica replica = make();
  hold(replica, 1);
  Proposal empty = proposal(1, {}, 1);
  empty.batches.clear();
  Proposal doubled = proposal(1, {}, 1);
  doubled.batches.push_back(doubled.batches.front());

  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(doubled)), Phase::kPrepare).empty());
  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(empty)), Phase::kPrepare).empty());
}

TEST_F(ReplicaTest, RefusesABatchThatARecentBlockOrdered) {
  ledger_.ordered = {OrderedBatch{digest_of(1), kWallMs - 60'000}};
  Replica replica = make();
  hold(replica, 1);

  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(proposal(1, {}, 1))), Phase::kPrepare).empty());
}

TEST_F(ReplicaTest, NothingOutsideTheWindowIsHeld) {
  Replica replica = make();
  const Proposal far = proposal(config_.window + 1, digest_of(5), 1);

  EXPECT_EQ(replica.interest(ReplicaIndex{1}, pre_prepare(far)), Interest::kLater);
  EXPECT_EQ(replica.interest(ReplicaIndex{1}, vote(Phase::kPrepare, far, 1)), Interest::kLater);
  EXPECT_EQ(replica.interest(ReplicaIndex{1}, vote(Phase::kPrepare, proposal(0, {}, 1), 1)),
            Interest::kDrop);
  receive(replica, 1, pre_prepare(far));
  EXPECT_EQ(replica.status().proposals_in_flight, 0U);
}

TEST_F(ReplicaTest, AFullCertificateMakesFurtherVotesUninteresting) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1}) {
    receive(replica, voter, vote(Phase::kPrepare, first, voter));
  }
  EXPECT_EQ(replica.interest(ReplicaIndex{0}, vote(Phase::kPrepare, first, 0)), Interest::kDrop)
      << "known already";
  EXPECT_EQ(replica.interest(ReplicaIndex{3}, vote(Phase::kPrepare, first, 3)), Interest::kVerify);

  receive(replica, 3, vote(Phase::kPrepare, first, 3));

  EXPECT_EQ(replica.interest(ReplicaIndex{2}, vote(Phase::kPrepare, first, 2)), Interest::kDrop);
}

TEST_F(ReplicaTest, ARestartRepeatsItsVotesAndNoOthers) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal other = proposal(1, {}, 2);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));

  Replica again(config_, ledger_, recover(journal_), authenticator_);
  const Actions started = again.start(now_);
  hold(again, 2);
  const Actions actions = receive(again, 1, pre_prepare(other));

  ASSERT_EQ(votes(started, Phase::kPrepare).size(), 1U);
  EXPECT_EQ(votes(started, Phase::kPrepare).front(), vote(Phase::kPrepare, first, kSelf.value));
  EXPECT_TRUE(votes(actions, Phase::kPrepare).empty());
}

TEST_F(ReplicaTest, ALedgerBelowTheJournalsCheckpointVotesNothing) {
  journal_ = {EpochEntered{Height{1}, config_.epoch.set_hash},
              CheckpointHeld{CertifiedCheckpoint{Height{3}, digest_of(3), "three", "proof"}}};
  Replica replica = make();
  hold(replica, 1);

  EXPECT_FALSE(replica.status().may_vote);
  EXPECT_TRUE(votes(receive(replica, 1, pre_prepare(proposal(1, {}, 1))), Phase::kPrepare).empty());

  Synced synced{BlockPoint{Height{3}, digest_of(3), kWallMs},
                {Height{3}, digest_of(3), "three", "proof"},
                {},
                {}};
  step(replica, synced);
  EXPECT_TRUE(replica.status().may_vote);
}

TEST_F(ReplicaTest, HaltsWhenAQuorumCertifiedAnotherResult) {
  Replica replica = make();
  const Proposal first = commit_first(replica);
  step(replica, Executed{Height{1}, "mine", "cosignature", std::nullopt});
  receive(replica, 0, CheckpointVote{Height{1}, "theirs", "a"});
  receive(replica, 1, CheckpointVote{Height{1}, "theirs", "b"});

  const Actions actions = receive(replica, 3, CheckpointVote{Height{1}, "theirs", "c"});

  ASSERT_TRUE(actions.halt);
  EXPECT_EQ(actions.halt->reason, Halt::Reason::kCheckpointDiffers);
  EXPECT_EQ(actions.halt->own, "mine");
  EXPECT_FALSE(replica.status().may_vote);
}

TEST_F(ReplicaTest, AQuorumOfCosignaturesIsReportedOnceAndMovesTheWindowWhenTheHostHasTheProof) {
  Replica replica = make();
  const Proposal first = commit_first(replica);
  const Actions executed = step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});
  EXPECT_EQ(executed.persist, std::vector<JournalEntry>{
                                  JournalEntry(CheckpointSigned{Height{1}, "one", "cosignature"})});
  receive(replica, 0, CheckpointVote{Height{1}, "one", "a"});

  const Actions quorum = receive(replica, 3, CheckpointVote{Height{1}, "one", "b"});
  ASSERT_EQ(quorum.certify.size(), 1U);
  EXPECT_EQ(quorum.certify.front().votes.size(), 3U);
  EXPECT_TRUE(receive(replica, 1, CheckpointVote{Height{1}, "one", "c"}).certify.empty());
  EXPECT_EQ(replica.status().certified, Height{0});

  const Actions held =
      step(replica, CheckpointCertified{{Height{1}, digest(first), "one", "proof"}});
  EXPECT_EQ(replica.status().certified, Height{1});
  EXPECT_EQ(held.forget_batches, std::vector<Digest>{digest_of(1)});
}

TEST_F(ReplicaTest, ACosignatureStampedBeforeTheBlockDoesNotCountAndKeepsNoOtherOut) {
  Replica replica = make();
  const Proposal first = commit_first(replica);
  step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});
  receive(replica, 0, CheckpointVote{Height{1}, "one", "a"});

  const Actions early =
      step(replica, MessageReceived{ReplicaIndex{1}, CheckpointVote{Height{1}, "one", "early"},
                                    first.time_ms / 1000 - 1});
  EXPECT_TRUE(early.certify.empty());

  const Actions quorum = receive(replica, 3, CheckpointVote{Height{1}, "one", "b"});
  ASSERT_EQ(quorum.certify.size(), 1U);
  EXPECT_EQ(quorum.certify.front().votes.size(), 3U);
  for (const Cosignature& vote : quorum.certify.front().votes) {
    EXPECT_NE(vote.voter, ReplicaIndex{1});
  }
}

TEST_F(ReplicaTest, AnEarlyStampThatCameBeforeTheBlockIsNotCountedEither) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));
  step(replica, MessageReceived{ReplicaIndex{1}, CheckpointVote{Height{1}, "one", "early"}, 1});
  receive(replica, 0, CheckpointVote{Height{1}, "one", "a"});
  commit(replica, first);

  const Actions executed = step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});
  EXPECT_TRUE(executed.certify.empty());
  EXPECT_EQ(receive(replica, 3, CheckpointVote{Height{1}, "one", "b"}).certify.size(), 1U);
}

TEST_F(ReplicaTest, ACertificateThatAPeerHasReachesTheHostsStore) {
  Replica replica = make();
  const Proposal first = commit_first(replica);
  step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});

  const CertifiedCheckpoint certified{Height{1}, digest(first), "one", "proof"};
  const Actions held = receive(replica, 3, certified);
  ASSERT_EQ(held.store_certified.size(), 1U);
  EXPECT_EQ(held.store_certified.front().checkpoint, certified);
  EXPECT_EQ(replica.status().certified, Height{1});
  EXPECT_TRUE(receive(replica, 0, certified).store_certified.empty()) << "once";
}

TEST_F(ReplicaTest, ACertificateThatCameBeforeTheExecutionReachesTheHostsStoreAfterIt) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));
  const CertifiedCheckpoint certified{Height{1}, digest(first), "one", "proof"};
  EXPECT_TRUE(receive(replica, 3, certified).store_certified.empty());
  commit(replica, first);

  const Actions executed = step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});
  ASSERT_EQ(executed.store_certified.size(), 1U);
  EXPECT_EQ(executed.store_certified.front().checkpoint, certified);
}

TEST_F(ReplicaTest, WhatTheJournalHoldsCertifiedReachesAStoreThatLostIt) {
  const Proposal first = proposal(1, {}, 1);
  const CertifiedCheckpoint certified{Height{1}, digest(first), "one", "proof"};
  {
    Replica replica = make();
    commit_first(replica);
    step(replica, Executed{Height{1}, "one", "cosignature", std::nullopt});
    step(replica, CheckpointCertified{certified});
  }
  // The block is on the disk, the certificate is not: a power cut between two unsynced writes.
  ledger_.executed = BlockPoint{Height{1}, digest(first), first.time_ms};
  ledger_.checkpoint = "one";
  ledger_.cosignature = "cosignature";

  Replica again(config_, ledger_, recover(journal_), authenticator_);
  const Actions started = again.start(now_);

  ASSERT_EQ(started.store_certified.size(), 1U);
  EXPECT_EQ(started.store_certified.front().checkpoint, certified);
  EXPECT_EQ(again.status().certified, Height{1});
}

TEST_F(ReplicaTest, OneLiarDoesNotSendItToSync) {
  Replica replica = make();
  Status claim;
  claim.certified = Height{1'000'000};
  receive(replica, 3, claim);
  now_.monotonic = now_.monotonic.plus(config_.resend_interval.times(5));
  EXPECT_FALSE(step(replica, Tick{}).fetch_blocks);

  receive(replica, 0, claim);
  const Actions actions = step(replica, Tick{});
  const Actions later = [&] {
    now_.monotonic = now_.monotonic.plus(config_.resend_interval.times(5));
    return step(replica, Tick{});
  }();

  EXPECT_TRUE(actions.fetch_blocks || later.fetch_blocks)
      << "f + 1 claims hold one correct replica's";
}

TEST_F(ReplicaTest, AFloodOfJunkLeavesNothingBehind) {
  Replica replica = make();
  const auto noise = [&](std::uint32_t i) { return authenticator_.hash(std::to_string(i)); };
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const Height height{i % 40};
    step(replica,
         MessageReceived{ReplicaIndex{3}, Vote{i % 2 == 0 ? Phase::kPrepare : Phase::kCommit,
                                               View{i % 3},
                                               height,
                                               noise(i),
                                               ReplicaIndex{static_cast<std::uint16_t>(i % 300)},
                                               {}}});
    step(replica,
         MessageReceived{ReplicaIndex{3},
                         PrePrepare{View{i % 3}, Proposal{height, noise(i), i, {noise(i)}}, {}}});
    step(replica, MessageReceived{ReplicaIndex{3}, CheckpointVote{height, std::to_string(i), "x"}});
    step(replica, MessageReceived{ReplicaIndex{3}, BatchAck{{noise(i)}}});
    step(replica, BatchStored{noise(i), ReplicaIndex{3}, 1, ~std::uint64_t{0}});
  }

  const ReplicaStatus status = replica.status();
  EXPECT_LE(status.proposals_in_flight, config_.window);
  // Its quota, and what the proposals in the window name.
  EXPECT_LE(status.batches_held, config_.author_batches_max + config_.window);
  EXPECT_FALSE(status.halted);
  EXPECT_LE(replica.journal().entries().size(), 3U + config_.window);
}

TEST_F(ReplicaTest, AnObserverFollowsWithoutAWord) {
  config_.self = std::nullopt;
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));
  Actions last;
  for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 3}) {
    receive(replica, voter, vote(Phase::kPrepare, first, voter));
    last = receive(replica, voter, vote(Phase::kCommit, first, voter));
    EXPECT_TRUE(votes(last, Phase::kPrepare).empty() && votes(last, Phase::kCommit).empty());
  }

  EXPECT_EQ(last.deliver.size(), 1U);
}

/// Validator 1, the primary of view 0.
class PrimaryTest : public ReplicaTest {
 protected:
  PrimaryTest() : ReplicaTest(ReplicaIndex{1}) { config_.window = 4; }
  Actions bring(Replica& replica, std::uint8_t mark) {
    step(replica, BatchStored{digest_of(mark), ReplicaIndex{1}, 100, ~std::uint64_t{0}});
    return step(replica, MessageReceived{ReplicaIndex{0}, BatchAck{{digest_of(mark)}}});
  }
  static std::vector<PrePrepare> proposals(const Actions& actions) {
    return sent<PrePrepare>(actions);
  }
};

TEST_F(PrimaryTest, ProposesAtOnceWhenLittleIsInFlight) {
  Replica replica = make();

  const Actions actions = bring(replica, 1);

  ASSERT_EQ(proposals(actions).size(), 1U);
  EXPECT_EQ(proposals(actions).front().proposal.batches, std::vector<Digest>{digest_of(1)});
  ASSERT_EQ(actions.persist.size(), 2U) << "the proposal and its own prepare, in one sync";
  EXPECT_TRUE(std::holds_alternative<ProposalMade>(actions.persist[0]));
  EXPECT_TRUE(std::holds_alternative<PrepareMade>(actions.persist[1]));
}

TEST_F(PrimaryTest, FillsBlocksAWhileUnderLoad) {
  Replica replica = make();
  bring(replica, 1);
  bring(replica, 2);
  EXPECT_TRUE(proposals(bring(replica, 3)).empty()) << "two are in flight";
  EXPECT_TRUE(proposals(bring(replica, 4)).empty());
  now_.monotonic = now_.monotonic.plus(config_.fill_wait);

  const Actions actions = step(replica, Tick{});

  ASSERT_EQ(proposals(actions).size(), 1U);
  EXPECT_EQ(proposals(actions).front().proposal.batches,
            (std::vector<Digest>{digest_of(3), digest_of(4)}));
}

TEST_F(PrimaryTest, NeverProposesBeyondTheWindow) {
  Replica replica = make();
  std::size_t made = 0;
  for (std::uint8_t mark = 1; mark <= 10; ++mark) {
    made += proposals(bring(replica, mark)).size();
    now_.monotonic = now_.monotonic.plus(config_.fill_wait);
    made += proposals(step(replica, Tick{})).size();
  }

  EXPECT_EQ(made, config_.window);
}

TEST_F(PrimaryTest, SaysTheSameAfterARestart) {
  Replica replica = make();
  const std::vector<PrePrepare> before = proposals(bring(replica, 1));

  Replica again(config_, ledger_, recover(journal_), authenticator_);
  now_.wall_ms += 5'000;
  const Actions started = again.start(now_);

  EXPECT_EQ(proposals(started), before);
  EXPECT_TRUE(started.persist.empty());
}

TEST_F(PrimaryTest, ProposesNoEmptyBlocks) {
  Replica replica = make();
  now_.monotonic = now_.monotonic.plus(config_.resend_interval.times(10));

  EXPECT_TRUE(proposals(step(replica, Tick{})).empty());
  EXPECT_FALSE(replica.status().progress_timer_runs);
}

TEST(Verifier, ChecksPrimariesAndVoters) {
  const Epoch epoch = epoch_of(4);
  const TestAuthenticator authenticator(ReplicaIndex{0});
  PrePrepare pre_prepare =
      pre_prepare_of(epoch, View{}, Proposal{Height{1}, {}, 1, {digest_of(1)}});
  Vote vote = vote_of(epoch, Phase::kCommit, View{}, Height{1}, digest_of(1), ReplicaIndex{3});
  EXPECT_TRUE(verify_message(epoch, authenticator, pre_prepare));
  EXPECT_TRUE(verify_message(epoch, authenticator, vote));

  pre_prepare.proposal.time_ms = 2;
  vote.voter = ReplicaIndex{2};

  EXPECT_FALSE(verify_message(epoch, authenticator, pre_prepare));
  EXPECT_FALSE(verify_message(epoch, authenticator, vote));
}

TEST(Verifier, ACertificateNeedsAQuorumOfDistinctGoodSigners) {
  const Epoch epoch = epoch_of(4);
  const TestAuthenticator authenticator(ReplicaIndex{0});
  PreparedCertificate certificate{View{}, Height{1}, digest_of(1), {}};
  for (std::uint16_t i = 0; i < 3; ++i) {
    const Vote vote =
        vote_of(epoch, Phase::kPrepare, View{}, Height{1}, digest_of(1), ReplicaIndex{i});
    certificate.prepares.push_back(SignedBy{vote.voter, vote.signature});
  }
  EXPECT_TRUE(verify_certificate(epoch, authenticator, certificate));

  PreparedCertificate padded = certificate;
  padded.prepares[2] = padded.prepares[1];
  PreparedCertificate of_another_view = certificate;
  of_another_view.view = View{1};
  PreparedCertificate small = certificate;
  small.prepares.pop_back();

  EXPECT_FALSE(verify_certificate(epoch, authenticator, padded));
  EXPECT_FALSE(verify_certificate(epoch, authenticator, of_another_view));
  EXPECT_FALSE(verify_certificate(epoch, authenticator, small));
}

}  // namespace
}  // namespace qc::consensus
