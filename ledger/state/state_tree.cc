// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/state_tree.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.h"
#include "ledger/state/state_bundle.h"

namespace qc::ledger {
namespace {

/// Bounds the memory of an update; between slices the few bundles at the top are encoded and
/// decoded again.
constexpr std::size_t kSliceLeaves = 1024;

bool bit_of(const Digest& key, std::size_t position) {
  return (key[position / 8] >> (7 - position % 8) & 1) != 0;
}

void put(std::map<std::string, std::string, std::less<>>& map, std::vector<NodeBundle>&& bundles) {
  for (auto& [key, bytes] : bundles) map.insert_or_assign(std::move(key), std::move(bytes));
}

/// A bundle on the way of an update, with the leaves that go through it.
struct Visit {
  std::span<const StateLeaf> leaves;
  /// The leaf that had its slot in the bundle above until another one came to the same slot.
  std::optional<StateLeaf> displaced;
  /// False where the bundle does not exist before this update.
  bool stored = false;
  /// Place of the bundle above among its level's.
  std::size_t parent = 0;
  StateBundle bundle;
};

using Level = std::vector<Visit>;

/// One update: down the tree level by level, so that each level is read at once, then up again.
class Descent {
 public:
  Descent(const NodeStore& store, HashAlgorithm algorithm) : store_(store), algorithm_(algorithm) {}

  Result<StateUpdate> run(std::span<const StateLeaf> leaves) {
    levels_.push_back({Visit{
        .leaves = leaves, .displaced = std::nullopt, .stored = true, .parent = 0, .bundle = {}}});
    while (!levels_.back().empty()) {
      QC_TRY_VOID(read_level());
      Level below;
      for (std::size_t i = 0; i < levels_.back().size(); ++i) place(i, below);
      levels_.push_back(std::move(below));
    }
    levels_.pop_back();
    return ascend();
  }

 private:
  unsigned depth() const { return static_cast<unsigned>(levels_.size()) - 1; }

  Result<void> read_level() {
    std::vector<std::string> keys;
    std::vector<Visit*> readers;
    for (Visit& visit : levels_.back()) {
      if (!visit.stored) continue;
      keys.push_back(bundle_key(visit.leaves.front().key, depth()));
      readers.push_back(&visit);
    }
    std::vector<std::string> bundles(keys.size());
    QC_TRY_VOID(store_.read(keys, bundles));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      // Only the root may be absent: the tree is empty then.
      if (bundles[i].empty() && depth() == 0) continue;
      QC_TRY(readers[i]->bundle, StateBundle::decode(bundles[i]));
    }
    return {};
  }

  // Puts the leaves of one bundle into their slots, and those that must share a slot into the level
  // below.
  void place(std::size_t index, Level& below) {
    Visit& visit = levels_.back()[index];
    if (visit.displaced) {
      visit.bundle.set_leaf(slot_of(visit.displaced->key, depth()), *visit.displaced);
    }
    std::span<const StateLeaf> rest = visit.leaves;
    while (!rest.empty()) {
      const unsigned slot = slot_of(rest.front().key, depth());
      std::size_t count = 1;
      while (count < rest.size() && slot_of(rest[count].key, depth()) == slot) ++count;
      place_in_slot(visit.bundle, slot, rest.first(count), index, below);
      rest = rest.subspan(count);
    }
  }

  static void place_in_slot(StateBundle& bundle, unsigned slot, std::span<const StateLeaf> leaves,
                            std::size_t index, Level& below) {
    const unsigned node = kBundleSlots + slot;
    const StateBundle::Kind kind = bundle.kind(node);
    if (leaves.size() == 1 && kind != StateBundle::Kind::kBranch &&
        (kind == StateBundle::Kind::kEmpty || bundle.leaf_under(node).key == leaves[0].key)) {
      bundle.set_leaf(slot, leaves[0]);
      return;
    }
    Visit child{.leaves = leaves,
                .displaced = std::nullopt,
                .stored = kind == StateBundle::Kind::kBranch,
                .parent = index,
                .bundle = {}};
    if (kind == StateBundle::Kind::kLeaf) child.displaced = bundle.leaf_under(node);
    bundle.set_branch(slot);
    below.push_back(child);
  }

  StateUpdate ascend() {
    StateUpdate update;
    while (!levels_.empty()) {
      Level& level = levels_.back();
      for (std::size_t i = level.size(); i-- > 0;) {
        Visit& visit = level[i];
        const Digest& path = visit.leaves.front().key;
        visit.bundle.rehash(algorithm_);
        update.root = visit.bundle.node_hash(algorithm_, 1);
        update.bundles.emplace_back(bundle_key(path, depth()), visit.bundle.encode());
        if (depth() == 0) continue;
        Visit& parent = levels_[levels_.size() - 2][visit.parent];
        parent.bundle.set_branch_hash(slot_of(path, depth() - 1), update.root);
      }
      levels_.pop_back();
    }
    // Collected from the end of the deepest level to the root.
    std::reverse(update.bundles.begin(), update.bundles.end());
    return update;
  }

  const NodeStore& store_;
  HashAlgorithm algorithm_;
  std::vector<Level> levels_;
};

/// Follows one key from the root down.
class Walk {
 public:
  Walk(const NodeStore& store, const Digest& key) : store_(store), key_(key) {}

  /// Reads the bundle the walk stands at the top of.
  Result<StateBundle> read() {
    const std::string key = bundle_key(key_, depth_++);
    std::string bytes;
    QC_TRY_VOID(store_.read(std::span(&key, 1), std::span(&bytes, 1)));
    if (bytes.empty() && depth_ == 1) return StateBundle();
    return StateBundle::decode(bytes);
  }

 private:
  const NodeStore& store_;
  const Digest& key_;
  unsigned depth_ = 0;
};

void add_sibling(StateProof& proof, const Digest& sibling) {
  const std::size_t position = proof.depth++;
  if (position % 8 == 0) proof.bitmap.push_back('\0');
  if (is_zero(sibling)) return;
  proof.bitmap.back() =
      static_cast<char>(static_cast<std::uint8_t>(proof.bitmap.back()) | (0x80U >> (position % 8)));
  proof.siblings.push_back(sibling);
}

}  // namespace

Result<void> MemoryNodeStore::read(std::span<const std::string> keys,
                                   std::span<std::string> bundles) const {
  QC_ASSERT(keys.size() == bundles.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = bundles_.find(keys[i]);
    if (found == bundles_.end()) {
      bundles[i].clear();
    } else {
      bundles[i] = found->second;
    }
  }
  return {};
}

void MemoryNodeStore::apply(std::vector<NodeBundle> bundles) { put(bundles_, std::move(bundles)); }

Result<void> OverlayNodeStore::read(std::span<const std::string> keys,
                                    std::span<std::string> bundles) const {
  QC_ASSERT(keys.size() == bundles.size());
  std::vector<std::string> base_keys;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = changes_.find(keys[i]);
    if (found != changes_.end()) {
      bundles[i] = found->second;
    } else {
      base_keys.push_back(keys[i]);
      places.push_back(i);
    }
  }
  if (base_keys.empty()) return {};
  std::vector<std::string> base_bundles(base_keys.size());
  QC_TRY_VOID(base_.read(base_keys, base_bundles));
  for (std::size_t i = 0; i < places.size(); ++i) bundles[places[i]] = std::move(base_bundles[i]);
  return {};
}

void OverlayNodeStore::apply(std::vector<NodeBundle> bundles) { put(changes_, std::move(bundles)); }

Result<Digest> StateTree::root() const {
  QC_TRY(const StateBundle top, Walk(store_, kZeroDigest).read());
  return top.node_hash(algorithm_, 1);
}

Result<std::optional<Digest>> StateTree::find(const Digest& key) const {
  Walk walk(store_, key);
  for (unsigned depth = 0; depth < kMaxBundleDepth; ++depth) {
    QC_TRY(const StateBundle bundle, walk.read());
    const unsigned node = kBundleSlots + slot_of(key, depth);
    if (bundle.kind(node) == StateBundle::Kind::kBranch) continue;
    if (bundle.kind(node) == StateBundle::Kind::kEmpty || bundle.leaf_under(node).key != key) {
      return std::optional<Digest>();
    }
    return std::optional<Digest>(bundle.leaf_under(node).value_hash);
  }
  return fail(Code::kDataLoss, "the state tree is deeper than 256 levels");
}

Result<StateUpdate> StateTree::update(std::span<const StateLeaf> leaves) const {
  for (std::size_t i = 1; i < leaves.size(); ++i) QC_ASSERT(leaves[i - 1].key < leaves[i].key);
  if (leaves.empty()) {
    QC_TRY(const Digest root_now, root());
    return StateUpdate{.root = root_now, .bundles = {}};
  }
  if (leaves.size() <= kSliceLeaves) return Descent(store_, algorithm_).run(leaves);
  OverlayNodeStore overlay(&store_);
  StateUpdate total;
  for (std::size_t begin = 0; begin < leaves.size(); begin += kSliceLeaves) {
    const auto slice = leaves.subspan(begin, std::min(kSliceLeaves, leaves.size() - begin));
    QC_TRY(StateUpdate part, Descent(overlay, algorithm_).run(slice));
    total.root = part.root;
    overlay.apply(std::move(part.bundles));
  }
  total.bundles.assign(overlay.changes().begin(), overlay.changes().end());
  return total;
}

Result<StateProof> StateTree::prove(const Digest& key) const {
  StateProof proof;
  Walk walk(store_, key);
  for (unsigned depth = 0; depth < kMaxBundleDepth; ++depth) {
    QC_TRY(const StateBundle bundle, walk.read());
    unsigned node = 1;
    while (node < kBundleSlots && bundle.kind(node) == StateBundle::Kind::kBranch) {
      const unsigned next = 2 * node + (bit_of(key, proof.depth) ? 1 : 0);
      add_sibling(proof, bundle.node_hash(algorithm_, next ^ 1));
      node = next;
    }
    if (bundle.kind(node) == StateBundle::Kind::kBranch) continue;
    if (bundle.kind(node) == StateBundle::Kind::kLeaf) proof.terminal = bundle.leaf_under(node);
    return proof;
  }
  return fail(Code::kDataLoss, "the state tree is deeper than 256 levels");
}

}  // namespace qc::ledger
