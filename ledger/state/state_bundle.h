// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// One leaf: where it is and the hash of its value.
struct StateLeaf {
  Digest key{};
  Digest value_hash{};

  bool operator==(const StateLeaf&) const = default;
};

/// H(0x00 ‖ key ‖ value hash).
Digest state_leaf_hash(HashAlgorithm algorithm, const StateLeaf& leaf);

/// Levels of the state tree in one bundle, and slots at its lower end.
inline constexpr unsigned kBundleLevels = 4;
inline constexpr unsigned kBundleSlots = 1U << kBundleLevels;
/// Bundles from the root to the deepest possible leaf.
inline constexpr unsigned kMaxBundleDepth = 256 / kBundleLevels;

/// Which slot of the bundle at `depth` (in bundles below the root) the way to `key` passes through.
unsigned slot_of(const Digest& key, unsigned depth);

/// The store's key of the bundle at `depth` on the way to `key`.
std::string bundle_key(const Digest& key, unsigned depth);

/// Four levels of the state tree: sixteen slots, each empty, a leaf or the hash of the bundle
/// below, and the inner nodes above them that have at least two leaves under them. A leaf alone
/// under an inner node stands in for it, so what a node is follows from the slots and nothing can
/// contradict them.
///
/// Nodes are numbered as in a heap: 1 is the top, 2n and 2n + 1 are below n, 16 + s is slot s.
class StateBundle {
 public:
  enum class Kind : std::uint8_t { kEmpty, kLeaf, kBranch };

  /// u16 leaf slots ‖ u16 branch slots ‖ each slot that is not empty (key ‖ value hash, or hash) ‖
  /// each branch among nodes 2..15. kDataLoss for what encode cannot have written.
  static Result<StateBundle> decode(std::string_view bytes);
  std::string encode() const;

  /// What the subtree under a node is: nothing, one leaf (see leaf_under), or more.
  Kind kind(unsigned node) const;
  /// The only leaf under a node of kind kLeaf.
  const StateLeaf& leaf_under(unsigned node) const;
  /// The hash of a node as its parent sees it.
  Digest node_hash(HashAlgorithm algorithm, unsigned node) const;

  void set_leaf(unsigned slot, const StateLeaf& leaf);
  /// Says that a bundle hangs below the slot; set_branch_hash must follow before anything is
  /// hashed.
  void set_branch(unsigned slot);
  void set_branch_hash(unsigned slot, const Digest& hash);
  /// Hashes the inner nodes above all slots touched since the last call.
  void rehash(HashAlgorithm algorithm);

 private:
  std::uint16_t leaf_mask_ = 0;
  std::uint16_t branch_mask_ = 0;
  std::uint16_t touched_mask_ = 0;
  std::array<StateLeaf, kBundleSlots> leaves_{};
  /// By node number; only those of kind kBranch count, 0 never.
  std::array<Digest, 2 * std::size_t{kBundleSlots}> branches_{};
};

}  // namespace qc::ledger
