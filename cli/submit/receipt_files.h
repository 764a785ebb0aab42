// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// The receipts of every record of one committed submission, from its own bytes and what the node
/// answered. `spki` is the signing key. The node is not believed: the checkpoint must be certified
/// by the policy's validators, and the records must lie under it where the node says.
ledger::Result<std::vector<ledger::AcceptedReceipt>> accepted_receipts(
    std::string_view signed_submission, const quality::v1::SubmissionReceipt& receipt,
    const std::string& spki, const ledger::NetworkPolicy& policy);

/// The receipt of a rejected submission, verified against the policy.
ledger::Result<ledger::RejectedReceipt> rejected_receipt(
    std::string_view signed_submission, const quality::v1::SubmissionReceipt& receipt,
    const ledger::NetworkPolicy& policy);

}  // namespace qc::cli
