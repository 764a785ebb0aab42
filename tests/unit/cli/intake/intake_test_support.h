// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <iconv.h>

#include <cstddef>
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

inline std::string gb18030(std::string text) {
  iconv_t converter = iconv_open("GB18030", "UTF-8");
  std::string out(text.size() * 4, '\0');
  char* from = text.data();
  char* to = out.data();
  std::size_t from_left = text.size();
  std::size_t to_left = out.size();
  EXPECT_NE(iconv(converter, &from, &from_left, &to, &to_left), static_cast<std::size_t>(-1));
  iconv_close(converter);
  out.resize(out.size() - to_left);
  return out;
}

}  // namespace qc::cli
