// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/log/merkle_log.h"

namespace qc::ledger {

/// A run of leaves [first, first + count) in a log of `size` leaves; count at least 1, none beyond
/// the size.
struct LeafRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t size = 0;

  bool operator==(const LeafRange&) const = default;
};

/// The subtrees that are wholly outside the range, as few as possible and in leaf order, their
/// hashes left zero: what somebody who has the range's leaves needs to know of the rest of the log.
/// At most 2 * 64; an error where the range does not lie inside the log or is empty.
Result<std::vector<LogNode>> nodes_outside(const LeafRange& range);

/// The same with the hashes, read from the log; an error where the reader lacks one. This is the
/// log's half of a receipt for many records: a few hashes, however many records there are.
Result<std::vector<LogNode>> range_receipt(const HashReader& reader, const LeafRange& range);

/// The holder's half: from the hashes of its own leaves and the nodes outside them every subtree's
/// hash, and with them the inclusion path of each leaf. What it yields is as true as the nodes are:
/// check root() against the checkpoint once, then every path leads to that root.
class RangeReceipt final : public HashReader {
 public:
  /// Refuses a range of another length than the leaves, leaves beyond kMaxRangeLeaves, and any list
  /// of nodes but the one that nodes_outside() asks for.
  static Result<RangeReceipt> make(HashAlgorithm algorithm, const LeafRange& range,
                                   std::span<const Digest> leaf_hashes,
                                   std::span<const LogNode> nodes);

  const LeafRange& range() const { return range_; }
  /// The root of the log of range().size leaves.
  Result<Digest> root() const;
  /// The inclusion path of the range's leaf `place` (from 0) in the log of range().size leaves,
  /// leaf end first.
  Result<std::vector<Digest>> path(std::uint64_t place) const;

  std::optional<Digest> node(std::uint32_t level, std::uint64_t index) const override;

 private:
  RangeReceipt(HashAlgorithm algorithm, const LeafRange& range)
      : algorithm_(algorithm), range_(range) {}

  HashAlgorithm algorithm_;
  LeafRange range_;
  /// By level: the hashes of the subtrees that the range's leaves take part in and that are
  /// complete, from index first_[level] on.
  std::vector<std::vector<Digest>> levels_;
  std::vector<std::uint64_t> first_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Digest> outside_;
};

/// More leaves than a submission may have records are no range of a receipt.
inline constexpr std::uint64_t kMaxRangeLeaves = 10'000;

}  // namespace qc::ledger
