// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/range_receipt.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/crypto/hash.h"
#include "ledger/log/merkle_log.h"

namespace qc::ledger {
namespace {

constexpr HashAlgorithm kHash = HashAlgorithm::kSha256;

std::vector<Digest> leaves(std::uint64_t count) {
  std::vector<Digest> hashes;
  for (std::uint64_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(kHash, std::to_string(i)));
  return hashes;
}

std::vector<Digest> own_leaves(const std::vector<Digest>& all, const LeafRange& range) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(range.first);
  return {first, first + static_cast<std::ptrdiff_t>(range.count)};
}

/// Makes the receipt from the tree, reads it as the holder does and compares every path with the
/// tree's own. Returns how many nodes the receipt has.
std::size_t round_trip(const MerkleTree& tree, const std::vector<Digest>& all,
                       const LeafRange& range) {
  const auto nodes = range_receipt(tree, range);
  EXPECT_TRUE(nodes.has_value());
  const auto receipt = RangeReceipt::make(kHash, range, own_leaves(all, range), *nodes);
  EXPECT_TRUE(receipt.has_value());
  if (!nodes || !receipt) return 0;
  EXPECT_EQ(receipt->root(), tree.root());
  for (std::uint64_t i = 0; i < range.count; ++i) {
    EXPECT_EQ(receipt->path(i).value(), tree.path(range.first + i))
        << range.first << "+" << i << " of " << range.size;
  }
  return nodes->size();
}

TEST(RangeReceipt, GivesEveryLeafItsOwnPathForEveryRangeOfSmallLogs) {
  for (std::uint64_t size = 1; size <= 20; ++size) {
    const std::vector<Digest> all = leaves(size);
    const MerkleTree tree(kHash, all);
    for (std::uint64_t first = 0; first < size; ++first) {
      for (std::uint64_t count = 1; first + count <= size; ++count) {
        round_trip(tree, all, {first, count, size});
      }
    }
  }
}

TEST(RangeReceipt, StaysSmallHoweverManyLeavesTheLogHas) {
  const std::vector<Digest> all = leaves(5'003);
  const MerkleTree tree(kHash, all);

  EXPECT_LE(round_trip(tree, all, {1'234, 1'000, 5'003}), 26U);
  EXPECT_LE(round_trip(tree, all, {4'001, 1'002, 5'003}), 26U);
  EXPECT_EQ(round_trip(tree, all, {0, 5'003, 5'003}), 0U);
}

TEST(RangeReceipt, RefusesRangesOutsideTheLog) {
  EXPECT_FALSE(nodes_outside({0, 0, 5}).has_value());
  EXPECT_FALSE(nodes_outside({5, 1, 5}).has_value());
  EXPECT_FALSE(nodes_outside({4, 2, 5}).has_value());
  EXPECT_FALSE(nodes_outside({~std::uint64_t{0}, 2, 5}).has_value());
  EXPECT_FALSE(nodes_outside({0, 1, ~std::uint64_t{0}}).has_value());
}

TEST(RangeReceipt, RefusesNodesThatAreNotTheOnesOutside) {
  const std::vector<Digest> all = leaves(11);
  const MerkleTree tree(kHash, all);
  const LeafRange range{3, 4, 11};
  const std::vector<LogNode> nodes = range_receipt(tree, range).value();
  const std::vector<Digest> own = own_leaves(all, range);

  std::vector<LogNode> missing(nodes.begin(), nodes.end() - 1);
  std::vector<LogNode> shifted = nodes;
  shifted[0].index += 1;

  EXPECT_TRUE(RangeReceipt::make(kHash, range, own, nodes).has_value());
  EXPECT_FALSE(RangeReceipt::make(kHash, range, own, missing).has_value());
  EXPECT_FALSE(RangeReceipt::make(kHash, range, own, shifted).has_value());
  EXPECT_FALSE(RangeReceipt::make(kHash, {3, 3, 11}, own, nodes).has_value());
}

TEST(RangeReceipt, AFalseNodeShowsInTheRoot) {
  const std::vector<Digest> all = leaves(11);
  const MerkleTree tree(kHash, all);
  const LeafRange range{3, 4, 11};
  const std::vector<Digest> own = own_leaves(all, range);

  for (std::size_t i = 0; i < nodes_outside(range).value().size(); ++i) {
    std::vector<LogNode> nodes = range_receipt(tree, range).value();
    nodes[i].hash[0] ^= 1;
    EXPECT_NE(RangeReceipt::make(kHash, range, own, nodes).value().root(), tree.root());
  }
}

TEST(RangeReceipt, HasNoPathForALeafBeyondTheRange) {
  const std::vector<Digest> all = leaves(4);
  const MerkleTree tree(kHash, all);
  const LeafRange range{1, 2, 4};
  const auto receipt =
      RangeReceipt::make(kHash, range, own_leaves(all, range), range_receipt(tree, range).value());

  EXPECT_FALSE(receipt.value().path(2).has_value());
}

}  // namespace
}  // namespace qc::ledger
