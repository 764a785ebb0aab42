// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "ledger/base/result.h"

namespace qc::ledger {

/// What an offline verification ends with (docs/formats.md, Audit bundle).
enum class VerifyCode : std::uint8_t {
  /// Everything in the file is proven, and every history in it is complete.
  kProven,
  /// Readable, and at least one thing in it is false, missing or unused.
  kRefuted,
  /// Not strict UTF-8 JSON of the right shape; decided before anything else.
  kUnreadable,
  /// Everything is proven, but records were left out or only counted.
  kPartial,
  /// Of another network, or signed by validators that the policy does not name: with this policy
  /// nothing can be said about it, neither that it is true nor that it is false.
  kOtherPolicy,
};

/// True where everything that the file shows is proven.
constexpr bool is_proven(VerifyCode code) {
  return code == VerifyCode::kProven || code == VerifyCode::kPartial;
}

/// The exit code of `qc verify` and its like.
constexpr int exit_code_of(VerifyCode code) {
  switch (code) {
    case VerifyCode::kProven:
      return 0;
    case VerifyCode::kRefuted:
    case VerifyCode::kOtherPolicy:
      return 1;
    case VerifyCode::kUnreadable:
      return 2;
    case VerifyCode::kPartial:
      return 3;
  }
  return 1;
}

/// Why a file is not believed.
struct FileRefusal {
  /// kRefuted, kOtherPolicy or kUnreadable.
  VerifyCode code = VerifyCode::kRefuted;
  /// Which step, where, and what is wrong.
  std::string reason;

  bool operator==(const FileRefusal&) const = default;
};

/// Ends a judgement where the policy is the wrong one and not the file.
[[nodiscard]] inline tl::unexpected<Error> other_policy(std::string message) {
  return fail(Code::kFailedPrecondition,
              std::move(message) +
                  "; get the policy of that network and time, or a file whose "
                  "validators follow from this policy's");
}

/// What a readable file's error comes to: other_policy() or refuted.
inline FileRefusal refusal_of(Error error) {
  const bool other = error.code == Code::kFailedPrecondition;
  return {other ? VerifyCode::kOtherPolicy : VerifyCode::kRefuted, std::move(error.message)};
}

}  // namespace qc::ledger
