// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/simulation/network.h"

namespace qc::simulation {
namespace {

Options options(std::string_view scenario, std::uint16_t validators, std::uint64_t seed) {
  return Options{find_scenario(scenario), validators, seed, 30};
}

TEST(Simulation, OneSeedIsOneRun) {
  const Report first = simulate(options("storm", 4, 7));
  const Report second = simulate(options("storm", 4, 7));
  const Report other = simulate(options("storm", 4, 8));

  EXPECT_EQ(first.events, second.events);
  EXPECT_EQ(first.messages, second.messages);
  EXPECT_EQ(first.virtual_ms, second.virtual_ms);
  EXPECT_NE(first.events, other.events);
}

TEST(Simulation, NetworksOfOtherSizesOrderEverything) {
  for (const std::uint16_t validators : std::initializer_list<std::uint16_t>{1, 2, 3, 6, 10}) {
    const Report report = simulate(options("lossy", validators, 1));

    EXPECT_FALSE(report.violation) << "n = " << validators << ": " << report.violation.value_or("");
    EXPECT_EQ(report.batches, 30U) << "n = " << validators;
  }
}

TEST(Simulation, FaultsReallyHappen) {
  const Report storm = simulate(options("storm", 4, 1));

  EXPECT_GT(storm.restarts, 0U);
  EXPECT_GT(storm.blocks, 0U);
}

}  // namespace
}  // namespace qc::simulation
