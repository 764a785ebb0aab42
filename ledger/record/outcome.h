// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::ledger {

/// What became of an ordered submission; the numbers and their meaning are those of
/// quality.v1.OutcomeCode, frozen once released.
enum class OutcomeCode : std::uint32_t {
  kAccepted = 0,
  kMalformed = 1,
  kNotSupported = 2,
  kInvalidField = 3,
  kMissingField = 4,
  kTooLarge = 5,
  kUnknownOrganisation = 6,
  kInactiveOrganisation = 7,
  kNotAllowed = 8,
  kUnknownSubject = 9,
  kDuplicate = 10,
  kWrongState = 11,
  kOutOfScope = 12,
  kWrongTime = 13,
  kPrefixNotHeld = 14,
  kBadSignature = 15,
  kBadReference = 16,
  kCycle = 17,
};

/// The codes' names in the API: "OUTCOME_ACCEPTED" ...
std::string_view name_of(OutcomeCode code);

/// The outcome of a submission as it stands under the seal's `submissions` root.
struct Outcome {
  OutcomeCode code = OutcomeCode::kAccepted;
  /// Accepted: log index of its first record, the others follow without a gap. Else 0.
  std::uint64_t first_log_index = 0;
  /// Refused: place of the first refused record in the submission, from 0. Else 0.
  std::uint32_t record = 0;
  /// Refused: path of the offending field in that record, e.g.
  /// "inspection_certificate.objects[0].gtin"; empty where the record as a whole is meant.
  std::string field;

  bool accepted() const { return code == OutcomeCode::kAccepted; }
  /// Canonical bytes of quality.v1.Outcome.
  std::string encode() const;
  static Result<Outcome> parse(std::string_view bytes);

  bool operator==(const Outcome&) const = default;
};

}  // namespace qc::ledger
