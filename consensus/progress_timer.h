// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "consensus/types.h"

namespace qc::consensus {

/// Runs while there is work and restarts with progress; each time it runs out without any it
/// doubles, up to a cap.
class ProgressTimer {
 public:
  ProgressTimer(Duration base, Duration max) : base_(base), max_(max), timeout_(base) {}

  /// Lets it run (from now on, if it did not) or stops it.
  void run_while(bool work, Time now) {
    if (!work) {
      ends_.reset();
    } else if (!ends_) {
      ends_ = now.plus(timeout_);
    }
  }
  /// A commit: back to the base.
  void progress() {
    timeout_ = base_;
    timeouts_ = 0;
    ends_.reset();
  }
  /// Whether it has run out; then it starts anew, doubled.
  bool expired(Time now) {
    if (!ends_ || now < *ends_) {
      return false;
    }
    ++timeouts_;
    timeout_ = std::min(timeout_.times(2), max_);
    ends_ = now.plus(timeout_);
    return true;
  }

  const std::optional<Time>& ends() const { return ends_; }
  bool runs() const { return ends_.has_value(); }
  std::uint64_t timeouts() const { return timeouts_; }

 private:
  Duration base_;
  Duration max_;
  Duration timeout_;
  std::optional<Time> ends_;
  std::uint64_t timeouts_ = 0;
};

}  // namespace qc::consensus
