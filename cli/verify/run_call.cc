// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/run_call.h"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verify/exit_code.h"

namespace qc::cli {
namespace {

constexpr const char* kEmptyValue =
    "is empty, which may be a variable that is not set: give a value, or leave it out";

void refuse_empty_values(CLI::App& root) {
  const CLI::Validator not_empty(
      [](const std::string& value) {
        return value.empty() ? std::string(kEmptyValue) : std::string();
      },
      "");
  std::vector<CLI::App*> apps{&root};
  while (!apps.empty()) {
    CLI::App* app = apps.back();
    apps.pop_back();
    for (CLI::Option* option : app->get_options()) {
      const bool is_flag = option->get_items_expected_max() == 0;
      // As a transform it is asked before the option's own checks, which do not name an empty
      // value.
      if (!is_flag) option->transform(not_empty);
    }
    for (CLI::App* below : app->get_subcommands([](CLI::App*) { return true; }))
      apps.push_back(below);
  }
}

/// CLI11 takes the word after `--record=` for its value, whatever that is.
void refuse_nothing_after_equals(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return;
    // A value may end with the sign too, as base64 does.
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      throw CLI::ValidationError(std::string(word.substr(0, word.size() - 1)), kEmptyValue);
  }
}

}  // namespace

int run_call(CLI::App& app, int argc, const char* const* argv, const int& exit_code) {
  refuse_empty_values(app);
  try {
    refuse_nothing_after_equals(argc, argv);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return exit_code;
}

}  // namespace qc::cli
