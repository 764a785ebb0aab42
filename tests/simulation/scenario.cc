// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/scenario.h"

#include <algorithm>

namespace qc::simulation {

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {.name = "calm"},
      {.name = "lossy",
       .loss_percent = 15,
       .duplication_percent = 10,
       .delay_ms_max = 40,
       .stragglers_percent = 5},
      {.name = "crashes",
       .loss_percent = 2,
       .delay_ms_max = 10,
       .crash_every_ms = 700,
       .clock_skew_ms = 300},
      {.name = "partitions", .delay_ms_max = 10, .partition_every_ms = 900},
      {.name = "slow", .loss_percent = 1, .delay_ms_max = 10, .slow_node = true},
      {.name = "storm",
       .loss_percent = 20,
       .duplication_percent = 20,
       .delay_ms_max = 60,
       .stragglers_percent = 10,
       .crash_every_ms = 900,
       .partition_every_ms = 1'500,
       .slow_node = true,
       .clock_skew_ms = 500},
      {.name = "primary_crash",
       .loss_percent = 1,
       .delay_ms_max = 10,
       .crash_every_ms = 1'200,
       .down_ms_max = 6'000,
       .hit_primary = true},
      {.name = "primary_cut", .delay_ms_max = 10, .partition_every_ms = 1'200, .hit_primary = true},
      {.name = "primary_paused", .delay_ms_max = 10, .pause_every_ms = 1'200, .hit_primary = true},
      {.name = "splits",
       .loss_percent = 3,
       .delay_ms_max = 20,
       .crash_every_ms = 2'500,
       .partition_every_ms = 1'000,
       .split = true},
      {.name = "liar",
       .loss_percent = 2,
       .delay_ms_max = 10,
       .partition_every_ms = 1'500,
       .view_liar = true},
      {.name = "two_new_views",
       .loss_percent = 10,
       .delay_ms_max = 40,
       .stragglers_percent = 10,
       .crash_every_ms = 1'500,
       .partition_every_ms = 700,
       .two_new_views = true},
      {.name = "journal_rolled_back", .delay_ms_max = 10, .roll_back_journal = true},
      {.name = "twins",
       .loss_percent = 5,
       .delay_ms_max = 20,
       .crash_every_ms = 2'000,
       .partition_every_ms = 2'000,
       .twin_primary = true},
  };
  return all;
}

const Scenario* find_scenario(std::string_view name) {
  const auto place = std::ranges::find(scenarios(), name, &Scenario::name);
  return place == scenarios().end() ? nullptr : &*place;
}

}  // namespace qc::simulation
