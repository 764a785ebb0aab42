// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/intake.h"

namespace qc::cli {

/// Records from JSON: one object, an array of them, or one object a line (NDJSON), in the protobuf
/// JSON mapping of quality.v1.Record with what people write besides: GTINs of any length, RFC 3339
/// times in *_ms members, a Digital Link as an object (docs/intake.md).
Intake read_record_json(std::string_view text);

}  // namespace qc::cli
