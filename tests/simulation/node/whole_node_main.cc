// SPDX-License-Identifier: Apache-2.0
//
// qcsim --mode node: runs seeds of the simulation of whole nodes. A failure prints one line that
// replays it.
#include <charconv>
#include <cstdio>
#include <string>

#include "tests/simulation/node/whole_network.h"

namespace qc::simulation {
namespace {

constexpr std::string_view kUsage =
    "usage: qcsim --mode node [--seeds A..B] [--scenario NAME] [--n VALIDATORS] "
    "[--submissions COUNT]\n";

struct Arguments {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 5;
  /// Empty: all.
  std::string scenario;
  std::uint16_t validators = 4;
  std::size_t submissions = 40;
};

template <class T>
bool read_number(std::string_view text, T& value) {
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

bool read_seeds(std::string_view text, Arguments& arguments) {
  const std::size_t dots = text.find("..");
  const std::string_view last = dots == std::string_view::npos ? text : text.substr(dots + 2);
  return read_number(text.substr(0, dots), arguments.first_seed) &&
         read_number(last, arguments.last_seed);
}

std::optional<Arguments> parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = values[i];
    const std::string_view value = values[i + 1];
    bool good = name == "--mode" && value == "node";
    if (name == "--seeds") good = read_seeds(value, arguments);
    if (name == "--n") {
      good = read_number(value, arguments.validators) && arguments.validators >= 4 &&
             arguments.validators <= 16;
    }
    if (name == "--submissions") good = read_number(value, arguments.submissions);
    if (name == "--scenario") {
      arguments.scenario = value;
      good = find_node_scenario(value) != nullptr;
    }
    if (!good) return std::nullopt;
  }
  return count % 2 == 1 ? std::optional(arguments) : std::nullopt;
}

void print(const NodeScenario& scenario, const NodeReport& sum, std::uint64_t runs) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%s: %llu runs, %llu events, %llu blocks, %llu submissions (%llu refused), %llu crashes, "
      "%llu torn journals, %llu blocks executed again, %llu synced, %llu databases rolled back, "
      "%llu full disks, %llu lies refused, %llu views\n",
      std::string(scenario.name).c_str(), number(runs), number(sum.events), number(sum.blocks),
      number(sum.acknowledged), number(sum.refused), number(sum.restarts), number(sum.torn),
      number(sum.executed_again), number(sum.synced), number(sum.rolled_back),
      number(sum.disks_full), number(sum.lies_refused), number(sum.views));
}

void add(NodeReport& sum, const NodeReport& report) {
  for (const auto field :
       {&NodeReport::events, &NodeReport::blocks, &NodeReport::acknowledged, &NodeReport::refused,
        &NodeReport::restarts, &NodeReport::torn, &NodeReport::executed_again,
        &NodeReport::rolled_back, &NodeReport::synced, &NodeReport::lies_refused,
        &NodeReport::disks_full, &NodeReport::views}) {
    sum.*field += report.*field;
  }
}

}  // namespace

int run_whole_nodes(int count, char** values) {
  const std::optional<Arguments> arguments = parse(count, values);
  if (!arguments) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  int result = 0;
  for (const NodeScenario& scenario : node_scenarios()) {
    if (!arguments->scenario.empty() && arguments->scenario != scenario.name) continue;
    NodeReport sum;
    for (std::uint64_t seed = arguments->first_seed; seed <= arguments->last_seed; ++seed) {
      const NodeReport report =
          simulate(NodeOptions{&scenario, arguments->validators, seed, arguments->submissions});
      add(sum, report);
      if (!report.violation) continue;
      result = 1;
      std::printf(
          "%s\n  replay: qcsim --mode node --seeds %llu --scenario %s --n %u "
          "--submissions %zu\n",
          report.violation->c_str(), static_cast<unsigned long long>(seed),
          std::string(scenario.name).c_str(), static_cast<unsigned>(arguments->validators),
          arguments->submissions);
    }
    print(scenario, sum, arguments->last_seed - arguments->first_seed + 1);
  }
  return result;
}

}  // namespace qc::simulation
