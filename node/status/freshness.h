// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace qc::node {

/// What this node can know about whether its certified state is the network's newest.
struct Freshness {
  /// False: others may have certified more, and this node would not know.
  bool current = false;
  /// Why it is not current, one sentence with what to do; empty while it is.
  std::string reason;
  /// Unix milliseconds when it was current the last time: now while it is, 0 if it never was.
  std::uint64_t current_as_of_ms = 0;
  /// For how long too few validators were reachable for a quorum; zero while enough are.
  std::chrono::milliseconds without_quorum{0};
  /// For how long work has waited without a block being certified; zero while none waits.
  std::chrono::milliseconds stalled{0};
};

/// Judges from what the node sees now and saw before whether its state is stale: when it has
/// halted, when too few validators are reachable, when others are ahead, or when work waits and
/// nothing is certified. Has no clock of its own. From any thread.
class FreshnessJudge {
 public:
  using Clock = std::chrono::steady_clock;

  struct Seen {
    Clock::time_point now;
    std::uint64_t wall_ms = 0;
    /// Certified here, and by at least one correct other.
    std::uint64_t certified = 0;
    std::uint64_t certified_elsewhere = 0;
    /// Validators that were heard of lately, this node included if it is one, and how many of them
    /// this node needs to believe that it is up to date.
    std::size_t reachable = 0;
    std::size_t needed = 0;
    std::size_t validators = 0;
    /// Something waits to be ordered.
    bool work = false;
    /// Why the node has halted; empty while it has not.
    std::string halted;
  };

  Freshness judge(const Seen& seen);

 private:
  std::string reason(const Seen& seen) const;

  std::mutex mutex_;
  std::uint64_t certified_ = 0;
  std::uint64_t current_as_of_ms_ = 0;
  std::optional<Clock::time_point> alone_since_;
  std::optional<Clock::time_point> behind_since_;
  std::optional<Clock::time_point> stalled_since_;
};

}  // namespace qc::node
