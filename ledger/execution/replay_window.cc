// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/replay_window.h"

namespace qc::ledger {

namespace {

// Wide enough that there are few slices, narrow enough that little outlives its use.
constexpr std::uint64_t kSliceMs = 60'000;

}  // namespace

bool ReplayWindow::contains(const ReplayEntry& entry) const {
  const auto slice = slices_.find(entry.not_after_ms / kSliceMs);
  return slice != slices_.end() && slice->second.contains(entry.submission_hash);
}

void ReplayWindow::add(const ReplayEntry& entry) {
  if (slices_[entry.not_after_ms / kSliceMs].insert(entry.submission_hash).second) ++size_;
}

void ReplayWindow::forget_before(std::uint64_t block_time_ms) {
  const std::uint64_t first_kept = block_time_ms / kSliceMs;
  while (!slices_.empty() && slices_.begin()->first < first_kept) {
    size_ -= slices_.begin()->second.size();
    slices_.erase(slices_.begin());
  }
}

}  // namespace qc::ledger
