// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "consensus/types.h"

namespace qc::consensus {

/// How long a view has to show progress: a base, doubled with each view that brought none, up to a
/// cap (validators must not end up hours apart).
class ProgressTimer {
 public:
  ProgressTimer(Duration base, Duration max) : base_(base), max_(max), timeout_(base) {}

  /// Lets it run (from now on, if it did not) or stops it.
  void run_while(bool work, Time now) {
    if (!work) {
      ends_.reset();
    } else if (!ends_) {
      ends_ = now.plus(timeout_);
      cut_short_ = false;
    }
  }
  /// If it runs, it ends at that time at the latest.
  void end_by(Time latest) {
    if (ends_ && latest < *ends_) {
      ends_ = latest;
      cut_short_ = true;
    }
  }
  /// A commit: back to the base.
  void progress() {
    timeout_ = base_;
    views_ = 0;
    ends_.reset();
  }
  /// The view's start is known: its whole time is for work.
  void restart() { ends_.reset(); }
  /// A view was left without a commit.
  void next_view() {
    ++views_;
    timeout_ = std::min(timeout_.times(2), max_);
    ends_.reset();
  }
  bool expired(Time now) const { return ends_ && now >= *ends_; }

  const std::optional<Time>& ends() const { return ends_; }
  /// Whether `end_by` took some of its time.
  bool cut_short() const { return cut_short_; }
  bool runs() const { return ends_.has_value(); }
  /// Views left since the last commit.
  std::uint64_t views() const { return views_; }

 private:
  Duration base_;
  Duration max_;
  Duration timeout_;
  std::optional<Time> ends_;
  bool cut_short_ = false;
  std::uint64_t views_ = 0;
};

}  // namespace qc::consensus
