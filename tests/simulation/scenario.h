// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qc::simulation {

/// What goes wrong in a run, and how much. Times are virtual milliseconds.
struct Scenario {
  std::string_view name;
  /// Of every hundred messages between two validators, until healing.
  unsigned loss_percent = 0;
  unsigned duplication_percent = 0;
  /// Delay of a message: uniform up to the second; a tenth of the reordered ones take ten times as
  /// long.
  std::int64_t delay_ms_min = 1;
  std::int64_t delay_ms_max = 5;
  unsigned stragglers_percent = 0;
  /// How often somebody crashes, on average, and how long it stays down at most; 0: never.
  std::int64_t crash_every_ms = 0;
  std::int64_t down_ms_max = 2'000;
  /// How often one validator is cut off for a while; 0: never.
  std::int64_t partition_every_ms = 0;
  /// Partitions cut the network in two at random, rather than one validator off.
  bool split = false;
  /// How often a validator's machine stands still for a while; 0: never.
  std::int64_t pause_every_ms = 0;
  /// It is always the primary of the newest view that crashes, is cut off or stands still.
  bool hit_primary = false;
  /// One validator as primary sends a second NewView with another start after the first.
  bool two_new_views = false;
  /// One validator claims and signs views far above its own.
  bool view_liar = false;
  /// Once, a validator's vote journal is restored from an older copy while its machine is down.
  bool roll_back_journal = false;
  /// One validator with a slow disk and slow execution.
  bool slow_node = false;
  /// Validator clocks differ by up to so much from true time.
  std::int64_t clock_skew_ms = 0;
  /// The primary of view 0 runs twice with one key, each copy talking to others, to the end.
  bool twin_primary = false;
};

/// All scenarios, in a fixed order.
const std::vector<Scenario>& scenarios();

/// The scenario of that name, or nothing.
const Scenario* find_scenario(std::string_view name);

}  // namespace qc::simulation
