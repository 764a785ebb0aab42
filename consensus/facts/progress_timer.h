// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "consensus/message/types.h"

namespace qc::consensus {

/// How long a view has to show progress: a base, doubled with each view that brought none, up to a
/// cap (validators must not end up hours apart).
class ProgressTimer {
 public:
  ProgressTimer(Duration base, Duration max) : base_(base), max_(max) {}

  /// A new base, as the network's pace is measured; a timer that runs goes on as it is.
  void set_base(Duration base) { base_ = base; }
  Duration base() const { return base_; }
  /// Lets it run (from now on, if it did not) or stops it.
  void run_while(bool work, Time now) {
    if (!work) {
      ends_.reset();
    } else if (!ends_) {
      ends_ = now.plus(timeout());
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
    views_ = 0;
    ends_.reset();
  }
  /// The view's start is known: its whole time is for work.
  void restart() { ends_.reset(); }
  /// A view was left without a commit.
  void next_view() {
    ++views_;
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
  /// Twice as long with each view, and never longer than the cap.
  Duration timeout() const {
    Duration timeout = std::min(base_, max_);
    for (std::uint64_t i = 0; i < views_ && timeout < max_; ++i) {
      timeout = std::min(timeout.times(2), max_);
    }
    return timeout;
  }

  Duration base_;
  Duration max_;
  std::optional<Time> ends_;
  bool cut_short_ = false;
  std::uint64_t views_ = 0;
};

}  // namespace qc::consensus
