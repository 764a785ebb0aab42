// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/intake/intake.h"

namespace qc::cli {

/// A laboratory's options, as of 2026-11-22.
inline IntakeOptions laboratory_options() {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = 1'795'419'543'123;
  return options;
}

/// What a person reads of the problems.
inline std::vector<std::string> texts(const Intake& intake) {
  std::vector<std::string> all;
  for (const IntakeProblem& problem : intake.problems) all.push_back(problem.text());
  return all;
}

}  // namespace qc::cli
