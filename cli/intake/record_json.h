// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Reads records in JSON: one object, an array of them, or one after the other (NDJSON). The form
/// is protobuf's JSON of quality.v1.Record with snake_case or lowerCamelCase names, and what people
/// write besides (docs/formats-intake.md): a certificate's body alone, GTINs of any length, RFC
/// 3339 texts for times, dates, short enum names, digital links or element strings for objects,
/// codes or names for parties, other spellings of standards. Unknown members are refused.
[[nodiscard]] Intake read_record_json(std::string_view text, const IntakeOptions& options);

}  // namespace qc::cli
