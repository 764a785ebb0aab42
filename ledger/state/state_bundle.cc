// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/state_bundle.h"

#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/big_endian.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kLeafBytes = 2 * kDigestSize;

constexpr std::uint16_t bit(unsigned slot) { return static_cast<std::uint16_t>(1U << slot); }

// The slots under each node.
constexpr std::array<std::uint16_t, 2 * std::size_t{kBundleSlots}> slots_under() {
  std::array<std::uint16_t, 2 * std::size_t{kBundleSlots}> masks{};
  for (unsigned slot = 0; slot < kBundleSlots; ++slot) {
    for (unsigned node = kBundleSlots + slot; node > 0; node /= 2) {
      masks[node] = static_cast<std::uint16_t>(masks[node] | bit(slot));
    }
  }
  return masks;
}
constexpr auto kSlotsUnder = slots_under();

Digest take_digest(std::string_view& bytes) {
  Digest digest{};
  std::memcpy(digest.data(), bytes.data(), kDigestSize);
  bytes.remove_prefix(kDigestSize);
  return digest;
}

}  // namespace

Digest state_leaf_hash(HashAlgorithm algorithm, const StateLeaf& leaf) {
  std::array<char, 1 + 2 * kDigestSize> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  bytes[0] = 0x00;
  std::memcpy(bytes.data() + 1, leaf.key.data(), kDigestSize);
  std::memcpy(bytes.data() + 1 + kDigestSize, leaf.value_hash.data(), kDigestSize);
  return hash(algorithm, std::string_view(bytes.data(), bytes.size()));
}

unsigned slot_of(const Digest& key, unsigned depth) {
  const unsigned byte = key[depth / 2];
  return depth % 2 == 0 ? byte >> 4 : byte & 0x0f;
}

std::string bundle_key(const Digest& key, unsigned depth) {
  std::string path(1, static_cast<char>(depth));
  path.append(view(key).substr(0, (depth + 1) / 2));
  if (depth % 2 != 0) {
    path.back() = static_cast<char>(static_cast<std::uint8_t>(path.back()) & 0xf0);
  }
  return path;
}

Result<StateBundle> StateBundle::decode(std::string_view bytes) {
  const auto damaged = [] {
    return fail(Code::kDataLoss, "a stored bundle of the state tree is damaged");
  };
  if (bytes.size() < kMaskBytes) return damaged();
  StateBundle bundle;
  bundle.leaf_mask_ = load_big_endian<std::uint16_t>(bytes);
  bundle.branch_mask_ = load_big_endian<std::uint16_t>(bytes.substr(2));
  bytes.remove_prefix(kMaskBytes);
  if ((bundle.leaf_mask_ & bundle.branch_mask_) != 0) return damaged();
  std::size_t inner_nodes = 0;
  for (unsigned node = 2; node < kBundleSlots; ++node) {
    if (bundle.kind(node) == Kind::kBranch) ++inner_nodes;
  }
  const auto leaves = static_cast<std::size_t>(std::popcount(bundle.leaf_mask_));
  const auto branches = static_cast<std::size_t>(std::popcount(bundle.branch_mask_));
  if (bytes.size() != leaves * kLeafBytes + (branches + inner_nodes) * kDigestSize) {
    return damaged();
  }
  for (unsigned slot = 0; slot < kBundleSlots; ++slot) {
    if ((bundle.leaf_mask_ & bit(slot)) != 0) {
      bundle.leaves_[slot].key = take_digest(bytes);
      bundle.leaves_[slot].value_hash = take_digest(bytes);
    } else if ((bundle.branch_mask_ & bit(slot)) != 0) {
      bundle.branches_[kBundleSlots + slot] = take_digest(bytes);
    }
  }
  for (unsigned node = 2; node < kBundleSlots; ++node) {
    if (bundle.kind(node) == Kind::kBranch) bundle.branches_[node] = take_digest(bytes);
  }
  return bundle;
}

std::string StateBundle::encode() const {
  QC_ASSERT(touched_mask_ == 0);
  std::string bytes;
  bytes.reserve(kMaskBytes + kBundleSlots * kLeafBytes + kBundleSlots * kDigestSize);
  append_big_endian<std::uint16_t>(bytes, leaf_mask_);
  append_big_endian<std::uint16_t>(bytes, branch_mask_);
  for (unsigned slot = 0; slot < kBundleSlots; ++slot) {
    if ((leaf_mask_ & bit(slot)) != 0) {
      bytes.append(view(leaves_[slot].key)).append(view(leaves_[slot].value_hash));
    } else if ((branch_mask_ & bit(slot)) != 0) {
      bytes.append(view(branches_[kBundleSlots + slot]));
    }
  }
  for (unsigned node = 2; node < kBundleSlots; ++node) {
    if (kind(node) == Kind::kBranch) bytes.append(view(branches_[node]));
  }
  return bytes;
}

StateBundle::Kind StateBundle::kind(unsigned node) const {
  const unsigned leaves = leaf_mask_ & kSlotsUnder[node];
  if ((branch_mask_ & kSlotsUnder[node]) != 0) return Kind::kBranch;
  if (leaves == 0) return Kind::kEmpty;
  return std::has_single_bit(leaves) ? Kind::kLeaf : Kind::kBranch;
}

const StateLeaf& StateBundle::leaf_under(unsigned node) const {
  const unsigned leaves = leaf_mask_ & kSlotsUnder[node];
  QC_ASSERT(leaves != 0);
  return leaves_[static_cast<std::size_t>(std::countr_zero(leaves))];
}

// One level deep: only the top looks at the two below it.
// NOLINTNEXTLINE(misc-no-recursion)
Digest StateBundle::node_hash(HashAlgorithm algorithm, unsigned node) const {
  switch (kind(node)) {
    case Kind::kEmpty:
      return kZeroDigest;
    case Kind::kLeaf:
      return state_leaf_hash(algorithm, leaf_under(node));
    case Kind::kBranch:
      break;
  }
  // The top is not stored: the bundle above has its hash, and there is nothing above the root.
  if (node == 1) {
    return inner_hash(algorithm, node_hash(algorithm, 2), node_hash(algorithm, 3));
  }
  return branches_[node];
}

void StateBundle::set_leaf(unsigned slot, const StateLeaf& leaf) {
  QC_ASSERT((branch_mask_ & bit(slot)) == 0);
  leaf_mask_ = static_cast<std::uint16_t>(leaf_mask_ | bit(slot));
  touched_mask_ = static_cast<std::uint16_t>(touched_mask_ | bit(slot));
  leaves_[slot] = leaf;
}

void StateBundle::set_branch(unsigned slot) {
  leaf_mask_ = static_cast<std::uint16_t>(leaf_mask_ & ~bit(slot));
  branch_mask_ = static_cast<std::uint16_t>(branch_mask_ | bit(slot));
  touched_mask_ = static_cast<std::uint16_t>(touched_mask_ | bit(slot));
}

void StateBundle::set_branch_hash(unsigned slot, const Digest& hash) {
  QC_ASSERT((branch_mask_ & bit(slot)) != 0);
  touched_mask_ = static_cast<std::uint16_t>(touched_mask_ | bit(slot));
  branches_[kBundleSlots + slot] = hash;
}

void StateBundle::rehash(HashAlgorithm algorithm) {
  for (unsigned node = kBundleSlots - 1; node > 1; --node) {
    if ((kSlotsUnder[node] & touched_mask_) == 0 || kind(node) != Kind::kBranch) continue;
    branches_[node] =
        inner_hash(algorithm, node_hash(algorithm, 2 * node), node_hash(algorithm, 2 * node + 1));
  }
  touched_mask_ = 0;
}

}  // namespace qc::ledger
