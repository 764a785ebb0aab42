// SPDX-License-Identifier: Apache-2.0
//
// qcsim: runs seeds of the consensus simulation. A failure prints one line that replays it.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/mutations.h"
#include "tests/simulation/network.h"
#ifdef QC_WHOLE_NODES
#include "tests/simulation/node/whole_network.h"
#endif

namespace {

using qc::simulation::Options;
using qc::simulation::Report;
using qc::simulation::Scenario;

struct Arguments {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  /// Empty: all.
  std::string scenario;
  std::vector<std::uint16_t> validators = {4, 5, 7, 10};
  std::size_t batches = 60;
  bool expect_violation = false;
};

constexpr std::string_view kUsage =
    "usage: qcsim [--seeds A..B] [--scenario NAME] [--n VALIDATORS] [--batches COUNT] "
    "[--expect-violation] [--mutation NAME]\n";

std::optional<Arguments> parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = values[i];
    if (name == "--expect-violation") {
      arguments.expect_violation = true;
      continue;
    }
    if (i + 1 == count) {
      return std::nullopt;
    }
    const std::string value = values[++i];
    if (name == "--seeds") {
      const std::size_t dots = value.find("..");
      arguments.first_seed = std::strtoull(value.c_str(), nullptr, 10);
      arguments.last_seed = dots == std::string::npos
                                ? arguments.first_seed
                                : std::strtoull(value.c_str() + dots + 2, nullptr, 10);
    } else if (name == "--scenario") {
      arguments.scenario = value;
    } else if (name == "--n") {
      arguments.validators = {static_cast<std::uint16_t>(std::strtoul(value.c_str(), nullptr, 10))};
    } else if (name == "--mutation") {
      if (!qc::simulation::switch_on(value)) {
        return std::nullopt;
      }
    } else if (name == "--batches") {
      arguments.batches = std::strtoull(value.c_str(), nullptr, 10);
    } else {
      return std::nullopt;
    }
  }
  const bool known =
      arguments.scenario.empty() || qc::simulation::find_scenario(arguments.scenario) != nullptr;
  return known && arguments.validators.front() > 0 ? std::optional(arguments) : std::nullopt;
}

struct Totals {
  std::uint64_t runs = 0;
  std::uint64_t violations = 0;
  std::uint64_t events = 0;
  std::uint64_t blocks = 0;
  std::uint64_t batches = 0;
  std::uint64_t restarts = 0;
  std::uint64_t views = 0;
};

/// Runs one scenario at one size. Stops at the first violation where one is expected.
void run(const Arguments& arguments, const Scenario& scenario, std::uint16_t validators,
         Totals& totals) {
  for (std::uint64_t seed = arguments.first_seed; seed <= arguments.last_seed; ++seed) {
    const Report report =
        qc::simulation::simulate(Options{&scenario, validators, seed, arguments.batches});
    ++totals.runs;
    totals.events += report.events;
    totals.blocks += report.blocks;
    totals.batches += report.batches;
    totals.restarts += report.restarts;
    totals.views += report.views;
    if (report.violation) {
      ++totals.violations;
      std::printf("%s\n  replay: qcsim --seeds %llu..%llu --scenario %s --n %u --batches %zu\n",
                  report.violation->c_str(), static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(seed), std::string(scenario.name).c_str(),
                  static_cast<unsigned>(validators), arguments.batches);
      if (arguments.expect_violation) {
        return;
      }
    }
  }
}

}  // namespace

int main(int count, char** values) {
#ifdef QC_WHOLE_NODES
  if (count > 2 && std::string_view(values[1]) == "--mode") {
    return qc::simulation::run_whole_nodes(count, values);
  }
#endif
  const std::optional<Arguments> arguments = parse(count, values);
  if (!arguments) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  Totals totals;
  const auto begin = std::chrono::steady_clock::now();
  for (const Scenario& scenario : qc::simulation::scenarios()) {
    for (const std::uint16_t validators : arguments->validators) {
      if (arguments->scenario.empty() || arguments->scenario == scenario.name) {
        run(*arguments, scenario, validators, totals);
      }
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf(
      "%llu runs, %llu violations, %llu blocks, %llu batches, %llu crashes, %llu views, %llu "
      "events, %.0f "
      "events/s\n",
      static_cast<unsigned long long>(totals.runs),
      static_cast<unsigned long long>(totals.violations),
      static_cast<unsigned long long>(totals.blocks),
      static_cast<unsigned long long>(totals.batches),
      static_cast<unsigned long long>(totals.restarts),
      static_cast<unsigned long long>(totals.views), static_cast<unsigned long long>(totals.events),
      static_cast<double>(totals.events) / seconds);
  const bool violated = totals.violations > 0;
  return violated == arguments->expect_violation ? 0 : 1;
}
