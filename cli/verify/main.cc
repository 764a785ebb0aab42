// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <string_view>

#include "cli/verify/exit_code.h"
#include "cli/verify/run_call.h"
#include "cli/verify/verify_command.h"
#include "ledger/base/canonical_protobuf.h"

namespace {

struct Command {
  std::string_view name;
  const char* about;
  void (*add)(CLI::App& app, int& exit_code);
};

constexpr Command kCommands[] = {
    {"receipt", "Verify the receipt of a record or of a refused submission",
     qc::cli::add_receipt_command},
    {"consistency", "Verify that a newer log goes on from an older one",
     qc::cli::add_consistency_command},
    {"evidence", "Verify evidence of a broken rule", qc::cli::add_evidence_command},
};

}  // namespace

int main(int argc, char** argv) {
  qc::ledger::silence_protobuf_log();
  int exit_code = qc::cli::kUsage;
  CLI::App app("Verifies what the Quality Chain proves, without any network.", "qc-verify");
  // A bundle is the usual case and needs no word for it, so the command is picked here: a file that
  // is called "receipt" can still be given as "./receipt".
  const Command* chosen = nullptr;
  for (const Command& command : kCommands) {
    if (argc > 1 && command.name == argv[1]) chosen = &command;
  }
  if (chosen != nullptr) {
    app.description(chosen->about);
    app.name("qc-verify " + std::string(chosen->name));
    chosen->add(app, exit_code);
    --argc;
    ++argv;
  } else {
    qc::cli::add_verify_command(app, exit_code);
    app.description(
        "Verifies an audit bundle of the Quality Chain, without any network.\n"
        "Also: qc-verify receipt|consistency|evidence FILE --policy FILE (see --help there)");
  }
  return qc::cli::run_call(app, argc, argv, exit_code);
}
