// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

/// Validator 3 of four, flooded by validator 0.
class BoundsTest : public ReplicaFixture {
 protected:
  static constexpr std::uint16_t kLiar = 0;
  static constexpr std::uint64_t kFlood = 5'000;

  BoundsTest() : ReplicaFixture(ReplicaIndex{3}) {}

  Digest noise(std::uint64_t i) const { return authenticator_.hash(std::to_string(i)); }
  /// What passed, had its signature been good: the bounds must not rest on signatures.
  void flood(Replica& replica, Message message) {
    step(replica, MessageReceived{ReplicaIndex{kLiar}, std::move(message)});
  }
};

TEST_F(BoundsTest, VotesForAnyViewAndHeightTakeOnlyThePlacesOfTwoViews) {
  Replica replica = make();
  for (std::uint64_t i = 0; i < kFlood; ++i) {
    const Phase phase = i % 2 == 0 ? Phase::kPrepare : Phase::kCommit;
    const View view{i % 3 == 0 ? i * i * i : i % 2};
    const Height height{i % 7 == 0 ? i << 40U : i % 50};
    flood(replica, Vote{phase,
                        view,
                        height,
                        noise(height.value),
                        ReplicaIndex{static_cast<std::uint16_t>(i / 7 % 5)},
                        {}});
  }
  const ReplicaUsage usage = replica.usage();
  EXPECT_LE(usage.heights, 2 * config_.window);
  EXPECT_LE(usage.votes, 2 * 2 * config_.window * config_.epoch.validators);
  EXPECT_GT(usage.votes, config_.window) << "the flood was taken for real";
}

TEST_F(BoundsTest, EarlyProposalsTakeOnlyThePlacesOfTwoViews) {
  Replica replica = make();
  for (std::uint64_t i = 0; i < kFlood; ++i) {
    flood(replica, PrePrepare{View{i % 5}, Proposal{Height{i % 60}, noise(i), i, {noise(i)}}, {}});
  }
  const ReplicaUsage usage = replica.usage();
  EXPECT_LE(usage.proposals, 2 * config_.window);
  EXPECT_LE(usage.batches_wanted, 2 * config_.window);
  EXPECT_LE(usage.heights, 2 * config_.window);
}

TEST_F(BoundsTest, AcknowledgementsOfUnknownBatchesCountAgainstTheirSender) {
  Replica replica = make();
  for (std::uint64_t i = 0; i < 3 * kDigestListMax; ++i) {
    flood(replica, BatchAck{{noise(i)}});
  }
  EXPECT_EQ(replica.usage().batches_known, kDigestListMax);
  EXPECT_EQ(replica.usage().batches_wanted, 0U) << "one peer's word makes nothing wanted";
}

TEST_F(BoundsTest, CosignaturesTakeOnePlaceAHeightOfTheWindow) {
  Replica replica = make();
  for (std::uint64_t i = 0; i < kFlood; ++i) {
    flood(replica, CheckpointVote{Height{i % 100}, std::to_string(i), "cosignature"});
  }
  EXPECT_LE(replica.usage().cosignatures, config_.window);
}

TEST_F(BoundsTest, InventedViewsMoveNothingAndAreHeldOnce) {
  Replica replica = make();
  for (std::uint64_t i = 1; i < kFlood; ++i) {
    const View view{i << 40U};
    const ViewChange invented{header_of(config_.epoch, kLiar, view), std::nullopt, std::nullopt};
    flood(replica, invented);
    ASSERT_EQ(replica.interest(ReplicaIndex{kLiar}, invented), Interest::kDrop) << "known now";
  }
  EXPECT_EQ(replica.status().view, View{0});
  EXPECT_LE(replica.journal().entries().size(), 3U);
}

TEST_F(BoundsTest, ABatchBeyondItsAuthorsQuotaIsTakenOnlyUpToABoundWhileAProposalNamesIt) {
  config_.author_batches_max = 2;
  config_.claimed_bytes_max = 250;
  Replica replica = make();
  Proposal greedy = proposal(1, {}, 1);
  for (std::uint8_t mark = 2; mark <= 20; ++mark) {
    greedy.batches.push_back(digest_of(mark));
  }
  receive(replica, 1, pre_prepare(greedy));
  std::size_t taken = 0;
  for (std::uint8_t mark = 1; mark <= 20; ++mark) {
    taken += replica.wants_batch(digest_of(mark), ReplicaIndex{1}, 100) ? 1U : 0U;
    hold(replica, mark);
  }
  EXPECT_EQ(taken, 4U) << "two within the quota, two beyond";
  EXPECT_EQ(replica.usage().batch_bytes_held, 400U);

  std::vector<Digest> forgotten = wait(replica, 1'000).forget_batches;

  ASSERT_EQ(replica.status().view, View{1});
  EXPECT_EQ(forgotten.size(), 2U) << "the view that named them is over";
  EXPECT_EQ(replica.usage().batch_bytes_held, 200U);
}

TEST_F(BoundsTest, OnePeerIsSentOnlySoMuchOnRequest) {
  config_.serve_bytes_max = 1'000;
  Replica replica = make();
  for (std::uint8_t mark = 1; mark <= 20; ++mark) {
    hold(replica, mark);
  }
  FetchBatches all;
  for (std::uint8_t mark = 1; mark <= 20; ++mark) {
    all.batches.push_back(digest_of(mark));
    all.batches.push_back(noise(mark));
  }
  std::size_t served = 0;
  for (int i = 0; i < 10; ++i) {
    for (const SendBatches& sent : receive(replica, kLiar, all).send_batches) {
      served += sent.batches.size();
    }
  }
  EXPECT_EQ(served, 10U) << "of 100 bytes each";
  const Actions other = receive(replica, 1, all);
  ASSERT_EQ(other.send_batches.size(), 1U);
  EXPECT_EQ(other.send_batches.front().batches.size(), 10U) << "others have their own share";

  now_.monotonic = now_.monotonic.plus(config_.fetch_interval);
  EXPECT_EQ(receive(replica, kLiar, all).send_batches.size(), 1U);
}

TEST_F(BoundsTest, AStatusIsAnsweredOnlySoOften) {
  Replica replica = make();
  receive(replica, 2, new_view_of(config_.epoch, View{1}));
  Status status;
  status.mark = 7;
  std::size_t answers = 0;
  for (int i = 0; i < 1'000; ++i) {
    answers += receive(replica, kLiar, status).send.size();
  }
  EXPECT_EQ(answers, 2U) << "an echo and the new view";
}

}  // namespace
}  // namespace qc::consensus
