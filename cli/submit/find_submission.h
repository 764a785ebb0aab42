// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/digest.h"
#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// What the network knows of a submission. A node that has never seen it may be behind, so each is
/// asked before the answer is SUBMISSION_STATE_UNKNOWN.
ledger::Result<quality::v1::SubmitResponse> find_submission(const ClientProfile& profile,
                                                            const Digest& hash);

}  // namespace qc::cli
