// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// Submits one record under a key of the profile and waits until it is certified. A refusal is an
/// error with the node's sentence.
ledger::Result<quality::v1::SubmissionReceipt> submit_record(const ClientProfile& profile,
                                                             const std::filesystem::path& key_file,
                                                             const quality::v1::Record& record);

/// What the network knows of a member, at `min_height` or later.
ledger::Result<quality::v1::Member> find_member(const ClientProfile& profile,
                                                const std::string& code,
                                                std::uint64_t min_height = 0);

/// Hands an application (prepare_enrolment) in for the applicant, signed by the profile's signing
/// key.
ledger::Result<quality::v1::SubmissionReceipt> submit_enrolment(const ClientProfile& sponsor,
                                                                const std::string& request);

/// Approves or refuses the application of `code` that is open now, with the profile's admin key.
/// `reason` is required for a refusal.
ledger::Result<quality::v1::SubmissionReceipt> decide_enrolment(
    const ClientProfile& party, const std::string& code,
    quality::v1::EnrolmentDecision::Decision decision, const std::string& reason,
    std::uint64_t min_height = 0);

}  // namespace qc::cli
