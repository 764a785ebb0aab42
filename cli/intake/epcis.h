// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/intake.h"

namespace qc::cli {

/// Records from an EPCIS 2.0 JSON document or bare event (docs/epcis.md). Each record carries the
/// original event's bytes as an attachment's digest; what is not mapped is a problem that names
/// event and field, and then nothing of that event is in the records.
Intake read_epcis(std::string_view text);

}  // namespace qc::cli
