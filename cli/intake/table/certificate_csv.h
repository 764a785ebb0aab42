// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Reads inspection certificates from our own table (docs/formats-intake.md): the first row names
/// the columns, each further row is one result, rows with one number are one certificate. A bad
/// cell is reported with line and column; its certificate is left out, the others are not.
[[nodiscard]] Intake read_certificate_csv(std::string_view bytes, const IntakeOptions& options);

}  // namespace qc::cli
