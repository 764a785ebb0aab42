// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/batch_pool.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

class BatchPoolTest : public ::testing::Test {
 protected:
  BatchPoolTest() {
    config_.author_batches_max = 3;
    config_.block_batches_max = 2;
  }
  BatchPool make() const { return BatchPool(config_, Quorum(4)); }
  static BatchStored batch(std::uint8_t mark, std::uint16_t author = 0, std::size_t bytes = 10) {
    return BatchStored{digest_of(mark), ReplicaIndex{author}, bytes, 1'000};
  }
  /// Acknowledged by validators 0 and 1: f + 1 of four.
  static void acknowledge(BatchPool& pool, std::uint8_t mark) {
    pool.acknowledge(ReplicaIndex{0}, digest_of(mark), Time{});
    pool.acknowledge(ReplicaIndex{1}, digest_of(mark), Time{});
  }

  Config config_;
};

TEST_F(BatchPoolTest, IsAvailableWithAcknowledgementsOfOneCorrectReplica) {
  BatchPool pool = make();
  pool.store(batch(1), Time{});
  pool.acknowledge(ReplicaIndex{0}, digest_of(1), Time{});
  pool.acknowledge(ReplicaIndex{0}, digest_of(1), Time{});
  EXPECT_TRUE(pool.choose().empty()) << "one validator twice is still one";

  pool.acknowledge(ReplicaIndex{3}, digest_of(1), Time{});

  EXPECT_EQ(pool.choose(), std::vector<Digest>{digest_of(1)});
}

TEST_F(BatchPoolTest, ProposesWhatBecameAvailableFirstWheneverItsBytesCame) {
  BatchPool pool = make();
  acknowledge(pool, 5);
  for (const std::uint8_t mark : std::initializer_list<std::uint8_t>{9, 3, 5}) {
    pool.store(batch(mark), Time{});
  }
  acknowledge(pool, 3);
  acknowledge(pool, 9);

  EXPECT_EQ(pool.choose(), (std::vector<Digest>{digest_of(5), digest_of(3)}));
}

TEST_F(BatchPoolTest, ABatchLargerThanABlockGoesAlone) {
  config_.block_bytes_max = 100;
  BatchPool pool = make();
  pool.store(batch(1, 0, 5'000), Time{});
  pool.store(batch(2, 0, 10), Time{});
  acknowledge(pool, 1);
  acknowledge(pool, 2);

  EXPECT_EQ(pool.choose(), std::vector<Digest>{digest_of(1)});
}

TEST_F(BatchPoolTest, WhatAProposalClaimsIsNotProposedAgain) {
  BatchPool pool = make();
  pool.store(batch(1), Time{});
  acknowledge(pool, 1);

  pool.claim({digest_of(1)}, Time{});

  EXPECT_TRUE(pool.choose().empty());
  pool.release_claims(Time{});
  EXPECT_FALSE(pool.choose().empty());
}

TEST_F(BatchPoolTest, AnAuthorHasAQuotaButAProposalGetsWhatItNeeds) {
  BatchPool pool = make();
  for (const std::uint8_t mark : std::initializer_list<std::uint8_t>{1, 2, 3}) {
    EXPECT_EQ(pool.store(batch(mark), Time{}), BatchPool::Stored::kNew);
  }
  EXPECT_EQ(pool.store(batch(4), Time{}), BatchPool::Stored::kRefused);
  EXPECT_EQ(pool.store(batch(5, 1), Time{}), BatchPool::Stored::kNew)
      << "another author's quota is its own";

  pool.claim({digest_of(4)}, Time{});

  EXPECT_EQ(pool.store(batch(4), Time{}), BatchPool::Stored::kNew);
}

TEST_F(BatchPoolTest, OrderingFreesTheQuotaAndIsRemembered) {
  BatchPool pool = make();
  for (const std::uint8_t mark : std::initializer_list<std::uint8_t>{1, 2, 3}) {
    pool.store(batch(mark), Time{});
  }

  pool.order({digest_of(1)}, Height{1}, 500);

  EXPECT_EQ(pool.store(batch(4), Time{}), BatchPool::Stored::kNew);
  EXPECT_EQ(pool.store(batch(1), Time{}), BatchPool::Stored::kKnown)
      << "kept until its block is certified";
  EXPECT_EQ(pool.settle(Height{1}), std::vector<Digest>{digest_of(1)});
  EXPECT_EQ(pool.store(batch(1), Time{}), BatchPool::Stored::kOrdered);
}

TEST_F(BatchPoolTest, OrderedMarksEndWithTheReplayWindow) {
  config_.replay_window_ms = 100;
  BatchPool pool = make();
  pool.order(OrderedBatch{digest_of(1), 500}, Height{1});

  pool.expire(600, Time{});
  EXPECT_TRUE(pool.ordered(digest_of(1)));
  pool.expire(601, Time{});
  EXPECT_FALSE(pool.ordered(digest_of(1)));
}

TEST_F(BatchPoolTest, WhatExpiresIsDroppedUnlessAProposalNeedsIt) {
  BatchPool pool = make();
  pool.store(batch(1), Time{});
  pool.store(batch(2), Time{});
  pool.claim({digest_of(2)}, Time{});

  EXPECT_EQ(pool.expire(1'001, Time{}), std::vector<Digest>{digest_of(1)});
  EXPECT_TRUE(pool.holds(digest_of(2)));
}

TEST_F(BatchPoolTest, AsksOneAfterTheOtherWhoAcknowledgedFirst) {
  BatchPool pool = make();
  pool.acknowledge(ReplicaIndex{2}, digest_of(1), Time{});
  pool.acknowledge(ReplicaIndex{3}, digest_of(1), Time{});
  const Time due = *pool.next_fetch();

  std::vector<ReplicaIndex> asked;
  for (std::int64_t round = 0; round < 3; ++round) {
    const auto fetches =
        pool.due_fetches(ReplicaIndex{0}, due.plus(config_.fetch_interval.times(round)));
    ASSERT_EQ(fetches.size(), 1U);
    asked.push_back(fetches.begin()->first);
  }

  EXPECT_EQ(asked, (std::vector<ReplicaIndex>{ReplicaIndex{2}, ReplicaIndex{3}, ReplicaIndex{1}}));
}

TEST_F(BatchPoolTest, AnOwnBatchIsSentAgainUntilAQuorumHasIt) {
  BatchPool pool = make();
  pool.store(batch(1), Time{});
  acknowledge(pool, 1);
  const Time later = Time{}.plus(config_.resend_interval);

  const auto due = pool.unacknowledged(ReplicaIndex{0}, later);
  EXPECT_EQ(due.size(), 2U) << "validators 2 and 3 have not acknowledged";
  EXPECT_TRUE(pool.unacknowledged(ReplicaIndex{0}, later).empty()) << "it was sent just now";

  pool.acknowledge(ReplicaIndex{2}, digest_of(1), later);
  EXPECT_TRUE(pool.unacknowledged(ReplicaIndex{0}, later.plus(config_.resend_interval)).empty());
}

TEST_F(BatchPoolTest, AStatusTakesBackAcknowledgementsOfWhatWasLost) {
  BatchPool pool = make();
  pool.store(batch(1), Time{});
  acknowledge(pool, 1);
  ASSERT_EQ(pool.ready_count(), 1U);

  pool.acknowledge_exactly(ReplicaIndex{1}, {}, Time{});

  EXPECT_EQ(pool.ready_count(), 0U);
}

TEST_F(BatchPoolTest, AFloodOfAcknowledgementsIsBounded) {
  BatchPool pool = make();
  TestAuthenticator hasher(ReplicaIndex{0});
  std::size_t wanted = 0;
  for (std::uint32_t i = 0; i < 3 * kDigestListMax; ++i) {
    const Digest junk = hasher.hash(std::to_string(i));
    pool.acknowledge(ReplicaIndex{1}, junk, Time{});
    pool.acknowledge(ReplicaIndex{2}, junk, Time{});
  }
  for (const auto& [peer, batches] :
       pool.due_fetches(ReplicaIndex{0}, Time{}.plus(config_.fetch_interval))) {
    wanted += batches.size();
  }

  EXPECT_LE(wanted, kDigestListMax);
  EXPECT_EQ(pool.held_count(), 0U);
}

TEST_F(BatchPoolTest, WhatNobodyMentionsAnyMoreIsForgotten) {
  BatchPool pool = make();
  acknowledge(pool, 1);
  ASSERT_TRUE(pool.next_fetch());

  pool.expire(0, Time{}.plus(config_.forget_interval).plus(Duration{1}));

  EXPECT_FALSE(pool.next_fetch());
}

}  // namespace
}  // namespace qc::consensus
