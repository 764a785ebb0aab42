// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Reads a regulator's published tables of sampling results, one or several in a sheet (Chinese
/// headers in one of the first rows): a row becomes a SpotCheckResult. A row that cannot be
/// understood is reported by sheet row and column and does not stop the others; a column that seems
/// to say how rows fared and is not read stops its table. The file's digest is attached to every
/// record.
[[nodiscard]] Intake read_sampling_table(std::string_view bytes, const IntakeOptions& options);

/// One of the first rows holds the headers of such a table.
[[nodiscard]] bool is_sampling_table(std::string_view bytes,
                                     TableEncoding encoding = TableEncoding::kUtf8);

}  // namespace qc::cli
