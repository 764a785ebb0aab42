// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace qc::cli {

/// Runs what a call of `app` asks for, whose callbacks set `exit_code`. Gives that, or 2 for a call
/// that cannot be understood, which is then said on standard error, or 0 after help.
///
/// An option or argument with an empty value is not understood. A script whose variable is not set
/// writes one (`--record "$RECORD"`), and would get the answer to another question.
[[nodiscard]] int run_call(CLI::App& app, int argc, const char* const* argv, const int& exit_code);

}  // namespace qc::cli
