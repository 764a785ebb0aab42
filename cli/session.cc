// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <fmt/format.h>

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

}  // namespace qc::cli
