// SPDX-License-Identifier: Apache-2.0
// qc_journal_check NAME=DIRECTORY...: reads the vote journals of a network's validators and reports
// double votes. Exit codes: 0 none, 1 found some, 2 a journal cannot be read or the call cannot be
// understood.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/journal_checker.h"

namespace {

constexpr int kDoubleVotes = 1;
constexpr int kUnreadable = 2;

int run(const std::vector<std::string>& arguments) {
  std::vector<std::pair<std::string, std::string>> journals;
  for (const std::string& argument : arguments) {
    const std::size_t sign = argument.find('=');
    if (sign == std::string::npos || sign == 0) {
      journals.clear();
      break;
    }
    journals.emplace_back(argument.substr(0, sign), argument.substr(sign + 1));
  }
  if (journals.empty()) {
    fmt::print(stderr,
               "usage: qc_journal_check NAME=DIRECTORY...\nOne for each validator; DIRECTORY holds "
               "its votes-*.log: those "
               "that are there, or all that there ever were.\n");
    return kUnreadable;
  }
  // The order of the validator set.
  std::sort(journals.begin(), journals.end());
  std::vector<std::string> names;
  names.reserve(journals.size());
  for (const auto& journal : journals) names.push_back(journal.first);
  qc::tools::JournalChecker checker(names);
  for (std::size_t i = 0; i < journals.size(); ++i) {
    if (const auto read = checker.add_directory(i, journals[i].second); !read) {
      fmt::print(stderr, "qc_journal_check: {}: {}\n", names[i], read.error().message);
      return kUnreadable;
    }
  }
  const std::vector<std::string> findings = checker.findings();
  for (const std::string& finding : findings) fmt::print("{}\n", finding);
  const auto counts = checker.counts();
  fmt::print(
      "{} journals ({} complete, {} segments): {} prepares, {} commits, {} signatures in "
      "certificates, {} views entered, {} "
      "starts, {} checkpoints; {} contradictions\n",
      names.size(), counts.complete, counts.segments, counts.prepares, counts.certificates,
      counts.signatures, counts.views_entered, counts.starts, counts.checkpoints, findings.size());
  return findings.empty() ? 0 : kDoubleVotes;
}

}  // namespace

int main(int argc, char** argv) { return run({argv + 1, argv + argc}); }
