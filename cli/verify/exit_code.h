// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace qc::cli {

/// What `qc` ends with; documented in docs/cli.md. 0–3 are those of an offline verification.
enum ExitCode : int {
  kDone = 0,
  /// Refuted, refused, or failed for a reason that the message names.
  kFailed = 1,
  /// The call or a file cannot be understood.
  kUsage = 2,
  /// Proven, but partial.
  kPartial = 3,
  /// No node answered; what was sent may or may not be on the chain.
  kUnavailable = 4,
};

}  // namespace qc::cli
