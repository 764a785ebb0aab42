// SPDX-License-Identifier: Apache-2.0
#include "cli/client/session.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

namespace qc::cli {

ledger::Result<ClientProfile> Session::load_profile() const {
  if (profile.empty()) {
    return ledger::fail(ledger::Code::kInvalidArgument,
                        "no profile: name the member's folder with --profile DIR or in the "
                        "environment variable QC_PROFILE");
  }
  return ClientProfile::load(profile);
}

void Session::fail(const ledger::Error& error) {
  fmt::print(stderr, "qc: {}\n", error.message);
  switch (error.code) {
    case ledger::Code::kInvalidArgument:
    case ledger::Code::kNotFound:
    case ledger::Code::kAlreadyExists:
      exit_code = kUsage;
      return;
    case ledger::Code::kUnavailable:
    case ledger::Code::kDeadlineExceeded:
      exit_code = kUnavailable;
      return;
    default:
      exit_code = kFailed;
  }
}

CLI::App* node_command(CLI::App& app) {
  const auto made =
      app.get_subcommands([](const CLI::App* command) { return command->get_name() == "node"; });
  if (!made.empty()) return made.front();
  return app.add_subcommand("node", "Look after a node")->require_subcommand(1);
}

}  // namespace qc::cli
