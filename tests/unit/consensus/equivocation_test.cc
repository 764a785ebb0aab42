// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/equivocation.h"

#include <gtest/gtest.h>

#include "consensus/facts/contradictions.h"
#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

/// Validator 3 of four, which sees the others lie.
class EquivocationTest : public ReplicaFixture {
 protected:
  EquivocationTest() : ReplicaFixture(ReplicaIndex{3}) {}

  /// Expects just one report, proven.
  void expect_reported(const Actions& actions, Equivocation::Kind kind, std::uint16_t culprit) {
    ASSERT_EQ(actions.evidence.size(), 1U);
    const Equivocation& evidence = actions.evidence.front();
    EXPECT_EQ(evidence.kind, kind);
    EXPECT_EQ(evidence.culprit, ReplicaIndex{culprit});
    EXPECT_TRUE(verify_equivocation(config_.epoch, authenticator_, evidence));
  }
};

TEST_F(EquivocationTest, TwoProposalsOfAPrimaryAreReportedOnce) {
  Replica replica = make();
  receive(replica, 1, pre_prepare(proposal(1, {}, 1)));

  expect_reported(receive(replica, 1, pre_prepare(proposal(1, {}, 2))),
                  Equivocation::Kind::kPrePrepare, 1);
  EXPECT_TRUE(receive(replica, 1, pre_prepare(proposal(1, {}, 3))).evidence.empty());
}

TEST_F(EquivocationTest, TwoProposalsForTheNextViewAreReportedToo) {
  Replica replica = make();
  receive(replica, 2, pre_prepare(proposal(1, {}, 1), View{1}));

  expect_reported(receive(replica, 2, pre_prepare(proposal(1, {}, 2), View{1})),
                  Equivocation::Kind::kPrePrepare, 2);
  EXPECT_EQ(replica.status().view, View{0}) << "that view has not begun here";
}

TEST_F(EquivocationTest, TwoVotesOfAPhaseAreReportedOnceWhoeverRelaysThem) {
  for (const Phase phase : {Phase::kPrepare, Phase::kCommit}) {
    Replica replica = make();
    receive(replica, 0, vote(phase, proposal(1, {}, 1), 0));
    const Vote second = vote(phase, proposal(1, {}, 2), 0);
    EXPECT_EQ(replica.interest(ReplicaIndex{2}, second), Interest::kVerify);

    expect_reported(
        receive(replica, 2, second),
        phase == Phase::kPrepare ? Equivocation::Kind::kPrepare : Equivocation::Kind::kCommit, 0);
    EXPECT_EQ(replica.interest(ReplicaIndex{2}, second), Interest::kDrop);
    EXPECT_TRUE(receive(replica, 2, second).evidence.empty());
    EXPECT_EQ(replica.status().view, View{0}) << "it is not the primary";
  }
}

TEST_F(EquivocationTest, APrimaryThatVotesTwiceIsLeft) {
  Replica replica = make();
  receive(replica, 1, vote(Phase::kPrepare, proposal(1, {}, 1), 1));

  receive(replica, 1, vote(Phase::kPrepare, proposal(1, {}, 2), 1));

  EXPECT_EQ(replica.status().view, View{1});
}

TEST_F(EquivocationTest, TwoBeginningsOfAViewAreReportedOnceAndTheViewIsLeft) {
  Replica replica = make();
  const NewView first = new_view_of(config_.epoch, View{1});
  const NewView second = new_view_of(config_.epoch, View{1},
                                     certificate_of(config_.epoch, View{}, proposal(1, {}, 1)));
  EXPECT_TRUE(receive(replica, 2, first).evidence.empty());
  EXPECT_EQ(replica.interest(ReplicaIndex{0}, first), Interest::kDrop);
  EXPECT_EQ(replica.interest(ReplicaIndex{0}, second), Interest::kVerify);

  expect_reported(receive(replica, 0, second), Equivocation::Kind::kNewView, 2);
  EXPECT_EQ(replica.status().view, View{2});
}

TEST_F(EquivocationTest, TwoCheckpointsOfAHeightAreReportedOnce) {
  Replica replica = make();
  receive(replica, 0, CheckpointVote{Height{2}, "one", "a"});
  EXPECT_TRUE(receive(replica, 0, CheckpointVote{Height{2}, "one", "again"}).evidence.empty());

  expect_reported(receive(replica, 0, CheckpointVote{Height{2}, "other", "b"}),
                  Equivocation::Kind::kCheckpoint, 0);
  EXPECT_TRUE(receive(replica, 0, CheckpointVote{Height{2}, "third", "c"}).evidence.empty());
}

TEST_F(EquivocationTest, ALiarsContradictionsAreReportedOnlySoOften) {
  Replica replica = make();
  std::size_t reported = 0;
  for (std::uint64_t height = 1; height <= config_.window; ++height) {
    for (const Phase phase : {Phase::kPrepare, Phase::kCommit}) {
      receive(replica, 0, vote(phase, proposal(height, {}, 1), 0));
      reported += receive(replica, 0, vote(phase, proposal(height, {}, 2), 0)).evidence.size();
    }
  }
  EXPECT_EQ(reported, Contradictions::kPerValidatorMax);
}

TEST_F(EquivocationTest, NothingThatACorrectValidatorSaysIsEvidence) {
  const Epoch& epoch = config_.epoch;
  const Vote vote_one = vote(Phase::kPrepare, proposal(1, {}, 1), 0);
  const Vote of_next_view = vote(Phase::kPrepare, proposal(1, {}, 2), 0, View{1});
  const Vote of_next_height = vote(Phase::kPrepare, proposal(2, {}, 2), 0);
  const Vote commit = vote(Phase::kCommit, proposal(1, {}, 2), 0);
  const Vote of_another = vote(Phase::kPrepare, proposal(1, {}, 2), 2);

  for (const Vote& other : {vote_one, of_next_view, of_next_height, commit, of_another}) {
    const Equivocation claimed = equivocation_of(epoch, vote_one, other);
    EXPECT_FALSE(verify_equivocation(epoch, authenticator_, claimed));
  }
}

TEST_F(EquivocationTest, EvidenceProvesNothingElsewhere) {
  const Equivocation evidence =
      equivocation_of(config_.epoch, vote(Phase::kPrepare, proposal(1, {}, 1), 0),
                      vote(Phase::kPrepare, proposal(1, {}, 2), 0));
  ASSERT_TRUE(verify_equivocation(config_.epoch, authenticator_, evidence));
  Epoch other_chain = config_.epoch;
  other_chain.chain_id = "test.example/other";
  Epoch other_set = config_.epoch;
  other_set.set_hash = digest_of(0xdd);
  Equivocation blames_another = evidence;
  blames_another.culprit = ReplicaIndex{2};
  Equivocation changed = evidence;
  changed.second.statement.back() = static_cast<char>(changed.second.statement.back() ^ 1);

  EXPECT_FALSE(verify_equivocation(other_chain, authenticator_, evidence));
  EXPECT_FALSE(verify_equivocation(other_set, authenticator_, evidence));
  EXPECT_FALSE(verify_equivocation(config_.epoch, authenticator_, blames_another));
  EXPECT_FALSE(verify_equivocation(config_.epoch, authenticator_, changed));
}

}  // namespace
}  // namespace qc::consensus
