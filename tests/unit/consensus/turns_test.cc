// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/turns.h"

#include <gtest/gtest.h>

namespace qc::consensus {
namespace {

constexpr std::uint64_t kBlocks = 10;

class TurnsTest : public ::testing::Test {
 protected:
  /// A whole turn with a block of `batches` every `every_ms`; whether it is found too slow.
  bool turn(std::uint16_t primary, std::size_t batches, std::int64_t every_ms) {
    bool slow = false;
    turns_.interrupt();
    for (std::uint64_t i = 0; i <= kBlocks; ++i) {
      slow = turns_.delivered(ReplicaIndex{primary}, batches, batches * 1'000, true, now_) || slow;
      now_ = now_.plus(Duration::milliseconds(every_ms));
    }
    return slow;
  }

  Turns turns_{Quorum(4), kBlocks};
  Time now_;
};

TEST_F(TurnsTest, BelowHalfOfTheOthersMedianIsTooSlow) {
  turn(0, 10, 10);
  turn(1, 10, 10);
  turn(2, 10, 12);

  EXPECT_FALSE(turn(3, 10, 19));
  EXPECT_TRUE(turn(3, 10, 25));
  EXPECT_TRUE(turn(3, 4, 10)) << "many small blocks are slow too";
}

TEST_F(TurnsTest, NobodyIsSlowBeforeACorrectOneHasBeenMeasured) {
  turn(0, 100, 10);

  EXPECT_FALSE(turn(3, 1, 1'000)) << "the one other may be a liar";
}

TEST_F(TurnsTest, OneFastLiarDoesNotMoveTheMedian) {
  turn(0, 10, 10);
  turn(1, 10, 10);
  turn(2, 1'000, 1);

  EXPECT_FALSE(turn(3, 10, 12));
}

TEST_F(TurnsTest, WhatIsDeliveredWithoutABacklogSaysNothing) {
  turn(0, 10, 10);
  turn(1, 10, 10);
  bool slow = false;
  for (std::uint64_t i = 0; i < 5 * kBlocks; ++i) {
    const bool backlog = i % kBlocks != 0;
    slow = turns_.delivered(ReplicaIndex{3}, 1, 1, backlog, now_) || slow;
    now_ = now_.plus(Duration::milliseconds(500));
  }

  EXPECT_FALSE(slow);
}

}  // namespace
}  // namespace qc::consensus
