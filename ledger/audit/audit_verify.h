// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "ledger/audit/audit_report.h"
#include "ledger/proof/policy.h"

namespace qc::ledger {

/// Judges an audit bundle by every rule of docs/formats.md, in its order of work: policy, validator
/// sets, cosignatures, seal, keys, submission signatures, each subject's state proof, records,
/// paths and chain, closure; then that everything is used, the subject asked for, and age. Pure: no
/// network, no clock. Costs time and memory in proportion to the file.
VerifyReport verify_bundle(std::string_view bytes, const NetworkPolicy& policy,
                           const VerifyOptions& options = {});

}  // namespace qc::ledger
