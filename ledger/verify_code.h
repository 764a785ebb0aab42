// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace qc::ledger {

/// What an offline verification ends with; the numbers are the exit codes of `qc verify`
/// (docs/formats.md, Audit bundle).
enum class VerifyCode : int {
  /// Everything in the file is proven, and every history in it is complete.
  kProven = 0,
  /// Readable, and at least one thing in it is false, missing or unused.
  kRefuted = 1,
  /// Not strict UTF-8 JSON of the right shape; decided before anything else.
  kUnreadable = 2,
  /// Everything is proven, but records were left out or only counted.
  kPartial = 3,
};

/// Why a file is not believed.
struct FileRefusal {
  /// kRefuted or kUnreadable.
  VerifyCode code = VerifyCode::kRefuted;
  /// Which step, where, and what is wrong.
  std::string reason;

  bool operator==(const FileRefusal&) const = default;
};

}  // namespace qc::ledger
