// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/state/state_bundle.h"

namespace qc::ledger {

/// One bundle of nodes under the key it is stored by. A bundle holds four levels of the tree, so
/// its key is a path of whole nibbles: one byte with their number, then the nibbles, two in a byte.
/// Keys of upper bundles sort before those of lower ones, and within a level in the order of the
/// paths.
using NodeBundle = std::pair<std::string, std::string>;

/// Where the bundles of a state tree are read from.
class NodeStore {
 public:
  NodeStore() = default;
  virtual ~NodeStore() = default;
  NodeStore(const NodeStore&) = default;
  NodeStore& operator=(const NodeStore&) = default;
  NodeStore(NodeStore&&) = default;
  NodeStore& operator=(NodeStore&&) = default;

  /// Reads the bundles under `keys` (ascending) into `bundles`, which has as many places; an empty
  /// string where there is none (no bundle is empty). One call a level, so that a store may read
  /// many at once. An error if the store cannot be read.
  virtual Result<void> read(std::span<const std::string> keys,
                            std::span<std::string> bundles) const = 0;
};

/// Bundles in memory.
class MemoryNodeStore final : public NodeStore {
 public:
  Result<void> read(std::span<const std::string> keys,
                    std::span<std::string> bundles) const override;
  void apply(std::vector<NodeBundle> bundles);
  const std::map<std::string, std::string, std::less<>>& bundles() const { return bundles_; }

 private:
  std::map<std::string, std::string, std::less<>> bundles_;
};

/// Changes on top of a store, which is not touched and must outlive this; a base may itself be an
/// overlay. Reading from several threads is fine as long as nobody applies.
class OverlayNodeStore final : public NodeStore {
 public:
  /// Takes a pointer, as an overlay on an overlay made from a reference would be a copy of it.
  explicit OverlayNodeStore(const NodeStore* base) : base_(*base) {}
  ~OverlayNodeStore() override = default;
  OverlayNodeStore(const OverlayNodeStore&) = delete;
  OverlayNodeStore& operator=(const OverlayNodeStore&) = delete;
  OverlayNodeStore(OverlayNodeStore&&) = delete;
  OverlayNodeStore& operator=(OverlayNodeStore&&) = delete;

  Result<void> read(std::span<const std::string> keys,
                    std::span<std::string> bundles) const override;
  void apply(std::vector<NodeBundle> bundles);
  /// What was applied since construction or the last clear, in key order.
  const std::map<std::string, std::string, std::less<>>& changes() const { return changes_; }
  void clear() { changes_.clear(); }

 private:
  const NodeStore& base_;
  std::map<std::string, std::string, std::less<>> changes_;
};

/// That a key has a value, or has none, under a root. `siblings` are those that are not empty, from
/// the root down; bit i of `bitmap` (most significant first) says that sibling i is one of them.
struct StateProof {
  std::string bitmap;
  /// Levels between the root and the terminal, at most 256.
  std::uint32_t depth = 0;
  std::vector<Digest> siblings;
  /// The leaf at the end: the key's own (inclusion) or another (non-existence); nothing where the
  /// subtree is empty (non-existence).
  std::optional<StateLeaf> terminal;

  bool operator==(const StateProof&) const = default;
};

/// What a batch of updates makes of a tree.
struct StateUpdate {
  Digest root{};
  /// Every bundle that changed, in key order.
  std::vector<NodeBundle> bundles;
};

/// The sparse Merkle tree of docs/formats.md over a store of bundles: a subtree that holds one leaf
/// is that leaf, an empty one is 32 zero bytes, leaves are never deleted. It keeps nothing itself
/// but the reference to the store, so it is cheap to make; it is as thread-safe as its store.
class StateTree {
 public:
  explicit StateTree(const NodeStore& store, HashAlgorithm algorithm = HashAlgorithm::kSha256)
      : store_(store), algorithm_(algorithm) {}

  Result<Digest> root() const;
  /// The hash of the value under `key`, if it has one.
  Result<std::optional<Digest>> find(const Digest& key) const;
  /// Sets leaves, strictly ascending by key (asserted), and returns the new root with the changed
  /// bundles, which the caller applies to the store. Costs one read and one write a bundle touched
  /// and four hashes a level of bundles and key; keys of a batch share what they have in common.
  Result<StateUpdate> update(std::span<const StateLeaf> leaves) const;
  /// A proof for any key, present or not.
  Result<StateProof> prove(const Digest& key) const;

 private:
  const NodeStore& store_;
  HashAlgorithm algorithm_;
};

/// Checks a proof in every particular: that `key` has a value of hash `value_hash`, or, where that
/// is nothing, that it has none. The error says which rule the proof breaks.
Result<void> verify_state_proof(HashAlgorithm algorithm, const Digest& root, const Digest& key,
                                const std::optional<Digest>& value_hash, const StateProof& proof);

}  // namespace qc::ledger
