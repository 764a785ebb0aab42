// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "cli/client/client_profile.h"
#include "cli/verify/exit_code.h"
#include "ledger/base/result.h"

namespace CLI {
class App;
}

namespace qc::cli {

/// What every command shares: the options before its name, and what the process ends with.
struct Session {
  /// Machine-readable output on standard output.
  bool json = false;
  /// The member's profile folder.
  std::filesystem::path profile;
  int exit_code = kDone;

  /// Loads the profile; the error says how to name one.
  ledger::Result<ClientProfile> load_profile() const;

  /// Prints `qc: <message>` to standard error and sets the exit code that fits the error.
  void fail(const ledger::Error& error);
};

/// `qc node`, made at the first call.
CLI::App* node_command(CLI::App& app);

// Each adds its commands to the application; their callbacks set session.exit_code. Both must
// outlive the parse.
void add_key_commands(CLI::App& app, Session& session);
void add_network_commands(CLI::App& app, Session& session);
void add_organisation_commands(CLI::App& app, Session& session);
void add_validator_commands(CLI::App& app, Session& session);
void add_submit_commands(CLI::App& app, Session& session);
void add_history_commands(CLI::App& app, Session& session);
void add_node_commands(CLI::App& app, Session& session);
void add_evidence_commands(CLI::App& app, Session& session);
void add_bench_command(CLI::App& app, Session& session);

}  // namespace qc::cli
