// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace qc::cli {

// Offline verification as commands: no network, no node, no database. Each function adds what it
// needs to `app` and a callback that runs the command, writes to the standard streams and sets
// `exit_code` to 0 proven, 1 refuted, 2 unreadable (or a file that cannot be opened),
// 3 proven but partial. `app` and `exit_code` must outlive the parsing.

/// BUNDLE --policy FILE [--subject ID] [--partial] [--since OLD] [--max-age DURATION] [--json], on
/// `app` itself: `qc verify` and `qc-verify`.
void add_verify_command(CLI::App& app, int& exit_code);
/// FILE --record FILE --policy FILE: `qc receipt verify` and `qc-verify receipt`.
void add_receipt_command(CLI::App& app, int& exit_code);
/// FILE --policy FILE: that one checkpoint is a prefix of another.
void add_consistency_command(CLI::App& app, int& exit_code);
/// FILE --policy FILE: that somebody has broken the rules.
void add_evidence_command(CLI::App& app, int& exit_code);

}  // namespace qc::cli
