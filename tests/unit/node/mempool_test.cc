// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/mempool.h"

#include <gtest/gtest.h>

#include "tests/unit/chain/submissions.h"

namespace qc::node {
namespace {

using std::chrono::milliseconds;
using Pipeline = Mempool::Pipeline;

const Mempool::Clock::time_point kStart{};
const std::string kChain = "net.example/x/" + std::string(64, '0');

Mempool::Limits limits() {
  return {.bytes = 10'000,
          .organisation_bytes = 4'000,
          .batch_bytes = 3'000,
          .batch_wait = milliseconds(5)};
}

TEST(Mempool, GivesABatchAtOnceToAnIdlePipeline) {
  Mempool mempool(limits());
  ASSERT_TRUE(mempool.add(make_submission(kChain, "A", 100), kStart));

  EXPECT_EQ(mempool.take(Pipeline::kIdle, kStart).size(), 1U);
  EXPECT_TRUE(mempool.take(Pipeline::kIdle, kStart).empty());
}

TEST(Mempool, LetsABatchFillWhileThePipelineIsBusy) {
  Mempool mempool(limits());
  ASSERT_TRUE(mempool.add(make_submission(kChain, "A", 100), kStart));

  EXPECT_TRUE(mempool.take(Pipeline::kBusy, kStart + milliseconds(4)).empty());
  EXPECT_EQ(mempool.due(), kStart + milliseconds(5));
  EXPECT_EQ(mempool.take(Pipeline::kBusy, kStart + milliseconds(5)).size(), 1U);
}

TEST(Mempool, ClosesABatchAtItsBytes) {
  Mempool mempool(limits());
  for (const char* organisation : {"A", "A", "B", "B"}) {
    ASSERT_TRUE(mempool.add(make_submission(kChain, organisation, 1'200), kStart));
  }

  EXPECT_EQ(mempool.take(Pipeline::kBusy, kStart).size(), 2U);
  EXPECT_EQ(mempool.take(Pipeline::kIdle, kStart).size(), 2U);
}

TEST(Mempool, GivesASubmissionLargerThanABatchAlone) {
  Mempool mempool(limits());
  ASSERT_TRUE(mempool.add(make_submission(kChain, "A", 3'500), kStart));
  ASSERT_TRUE(mempool.add(make_submission(kChain, "B", 10), kStart));

  EXPECT_EQ(mempool.take(Pipeline::kBusy, kStart).size(), 1U);
}

TEST(Mempool, RefusesOneOrganisationBeyondItsQuotaAndNotTheOthers) {
  Mempool mempool(limits());
  ASSERT_TRUE(mempool.add(make_submission(kChain, "A", 3'000), kStart));

  const auto refused = mempool.add(make_submission(kChain, "A", 1'000), kStart);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ledger::Code::kResourceExhausted);
  EXPECT_NE(refused.error().message.find("organisation A"), std::string::npos);
  EXPECT_TRUE(mempool.add(make_submission(kChain, "B", 1'000), kStart));
}

TEST(Mempool, RefusesEverybodyBeyondTheNodesQuota) {
  Mempool mempool(limits());
  for (const char* organisation : {"A", "B", "C"}) {
    ASSERT_TRUE(mempool.add(make_submission(kChain, organisation, 3'000), kStart));
  }

  EXPECT_FALSE(mempool.add(make_submission(kChain, "D", 1'000), kStart));
}

TEST(Mempool, KeepsTheChargeUntilItIsReleased) {
  Mempool mempool(limits());
  const auto submission = make_submission(kChain, "A", 3'000);
  ASSERT_TRUE(mempool.add(submission, kStart));
  ASSERT_EQ(mempool.take(Pipeline::kIdle, kStart).size(), 1U);
  EXPECT_FALSE(mempool.add(make_submission(kChain, "A", 1'000), kStart));

  mempool.release("A", submission->bytes().size());

  EXPECT_EQ(mempool.usage().bytes, 0U);
  EXPECT_TRUE(mempool.add(make_submission(kChain, "A", 1'000), kStart));
}

}  // namespace
}  // namespace qc::node
