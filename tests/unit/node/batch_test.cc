// SPDX-License-Identifier: Apache-2.0
#include "chain/batch.h"

#include <gtest/gtest.h>

#include "ledger/state/state_view.h"
#include "node/pipeline/batch_store.h"
#include "submissions.h"

namespace qc::node {
namespace {

const ledger::Network kNetwork{.chain_id = "net.example/x/" + std::string(64, '0'),
                               .algorithm = ledger::HashAlgorithm::kSha256};
const ledger::EmptyStateView kState;

TEST(Batch, IsReadAsItWasPacked) {
  const chain::SharedBatch packed =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100, 5'000),
                                   make_submission(kNetwork.chain_id, "B", 100, 7'000)});

  const auto parsed = chain::parse_batch(kNetwork, kState, packed->bytes);

  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ((*parsed)->digest, packed->digest);
  EXPECT_EQ((*parsed)->expires_at_ms, 7'000U);
  ASSERT_EQ((*parsed)->submissions.size(), 2U);
  EXPECT_EQ((*parsed)->submissions[1].submission->bytes(),
            packed->submissions[1].submission->bytes());
}

TEST(Batch, NotesThatAnUnknownKeyWasNotChecked) {
  const chain::SharedBatch packed =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100)});

  const auto parsed = chain::parse_batch(kNetwork, kState, packed->bytes);

  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)->submissions[0].signature, ledger::SignatureCheck::kUnknown);
}

TEST(Batch, OfAnotherChainIsRefused) {
  const chain::SharedBatch packed = chain::pack_batch(
      kNetwork, {make_submission("net.example/y/" + std::string(64, '0'), "A", 100)});

  EXPECT_FALSE(chain::parse_batch(kNetwork, kState, packed->bytes));
}

TEST(Batch, ThatIsEmptyOrCutOrPaddedIsRefused) {
  const chain::SharedBatch packed =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100)});

  EXPECT_FALSE(chain::parse_batch(kNetwork, kState, ""));
  EXPECT_FALSE(
      chain::parse_batch(kNetwork, kState, packed->bytes.substr(0, packed->bytes.size() - 1)));
  EXPECT_FALSE(chain::parse_batch(kNetwork, kState, packed->bytes + "x"));
  EXPECT_FALSE(chain::parse_batch(kNetwork, kState,
                                  "\x0a\x03"
                                  "abc"));
}

TEST(BatchStore, FindsAllOrNothing) {
  BatchStore store(1'000);
  const chain::SharedBatch first =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 10)});
  const chain::SharedBatch second =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 10)});
  store.put(first);

  EXPECT_TRUE(store.find_all({first->digest, second->digest}).empty());
  store.put(second);
  EXPECT_EQ(store.find_all({second->digest, first->digest}).front(), second);
}

TEST(BatchStore, CountsABatchOnceAndForgetsIt) {
  BatchStore store(1'000);
  const chain::SharedBatch batch =
      chain::pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 10)});
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
