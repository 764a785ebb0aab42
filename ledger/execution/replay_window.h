// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include "base/digest.h"

namespace qc::ledger {

/// A submission whose hash is in use: it has had its outcome.
struct ReplayEntry {
  Digest submission_hash{};
  std::uint64_t not_after_ms = 0;

  bool operator==(const ReplayEntry&) const = default;
};

/// The submission hashes in use: of every submission with an outcome, until its `not_after_ms` is
/// past (docs/formats.md, "Authentic, timely, once"). It is not in the state tree; a node rebuilds
/// it from the blocks of the last replay window (at most 24 h), whose seals commit to it.
///
/// Its size is bounded by what the chain orders in one window: `not_after_ms` lies at most a window
/// ahead of the block.
class ReplayWindow {
 public:
  /// True if this submission has an outcome that still counts. The hash covers `not_after_ms`, so
  /// an equal hash with another time cannot exist, and only one slice of the set is searched.
  bool contains(const ReplayEntry& entry) const;
  /// Marks it as in use; no effect if it is already.
  void add(const ReplayEntry& entry);
  /// Forgets entries that no block at or after `block_time_ms` can meet again. Frees whole slices,
  /// so an entry may stay a little longer, which changes no judgement: it is untimely by then.
  void forget_before(std::uint64_t block_time_ms);
  std::size_t size() const { return size_; }

 private:
  /// By slice of not_after_ms; ordered inside, as hashes can be ground by choosing nonces.
  std::map<std::uint64_t, std::set<Digest>> slices_;
  std::size_t size_ = 0;
};

}  // namespace qc::ledger
