// SPDX-License-Identifier: Apache-2.0
#include "node/peer/link_trouble.h"

#include <fmt/format.h>

#include <algorithm>

namespace qc::node {
namespace {

/// Kinds of refusals that are told apart. Those beyond share one place in the log.
constexpr std::size_t kCallersMax = 64;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

bool RepeatedFailure::again(const std::string& reason, Clock::time_point now) {
  last_ = now;
  if (!since_) since_ = now;
  if (now - *since_ < patience_) return false;
  const bool changed = reason != logged_;
  const Clock::duration wait = changed ? std::min<Clock::duration>(interval_, kSoonest) : interval_;
  if (line_ && now < *line_ + wait) return false;
  interval_ = line_ && !changed ? std::min<Clock::duration>(2 * interval_, kRarest) : kSoonest;
  line_ = now;
  logged_ = reason;
  return true;
}

bool LinkTrouble::failed(const std::string& reason, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  reason_ = reason;
  return repeated_.again(reason, now);
}

void LinkTrouble::over() {
  const std::lock_guard lock(mutex_);
  reason_.clear();
  repeated_ = RepeatedFailure();
}

std::string LinkTrouble::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

bool RefusedCallers::refused(const std::string& address, const std::string& reason,
                             Clock::time_point now) {
  std::erase_if(seen_, [&](const auto& entry) {
    return now - entry.second.last() > 2 * RepeatedFailure::kRarest;
  });
  auto key = std::pair(address, reason);
  const bool room = seen_.size() < kCallersMax || seen_.contains(key);
  if (!room) key = {};
  return seen_.try_emplace(std::move(key), Clock::duration::zero())
      .first->second.again(reason, now);
}

std::string explain_link_error(const std::string& error, bool dialled) {
  const bool alert = contains(error, "alert unknown ca") || contains(error, "alert bad cert") ||
                     contains(error, "alert certificate");
  if (alert && dialled) {
    return fmt::format(
        "it does not accept this node's TLS key: is it a node of the same chain, and is "
        "keys.node_tls the key that the chain knows for this node? ({})",
        error);
  }
  if (alert) {
    return fmt::format(
        "the caller does not accept this node's TLS key: it expects another node at this address, "
        "or is of another chain ({})",
        error);
  }
  if (contains(error, "certificate verify failed") && !dialled) {
    return fmt::format("its TLS key is of no validator and no member of this chain ({})", error);
  }
  return error;
}

}  // namespace qc::node
