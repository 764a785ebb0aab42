// SPDX-License-Identifier: Apache-2.0
#include "node/status/freshness.h"

#include <fmt/format.h>

#include <algorithm>

namespace qc::node {
namespace {

/// Others are a block ahead for a moment all the time.
constexpr std::chrono::milliseconds kBehindGrace{2'000};
/// A change of the primary takes about so long.
constexpr std::chrono::milliseconds kStallGrace{3'000};

using Clock = FreshnessJudge::Clock;

void follow(std::optional<Clock::time_point>& since, bool holds, Clock::time_point now) {
  if (!holds) {
    since.reset();
  } else if (!since) {
    since = now;
  }
}

std::chrono::milliseconds span(const std::optional<Clock::time_point>& since,
                               Clock::time_point now) {
  if (!since) return std::chrono::milliseconds(0);
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::duration_cast<std::chrono::milliseconds>(now - *since));
}

}  // namespace

std::string FreshnessJudge::reason(const Seen& seen) const {
  if (!seen.halted.empty()) {
    return fmt::format("this node has halted: {}; ask another node", seen.halted);
  }
  if (alone_since_) {
    return fmt::format(
        "{} of {} validators can be reached from here, {} are needed; start the others, or look at "
        "the links between them (qc node status)",
        seen.reachable, seen.validators, seen.needed);
  }
  if (const auto behind = span(behind_since_, seen.now); behind >= kBehindGrace) {
    return fmt::format("others have certified up to height {}, this node up to {}; it catches up",
                       seen.certified_elsewhere, seen.certified);
  }
  if (const auto stalled = span(stalled_since_, seen.now); stalled >= kStallGrace) {
    return fmt::format(
        "work waits and no block has been certified for {} s; look at the other nodes (qc node "
        "status)",
        stalled.count() / 1000);
  }
  return "";
}

Freshness FreshnessJudge::judge(const Seen& seen) {
  const std::lock_guard lock(mutex_);
  if (seen.certified > certified_) stalled_since_.reset();
  certified_ = std::max(certified_, seen.certified);
  follow(alone_since_, seen.reachable < seen.needed, seen.now);
  follow(behind_since_, seen.certified_elsewhere > seen.certified, seen.now);
  follow(stalled_since_, seen.work, seen.now);
  Freshness freshness;
  freshness.reason = reason(seen);
  freshness.current = freshness.reason.empty();
  if (freshness.current) current_as_of_ms_ = std::max(current_as_of_ms_, seen.wall_ms);
  freshness.current_as_of_ms = current_as_of_ms_;
  freshness.without_quorum = span(alone_since_, seen.now);
  freshness.stalled = span(stalled_since_, seen.now);
  return freshness;
}

}  // namespace qc::node
