// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/batch_store.h"

#include <gtest/gtest.h>

#include <string>

#include "chain/batch.h"
#include "tests/unit/chain/submissions.h"

namespace qc::node {
namespace {

const ledger::Network kOfBatches{.chain_id = "net.example/x/" + std::string(64, '0'),
                                 .algorithm = ledger::HashAlgorithm::kSha256};

TEST(BatchStore, FindsAllOrNothing) {
  BatchStore store(1'000);
  const chain::SharedBatch first =
      chain::pack_batch(kOfBatches, {make_submission(kOfBatches.chain_id, "A", 10)});
  const chain::SharedBatch second =
      chain::pack_batch(kOfBatches, {make_submission(kOfBatches.chain_id, "A", 10)});
  store.put(first);

  EXPECT_TRUE(store.find_all({first->digest, second->digest}).empty());
  store.put(second);
  EXPECT_EQ(store.find_all({second->digest, first->digest}).front(), second);
}

TEST(BatchStore, CountsABatchOnceAndForgetsIt) {
  BatchStore store(1'000);
  const chain::SharedBatch batch =
      chain::pack_batch(kOfBatches, {make_submission(kOfBatches.chain_id, "A", 10)});
  store.put(batch);
  store.put(batch);
  EXPECT_EQ(store.bytes(), batch->bytes.size());

  store.forget({batch->digest, batch->digest});

  EXPECT_EQ(store.bytes(), 0U);
  EXPECT_EQ(store.find(batch->digest), nullptr);
}

TEST(BatchStore, LimitsWhatASenderHasOnItsWay) {
  BatchStore store(1'000);

  EXPECT_TRUE(store.begin_incoming(1, 600));
  EXPECT_FALSE(store.begin_incoming(1, 600));
  EXPECT_TRUE(store.begin_incoming(2, 600));
  store.end_incoming(1, 600);
  EXPECT_TRUE(store.begin_incoming(1, 600));
}

}  // namespace
}  // namespace qc::node
