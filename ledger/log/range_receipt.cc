// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/range_receipt.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace qc::ledger {
namespace {

constexpr std::uint64_t kMaxLogSize = std::uint64_t{1} << 62;

/// Adds the fewest complete subtrees that cover [from, to).
void cover(std::uint64_t from, std::uint64_t to, std::vector<LogNode>& nodes) {
  while (from < to) {
    const int alignment = from == 0 ? 63 : std::countr_zero(from);
    const int room = static_cast<int>(std::bit_width(to - from)) - 1;
    const auto level = static_cast<std::uint32_t>(std::min(alignment, room));
    nodes.push_back({level, from >> level, {}});
    from += std::uint64_t{1} << level;
  }
}

}  // namespace

Result<std::vector<LogNode>> nodes_outside(const LeafRange& range) {
  if (range.size > kMaxLogSize || range.count == 0 || range.count > range.size ||
      range.first > range.size - range.count) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} leaves from index {} are no range of a log of {} leaves",
                            range.count, range.first, range.size));
  }
  std::vector<LogNode> nodes;
  cover(0, range.first, nodes);
  cover(range.first + range.count, range.size, nodes);
  return nodes;
}

Result<std::vector<LogNode>> range_receipt(const HashReader& reader, const LeafRange& range) {
  QC_TRY(std::vector<LogNode> nodes, nodes_outside(range));
  for (LogNode& node : nodes) {
    const std::optional<Digest> hash = reader.node(node.level, node.index);
    if (!hash) {
      return fail(Code::kNotFound, fmt::format("the log's hash of level {} at index {} is missing",
                                               node.level, node.index));
    }
    node.hash = *hash;
  }
  return nodes;
}

Result<RangeReceipt> RangeReceipt::make(HashAlgorithm algorithm, const LeafRange& range,
                                        std::span<const Digest> leaf_hashes,
                                        std::span<const LogNode> nodes) {
  QC_TRY(const std::vector<LogNode> expected, nodes_outside(range));
  if (leaf_hashes.size() != range.count || range.count > kMaxRangeLeaves) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} leaf hashes do not fit a range of {} (at most {})",
                            leaf_hashes.size(), range.count, kMaxRangeLeaves));
  }
  const auto same_place = [](const LogNode& a, const LogNode& b) {
    return a.level == b.level && a.index == b.index;
  };
  if (!std::ranges::equal(expected, nodes, same_place)) {
    return fail(Code::kInvalidArgument,
                fmt::format("the receipt's {} nodes are not the {} subtrees outside the range",
                            nodes.size(), expected.size()));
  }
  RangeReceipt receipt(algorithm, range);
  for (const LogNode& node : nodes) receipt.outside_[{node.level, node.index}] = node.hash;
  receipt.levels_.emplace_back(leaf_hashes.begin(), leaf_hashes.end());
  receipt.first_.push_back(range.first);
  for (std::uint32_t level = 1; (range.size >> level) != 0; ++level) {
    const std::uint64_t first = range.first >> level;
    const std::uint64_t last = (range.first + range.count - 1) >> level;
    // The subtree at the right edge may not be complete: it then has no hash that lasts.
    const std::uint64_t end = std::min(last + 1, range.size >> level);
    std::vector<Digest> hashes;
    for (std::uint64_t index = first; index < end; ++index) {
      // Both are there: a child is among the range's own or wholly outside, and then listed.
      hashes.push_back(inner_hash(algorithm, receipt.node(level - 1, 2 * index).value(),
                                  receipt.node(level - 1, 2 * index + 1).value()));
    }
    receipt.levels_.push_back(std::move(hashes));
    receipt.first_.push_back(first);
  }
  return receipt;
}

Result<Digest> RangeReceipt::root() const { return log_root(algorithm_, *this, range_.size); }

Result<std::vector<Digest>> RangeReceipt::path(std::uint64_t place) const {
  if (place >= range_.count) {
    return fail(Code::kOutOfRange,
                fmt::format("leaf {} of a range of {} does not exist", place, range_.count));
  }
  return inclusion_path(algorithm_, *this, range_.first + place, range_.size);
}

std::optional<Digest> RangeReceipt::node(std::uint32_t level, std::uint64_t index) const {
  if (level < levels_.size() && index >= first_[level] &&
      index - first_[level] < levels_[level].size()) {
    return levels_[level][static_cast<std::size_t>(index - first_[level])];
  }
  const auto found = outside_.find({level, index});
  if (found == outside_.end()) return std::nullopt;
  return found->second;
}

}  // namespace qc::ledger
