// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "cli/client/connection.h"
#include "cli/client/session.h"
#include "cli/verify/run_call.h"
#include "ledger/base/canonical_protobuf.h"

int main(int argc, char** argv) {
  qc::ledger::silence_protobuf_log();
  qc::cli::silence_grpc_log();
  // Private keys pass through this process: no core dumps, no files for others.
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);

  qc::cli::Session session;
  CLI::App app(
      "Quality Chain: every certificate a product ever received, who signed it, in order, with "
      "nothing left out.",
      "qc");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", QC_VERSION);
  app.add_flag("--json", session.json, "Machine-readable output");
  app.add_option("--profile", session.profile, "The member's profile folder")
      ->envname("QC_PROFILE");
  app.footer(
      "Exit codes: 0 done, 1 refused or refuted, 2 the call or a file cannot be understood,\n"
      "3 proven but partial, 4 no node answered.\n"
      "Start with: qc network init ./net && qc network start ./net");
  qc::cli::add_network_commands(app, session);
  qc::cli::add_key_commands(app, session);
  qc::cli::add_organisation_commands(app, session);
  qc::cli::add_validator_commands(app, session);
  qc::cli::add_submit_commands(app, session);
  qc::cli::add_history_commands(app, session);
  qc::cli::add_node_commands(app, session);
  qc::cli::add_evidence_commands(app, session);
  qc::cli::add_bench_command(app, session);
  return qc::cli::run_call(app, argc, argv, session.exit_code);
}
