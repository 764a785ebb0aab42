// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/merkle_log.h"

#include <gtest/gtest.h>

#include <bit>

#include "ledger/log/log_tiles.h"

namespace qc::ledger {
namespace {

constexpr HashAlgorithm kSha = HashAlgorithm::kSha256;
constexpr std::uint64_t kMaxSize = 70;

std::vector<Digest> some_leaves(std::uint64_t count) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(kSha, std::to_string(i)));
  return leaves;
}

// MTH as RFC 6962 section 2.1 writes it.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return hash(kSha, "");
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return inner_hash(kSha, naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

// PATH as the RFC writes it.
std::vector<Digest> naive_path(std::size_t index, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  std::vector<Digest> path =
      index < k ? naive_path(index, leaves.first(k)) : naive_path(index - k, leaves.subspan(k));
  path.push_back(naive_root(index < k ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// SUBPROOF as the RFC writes it.
std::vector<Digest> naive_subproof(std::size_t m, std::span<const Digest> leaves, bool whole) {
  if (m == leaves.size()) {
    return whole ? std::vector<Digest>{} : std::vector<Digest>{naive_root(leaves)};
  }
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  std::vector<Digest> proof = m <= k ? naive_subproof(m, leaves.first(k), whole)
                                     : naive_subproof(m - k, leaves.subspan(k), false);
  proof.push_back(naive_root(m <= k ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

TEST(MerkleLog, RootsAreThoseOfTheRfc) {
  const auto leaves = some_leaves(kMaxSize);
  for (std::uint64_t size = 0; size <= kMaxSize; ++size) {
    const auto prefix = std::span(leaves).first(size);
    EXPECT_EQ(merkle_root(kSha, prefix), naive_root(prefix)) << size;
    EXPECT_EQ(MerkleTree(kSha, prefix).root(), naive_root(prefix)) << size;
  }
}

TEST(MerkleLog, PathsAreThoseOfTheRfcAndVerify) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  for (std::uint64_t size = 1; size <= kMaxSize; ++size) {
    const auto prefix = std::span(leaves).first(size);
    const Digest root = naive_root(prefix);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto path = inclusion_path(kSha, tree, index, size).value();
      EXPECT_EQ(path, naive_path(index, prefix));
      EXPECT_TRUE(verify_inclusion(kSha, leaves[index], index, size, path, root));
    }
  }
  EXPECT_FALSE(inclusion_path(kSha, tree, 5, 5));
  EXPECT_FALSE(inclusion_path(kSha, tree, 0, kMaxSize + 1)) << "a hash is missing";
}

TEST(MerkleLog, WrongPathsDoNotVerify) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  for (const std::uint64_t size : {1U, 2U, 3U, 7U, 8U, 21U, 64U}) {
    const Digest root = naive_root(std::span(leaves).first(size));
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = inclusion_path(kSha, tree, index, size).value();
      EXPECT_FALSE(verify_inclusion(kSha, leaves[69], index, size, path, root));
      EXPECT_FALSE(verify_inclusion(kSha, leaves[index], size, size, path, root));
      for (std::uint64_t other = 0; other < size; ++other) {
        EXPECT_EQ(verify_inclusion(kSha, leaves[index], other, size, path, root), other == index);
      }
      for (Digest& node : path) {
        node[31] ^= 1;
        EXPECT_FALSE(verify_inclusion(kSha, leaves[index], index, size, path, root));
        node[31] ^= 1;
      }
      path.push_back(kZeroDigest);
      EXPECT_FALSE(verify_inclusion(kSha, leaves[index], index, size, path, root));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(verify_inclusion(kSha, leaves[index], index, size, path, root));
    }
  }
}

TEST(MerkleLog, ConsistencyProofsAreThoseOfTheRfcAndVerify) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  for (std::uint64_t new_size = 1; new_size <= kMaxSize; ++new_size) {
    const auto prefix = std::span(leaves).first(new_size);
    for (std::uint64_t old_size = 1; old_size <= new_size; ++old_size) {
      const auto proof = consistency_proof(kSha, tree, old_size, new_size).value();
      EXPECT_EQ(proof, naive_subproof(old_size, prefix, true));
      EXPECT_TRUE(verify_consistency(kSha, old_size, naive_root(prefix.first(old_size)), new_size,
                                     naive_root(prefix), proof));
    }
  }
  EXPECT_FALSE(consistency_proof(kSha, tree, 0, 5));
  EXPECT_FALSE(consistency_proof(kSha, tree, 6, 5));
}

TEST(MerkleLog, WrongConsistencyProofsDoNotVerify) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  for (std::uint64_t new_size = 2; new_size <= 33; ++new_size) {
    const Digest new_root = naive_root(std::span(leaves).first(new_size));
    for (std::uint64_t old_size = 1; old_size < new_size; ++old_size) {
      const Digest old_root = naive_root(std::span(leaves).first(old_size));
      auto proof = consistency_proof(kSha, tree, old_size, new_size).value();
      EXPECT_FALSE(verify_consistency(kSha, old_size, new_root, new_size, new_root, proof));
      EXPECT_FALSE(verify_consistency(kSha, old_size, old_root, new_size, old_root, proof));
      EXPECT_FALSE(verify_consistency(kSha, 0, old_root, new_size, new_root, proof));
      for (Digest& node : proof) {
        node[0] ^= 1;
        EXPECT_FALSE(verify_consistency(kSha, old_size, old_root, new_size, new_root, proof));
        node[0] ^= 1;
      }
      proof.push_back(kZeroDigest);
      EXPECT_FALSE(verify_consistency(kSha, old_size, old_root, new_size, new_root, proof));
      proof.resize(proof.size() - 2);
      EXPECT_FALSE(verify_consistency(kSha, old_size, old_root, new_size, new_root, proof));
    }
  }
}

TEST(MerkleLog, ConsistencyNodesYieldBothRoots) {
  const auto leaves = some_leaves(9);
  const MerkleTree tree(kSha, leaves);
  for (std::uint64_t old_size = 1; old_size < 9; ++old_size) {
    auto nodes = consistency_proof(kSha, tree, old_size, 9).value();
    const Digest old_root = naive_root(std::span(leaves).first(old_size));
    if (std::has_single_bit(old_size)) nodes.insert(nodes.begin(), old_root);
    const auto roots = roots_from_consistency(kSha, old_size, 9, nodes);
    ASSERT_TRUE(roots);
    EXPECT_EQ(roots->old_root, old_root);
    EXPECT_EQ(roots->new_root, naive_root(leaves));
  }
}

TEST(Frontier, ReportsEveryCompletedSubtreeOnce) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  Frontier frontier(kSha);
  Frontier silent(kSha);
  std::vector<LogNode> nodes;
  for (const Digest& leaf : leaves) {
    frontier.append(leaf, nodes);
    silent.append(leaf);
    EXPECT_EQ(frontier, silent);
  }
  std::size_t expected = 0;
  for (std::uint64_t size = kMaxSize; size > 0; size /= 2) expected += size;
  EXPECT_EQ(nodes.size(), expected);
  for (const LogNode& node : nodes) EXPECT_EQ(tree.node(node.level, node.index), node.hash);
}

TEST(Frontier, GoesOnAfterStorage) {
  const auto leaves = some_leaves(kMaxSize);
  const MerkleTree tree(kSha, leaves);
  Frontier frontier(kSha);
  for (const Digest& leaf : leaves) {
    const auto stored = Frontier::parse(frontier.serialize(), kSha);
    ASSERT_TRUE(stored);
    EXPECT_EQ(*stored, frontier);
    EXPECT_EQ(Frontier::load(tree, frontier.size(), kSha).value(), frontier);
    frontier.append(leaf);
  }
  EXPECT_FALSE(Frontier::parse("", kSha));
  EXPECT_FALSE(Frontier::parse(frontier.serialize() + "x", kSha));
  EXPECT_FALSE(Frontier::load(tree, kMaxSize + 1, kSha));
}

TEST(LogTiles, PathsFollowTheSpecification) {
  EXPECT_EQ(tile_path({0, 0, 256}), "tile/0/000");
  EXPECT_EQ(tile_path({1, 1'234'067, 17}), "tile/1/x001/x234/067.p/17");
  EXPECT_EQ(entries_path(1000, 256), "tile/entries/x001/000");
  EXPECT_EQ(entries_path(7, 3), "tile/entries/007.p/3");
}

TEST(LogTiles, OnlyTheirOwnPathsAreRead) {
  for (const TileAddress& address :
       {TileAddress{0, 0, 256}, TileAddress{7, 999, 1}, TileAddress{3, 123'456'789, 255}}) {
    EXPECT_EQ(parse_tile_path(tile_path(address)).value(), address);
  }
  for (const char* path :
       {"", "tile/", "tile/0/", "tile/0/00", "tile/0/0000", "tile/8/000", "tile/00/000",
        "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/256", "tile/0/000.p/0",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/entries/000", "/tile/0/000", "tile/0/000/",
        "tile/0/x001/x001/x001/x001/x001/x001/001"}) {
    EXPECT_FALSE(parse_tile_path(path)) << path;
  }
}

TEST(LogTiles, HoldTheNodesOfTheirLevel) {
  const auto leaves = some_leaves(600);
  const MerkleTree tree(kSha, leaves);
  EXPECT_EQ(tile_width(0, 0, 600), 256U);
  EXPECT_EQ(tile_width(0, 2, 600), 88U);
  EXPECT_EQ(tile_width(0, 3, 600), 0U);
  EXPECT_EQ(tile_width(1, 0, 600), 2U);
  EXPECT_EQ(tile_width(2, 0, 600), 0U);
  EXPECT_EQ(tile_width(0, 2, 512), 0U);
  const std::string tile = tile_bytes(tree, {1, 0, 2}).value();
  EXPECT_EQ(tile.substr(0, 32), view(merkle_root(kSha, std::span(leaves).first(256))));
  EXPECT_EQ(tile.size(), 64U);
  EXPECT_FALSE(tile_bytes(tree, {1, 0, 3}));
}

TEST(LogTiles, BundlesKeepTheirEntries) {
  std::string bundle;
  append_bundle_entry(bundle, "one");
  append_bundle_entry(bundle, "");
  append_bundle_entry(bundle, std::string(65'535, 'x'));
  const auto entries = parse_entry_bundle(bundle);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ(entries->at(0), "one");
  EXPECT_EQ(entries->at(1), "");
  EXPECT_EQ(entries->at(2).size(), 65'535U);
  EXPECT_FALSE(parse_entry_bundle(std::string_view(bundle).substr(0, bundle.size() - 1)));
  EXPECT_FALSE(parse_entry_bundle("x"));
  std::string full;
  for (int i = 0; i < 256; ++i) append_bundle_entry(full, "e");
  EXPECT_TRUE(parse_entry_bundle(full));
  append_bundle_entry(full, "e");
  EXPECT_FALSE(parse_entry_bundle(full));
}

}  // namespace
}  // namespace qc::ledger
