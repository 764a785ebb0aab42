// SPDX-License-Identifier: Apache-2.0
#include "chain/batch.h"

#include <gtest/gtest.h>

#include "ledger/state/state_view.h"
#include "tests/unit/chain/submissions.h"

namespace qc::chain {
namespace {

const ledger::Network kNetwork{.chain_id = "net.example/x/" + std::string(64, '0'),
                               .algorithm = ledger::HashAlgorithm::kSha256};
const ledger::EmptyStateView kState;

TEST(Batch, IsReadAsItWasPacked) {
  const SharedBatch packed =
      pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100, 5'000),
                            make_submission(kNetwork.chain_id, "B", 100, 7'000)});

  const auto parsed = parse_batch(kNetwork, kState, packed->bytes);

  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ((*parsed)->digest, packed->digest);
  EXPECT_EQ((*parsed)->expires_at_ms, 7'000U);
  ASSERT_EQ((*parsed)->submissions.size(), 2U);
  EXPECT_EQ((*parsed)->submissions[1].submission->bytes(),
            packed->submissions[1].submission->bytes());
}

TEST(Batch, NotesThatAnUnknownKeyWasNotChecked) {
  const SharedBatch packed = pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100)});

  const auto parsed = parse_batch(kNetwork, kState, packed->bytes);

  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)->submissions[0].signature, ledger::SignatureCheck::kUnknown);
}

TEST(Batch, OfAnotherChainIsRefused) {
  const SharedBatch packed =
      pack_batch(kNetwork, {make_submission("net.example/y/" + std::string(64, '0'), "A", 100)});

  EXPECT_FALSE(parse_batch(kNetwork, kState, packed->bytes));
}

TEST(Batch, ThatIsEmptyOrCutOrPaddedIsRefused) {
  const SharedBatch packed = pack_batch(kNetwork, {make_submission(kNetwork.chain_id, "A", 100)});

  EXPECT_FALSE(parse_batch(kNetwork, kState, ""));
  EXPECT_FALSE(parse_batch(kNetwork, kState, packed->bytes.substr(0, packed->bytes.size() - 1)));
  EXPECT_FALSE(parse_batch(kNetwork, kState, packed->bytes + "x"));
  EXPECT_FALSE(parse_batch(kNetwork, kState,
                           "\x0a\x03"
                           "abc"));
}

}  // namespace
}  // namespace qc::chain
