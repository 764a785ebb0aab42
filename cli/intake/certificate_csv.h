// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/intake.h"

namespace qc::cli {

/// Inspection certificates from CSV (RFC 4180, UTF-8), one row a result; rows of one certificate
/// number are one certificate. Columns in docs/intake.md.
Intake read_certificate_csv(std::string_view text);

/// SpotCheckResult records from a regulator's published sampling table: Chinese column names in one
/// of the first rows, UTF-8 or GB 18030, cells with line breaks.
Intake read_sampling_table(std::string_view text);

/// Either, told apart by the column names.
Intake read_csv(std::string_view text);

}  // namespace qc::cli
