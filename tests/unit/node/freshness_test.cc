// SPDX-License-Identifier: Apache-2.0
#include "node/status/freshness.h"

#include <gtest/gtest.h>

namespace qc::node {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kWallMs = 1'800'000'000'000;

class FreshnessTest : public testing::Test {
 protected:
  FreshnessTest() {
    seen_.wall_ms = kWallMs;
    seen_.certified = 10;
    seen_.certified_elsewhere = 10;
    seen_.reachable = 5;
    seen_.needed = 4;
    seen_.validators = 5;
  }

  Freshness after(int ms) {
    seen_.now += milliseconds(ms);
    seen_.wall_ms += static_cast<std::uint64_t>(ms);
    return judge_.judge(seen_);
  }

  FreshnessJudge judge_;
  FreshnessJudge::Seen seen_;
};

TEST_F(FreshnessTest, AnIdleNetworkIsCurrentHoweverOldItsLastBlock) {
  EXPECT_TRUE(after(0).current);
  const Freshness day = after(86'400'000);
  EXPECT_TRUE(day.current);
  EXPECT_EQ(day.current_as_of_ms, kWallMs + 86'400'000);
  EXPECT_EQ(day.reason, "");
}

TEST_F(FreshnessTest, IsStaleAtOnceWithoutAQuorumAndSaysSinceWhen) {
  after(0);
  seen_.reachable = 3;
  after(100);
  const Freshness stale = after(5'000);

  EXPECT_FALSE(stale.current);
  EXPECT_EQ(stale.current_as_of_ms, kWallMs);
  EXPECT_EQ(stale.without_quorum, milliseconds(5'000));
  EXPECT_NE(stale.reason.find("3 of 5 validators"), std::string::npos) << stale.reason;

  seen_.reachable = 4;
  const Freshness again = after(1);
  EXPECT_TRUE(again.current);
  EXPECT_EQ(again.without_quorum, milliseconds(0));
}

TEST_F(FreshnessTest, IsStaleWhenOthersStayAhead) {
  after(0);
  seen_.certified_elsewhere = 11;
  EXPECT_TRUE(after(100).current) << "for a moment somebody is always ahead";
  EXPECT_FALSE(after(2'500).current);
  seen_.certified = 11;
  EXPECT_TRUE(after(1).current);
}

TEST_F(FreshnessTest, IsStaleWhenWorkWaitsAndNothingIsCertified) {
  seen_.work = true;
  after(0);
  EXPECT_TRUE(after(1'000).current) << "a block takes its time";
  const Freshness stale = after(3'000);
  EXPECT_FALSE(stale.current);
  EXPECT_EQ(stale.stalled, milliseconds(4'000));
  seen_.certified = 11;
  seen_.certified_elsewhere = 11;
  EXPECT_TRUE(after(1).current);
  EXPECT_TRUE(after(2'900).current) << "the time counts from the last block";
}

TEST_F(FreshnessTest, IsNeverCurrentOnceHalted) {
  after(0);
  seen_.halted = "a quorum certified another checkpoint";
  EXPECT_FALSE(after(1).current);
}

TEST_F(FreshnessTest, WasNeverCurrentBeforeTheFirstLink) {
  seen_.reachable = 1;
  EXPECT_EQ(after(0).current_as_of_ms, 0U);
}

}  // namespace
}  // namespace qc::node
