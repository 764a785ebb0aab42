// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace qc::node {

/// Decides which repetitions of one failure are worth a line: once it has lasted for a while, when
/// its reason changes, and else ever more rarely, so that a wrong address is seen in the log and
/// does not fill it.
class RepeatedFailure {
 public:
  using Clock = std::chrono::steady_clock;

  /// Shorter is no failure yet: nodes of a network start one after another.
  static constexpr std::chrono::seconds kPatience{5};
  static constexpr std::chrono::seconds kSoonest{30};
  static constexpr std::chrono::seconds kRarest{600};

  explicit RepeatedFailure(Clock::duration patience = kPatience) : patience_(patience) {}

  /// It failed again for this reason. True where that is to be logged.
  bool again(const std::string& reason, Clock::time_point now);
  Clock::time_point last() const { return last_; }

 private:
  Clock::duration patience_;
  std::optional<Clock::time_point> since_;
  Clock::time_point last_;
  /// The last line, its reason, and how long it stands for the same reason.
  std::optional<Clock::time_point> line_;
  std::string logged_;
  Clock::duration interval_ = kSoonest;
};

/// Why this node has no link to a validator that it dials. Written on the network's thread, read on
/// any.
class LinkTrouble {
 public:
  using Clock = RepeatedFailure::Clock;

  /// An attempt has failed. True where that is to be logged.
  bool failed(const std::string& reason, Clock::time_point now);
  /// The link is up.
  void over();
  /// Of the last attempt; empty where it did not fail.
  std::string reason() const;

 private:
  mutable std::mutex mutex_;
  std::string reason_;
  RepeatedFailure repeated_;
};

/// Callers that were refused, by address and reason: bounded, as anybody can call.
class RefusedCallers {
 public:
  using Clock = RepeatedFailure::Clock;

  /// True where this refusal is to be logged: the first of its kind, then ever more rarely.
  bool refused(const std::string& address, const std::string& reason, Clock::time_point now);

 private:
  std::map<std::pair<std::string, std::string>, RepeatedFailure> seen_;
};

/// What TLS says in a failed link, as something that an operator can act on. `dialled`: this node
/// called.
std::string explain_link_error(const std::string& error, bool dialled);

}  // namespace qc::node
