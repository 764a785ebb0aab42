// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// What an applicant's first admin key signs: "qc/enrolment/v1" ‖ NUL ‖ application, the canonical
/// bytes of quality.v1.EnrolmentApplication.
std::string enrolment_message(std::string_view application);

/// H("qc/enrolment/v1" ‖ NUL ‖ application): which application a decision is about.
Digest application_hash(HashAlgorithm algorithm, std::string_view application);

}  // namespace qc::ledger
