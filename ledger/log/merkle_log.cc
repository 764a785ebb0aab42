// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/merkle_log.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/assert.h"
#include "base/big_endian.h"
#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

/// Leaves [begin, end): a range that RFC 6962 hashes as one tree.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;

  std::uint64_t size() const { return end - begin; }
};

// The largest power of two below n, for n > 1: where RFC 6962 splits n leaves.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

Digest fold_right(HashAlgorithm algorithm, std::span<const Digest> subtrees) {
  Digest root = subtrees.back();
  for (std::size_t i = subtrees.size() - 1; i-- > 0;) {
    root = inner_hash(algorithm, subtrees[i], root);
  }
  return root;
}

Error missing_node(std::uint32_t level, std::uint64_t index) {
  return Error{Code::kDataLoss, "log node " + std::to_string(index) + " of level " +
                                    std::to_string(level) + " is missing from the store"};
}

// The root of a range that begins where a tree of its size may begin.
Result<Digest> range_root(HashAlgorithm algorithm, const HashReader& reader, Range range) {
  std::vector<Digest> subtrees;
  while (range.begin < range.end) {
    const auto level = static_cast<std::uint32_t>(std::bit_width(range.size()) - 1);
    const std::uint64_t index = range.begin >> level;
    const std::optional<Digest> node = reader.node(level, index);
    if (!node) return tl::unexpected(missing_node(level, index));
    subtrees.push_back(*node);
    range.begin += std::uint64_t{1} << level;
  }
  return fold_right(algorithm, subtrees);
}

/// Walks from a leaf to the root of a tree with a ragged right edge (RFC 9162 section 2.1.3.2).
class Climb {
 public:
  Climb(std::uint64_t index, std::uint64_t last) : index_(index), last_(last) {}

  bool at_root() const { return last_ == 0; }
  /// True if the next sibling stands to the left. Steps past it.
  bool step_left() {
    const bool left = (index_ & 1) != 0 || index_ == last_;
    if (left) {
      while ((index_ & 1) == 0 && index_ != 0) shift();
    }
    shift();
    return left;
  }
  /// Skips levels where the node is a right child: they lie inside the old tree.
  void skip_right_children() {
    while ((index_ & 1) != 0) shift();
  }

 private:
  void shift() {
    index_ >>= 1;
    last_ >>= 1;
  }

  std::uint64_t index_;
  std::uint64_t last_;
};

}  // namespace

MerkleTree::MerkleTree(HashAlgorithm algorithm, std::span<const Digest> leaf_hashes)
    : algorithm_(algorithm) {
  for (const Digest& leaf : leaf_hashes) append(leaf);
}

void MerkleTree::append(const Digest& leaf_hash) {
  Digest hash = leaf_hash;
  for (std::size_t level = 0;; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    auto& nodes = levels_[level];
    nodes.push_back(hash);
    if (nodes.size() % 2 != 0) return;
    hash = inner_hash(algorithm_, nodes[nodes.size() - 2], nodes.back());
  }
}

std::uint64_t MerkleTree::size() const { return levels_.empty() ? 0 : levels_.front().size(); }

Digest MerkleTree::root() const { return *log_root(algorithm_, *this, size()); }

std::optional<Digest> MerkleTree::node(std::uint32_t level, std::uint64_t index) const {
  if (level >= levels_.size() || index >= levels_[level].size()) return std::nullopt;
  return levels_[level][index];
}

std::vector<Digest> MerkleTree::path(std::uint64_t index) const {
  QC_ASSERT(index < size());
  return *inclusion_path(algorithm_, *this, index, size());
}

Digest Frontier::root() const {
  return edge_.empty() ? hash(algorithm_, "") : fold_right(algorithm_, edge_);
}

void Frontier::append(const Digest& leaf_hash, std::vector<LogNode>& completed) {
  LogNode node{.level = 0, .index = size_, .hash = leaf_hash};
  completed.push_back(node);
  while ((node.index & 1) != 0) {
    node = LogNode{.level = node.level + 1,
                   .index = node.index >> 1,
                   .hash = inner_hash(algorithm_, edge_.back(), node.hash)};
    edge_.pop_back();
    completed.push_back(node);
  }
  edge_.push_back(node.hash);
  ++size_;
}

void Frontier::append(const Digest& leaf_hash) {
  Digest hash = leaf_hash;
  for (std::uint64_t index = size_; (index & 1) != 0; index >>= 1) {
    hash = inner_hash(algorithm_, edge_.back(), hash);
    edge_.pop_back();
  }
  edge_.push_back(hash);
  ++size_;
}

std::string Frontier::serialize() const {
  std::string bytes;
  append_big_endian<std::uint64_t>(bytes, size_);
  for (const Digest& node : edge_) bytes.append(view(node));
  return bytes;
}

Result<Frontier> Frontier::parse(std::string_view bytes, HashAlgorithm algorithm) {
  constexpr std::size_t kSizeBytes = 8;
  Frontier frontier(algorithm);
  if (bytes.size() >= kSizeBytes) frontier.size_ = load_big_endian<std::uint64_t>(bytes);
  const auto nodes = static_cast<std::size_t>(std::popcount(frontier.size_));
  if (bytes.size() != kSizeBytes + nodes * kDigestSize || frontier.size_ > kMaxInteger) {
    return fail(Code::kDataLoss, "the stored edge of the log has a wrong length");
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    frontier.edge_.push_back(*digest_from(bytes.substr(kSizeBytes + i * kDigestSize, kDigestSize)));
  }
  return frontier;
}

Result<Frontier> Frontier::load(const HashReader& reader, std::uint64_t size,
                                HashAlgorithm algorithm) {
  Frontier frontier(algorithm);
  frontier.size_ = size;
  for (std::uint64_t begin = 0; begin < size;) {
    const auto level = static_cast<std::uint32_t>(std::bit_width(size - begin) - 1);
    const std::optional<Digest> node = reader.node(level, begin >> level);
    if (!node) return tl::unexpected(missing_node(level, begin >> level));
    frontier.edge_.push_back(*node);
    begin += std::uint64_t{1} << level;
  }
  return frontier;
}

Digest merkle_root(HashAlgorithm algorithm, std::span<const Digest> leaf_hashes) {
  Frontier frontier(algorithm);
  for (const Digest& leaf : leaf_hashes) frontier.append(leaf);
  return frontier.root();
}

Result<Digest> log_root(HashAlgorithm algorithm, const HashReader& reader, std::uint64_t size) {
  if (size == 0) return hash(algorithm, "");
  return range_root(algorithm, reader, Range{0, size});
}

Result<std::vector<Digest>> inclusion_path(HashAlgorithm algorithm, const HashReader& reader,
                                           std::uint64_t index, std::uint64_t size) {
  if (index >= size) {
    return fail(Code::kOutOfRange, "log index " + std::to_string(index) + " is not below size " +
                                       std::to_string(size));
  }
  std::vector<Digest> path;
  Range range{0, size};
  while (range.size() > 1) {
    const std::uint64_t middle = range.begin + split_of(range.size());
    const bool left = index < middle;
    QC_TRY(const Digest sibling,
           range_root(algorithm, reader,
                      left ? Range{middle, range.end} : Range{range.begin, middle}));
    path.push_back(sibling);
    range = left ? Range{range.begin, middle} : Range{middle, range.end};
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::optional<Digest> root_from_path(HashAlgorithm algorithm, const Digest& leaf_hash,
                                     std::uint64_t index, std::uint64_t size,
                                     std::span<const Digest> path) {
  if (index >= size || path.size() > kMaxPathLength) return std::nullopt;
  Climb climb(index, size - 1);
  Digest hash = leaf_hash;
  for (const Digest& sibling : path) {
    if (climb.at_root()) return std::nullopt;
    hash = climb.step_left() ? inner_hash(algorithm, sibling, hash)
                             : inner_hash(algorithm, hash, sibling);
  }
  if (!climb.at_root()) return std::nullopt;
  return hash;
}

bool verify_inclusion(HashAlgorithm algorithm, const Digest& leaf_hash, std::uint64_t index,
                      std::uint64_t size, std::span<const Digest> path, const Digest& root) {
  return root_from_path(algorithm, leaf_hash, index, size, path) == root;
}

Result<std::vector<Digest>> consistency_proof(HashAlgorithm algorithm, const HashReader& reader,
                                              std::uint64_t old_size, std::uint64_t new_size) {
  if (old_size == 0 || old_size > new_size) {
    return fail(Code::kOutOfRange, "no consistency proof from size " + std::to_string(old_size) +
                                       " to size " + std::to_string(new_size));
  }
  std::vector<Digest> proof;
  Range range{0, new_size};
  while (range.end != old_size) {
    const std::uint64_t middle = range.begin + split_of(range.size());
    const bool left = old_size <= middle;
    QC_TRY(const Digest node,
           range_root(algorithm, reader,
                      left ? Range{middle, range.end} : Range{range.begin, middle}));
    proof.push_back(node);
    range = left ? Range{range.begin, middle} : Range{middle, range.end};
  }
  // A range from 0 is the old tree itself, whose root the verifier has.
  if (range.begin != 0) {
    QC_TRY(const Digest node, range_root(algorithm, reader, range));
    proof.push_back(node);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

std::optional<ConsistencyRoots> roots_from_consistency(HashAlgorithm algorithm,
                                                       std::uint64_t old_size,
                                                       std::uint64_t new_size,
                                                       std::span<const Digest> nodes) {
  if (old_size == 0 || old_size >= new_size) return std::nullopt;
  if (nodes.empty() || nodes.size() > kMaxPathLength + 1) return std::nullopt;
  Climb climb(old_size - 1, new_size - 1);
  climb.skip_right_children();
  ConsistencyRoots roots{.old_root = nodes.front(), .new_root = nodes.front()};
  for (const Digest& node : nodes.subspan(1)) {
    if (climb.at_root()) return std::nullopt;
    if (climb.step_left()) {
      roots.old_root = inner_hash(algorithm, node, roots.old_root);
      roots.new_root = inner_hash(algorithm, node, roots.new_root);
    } else {
      roots.new_root = inner_hash(algorithm, roots.new_root, node);
    }
  }
  if (!climb.at_root()) return std::nullopt;
  return roots;
}

bool verify_consistency(HashAlgorithm algorithm, std::uint64_t old_size, const Digest& old_root,
                        std::uint64_t new_size, const Digest& new_root,
                        std::span<const Digest> proof) {
  if (old_size == 0 || old_size > new_size || proof.size() > kMaxPathLength) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  std::vector<Digest> nodes;
  if (std::has_single_bit(old_size)) nodes.push_back(old_root);
  nodes.insert(nodes.end(), proof.begin(), proof.end());
  const auto roots = roots_from_consistency(algorithm, old_size, new_size, nodes);
  return roots && roots->old_root == old_root && roots->new_root == new_root;
}

}  // namespace qc::ledger
