// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace qc::cli {

/// One row of a table.
struct CsvRow {
  std::vector<std::string> cells;
  /// Line of the file on which the row begins, from 1.
  std::size_t line = 0;
};

inline constexpr std::size_t kCsvColumnsMax = 256;
inline constexpr std::size_t kCsvRowsMax = 200'000;
inline constexpr std::size_t kCsvCellBytesMax = 64U << 10;

/// Reads a table (RFC 4180): cells between commas, tabs or semicolons, whichever the first lines
/// use, or what a first line "sep=" says; quoted cells may hold separators, line breaks and doubled
/// quotes; lines end in LF, CRLF or CR. Rows that are wholly empty are left out but counted as
/// lines. Errors name the line.
[[nodiscard]] ledger::Result<std::vector<CsvRow>> read_csv(std::string_view text);

/// A cell as a line of text: every kind of blank and line break becomes one U+0020, none at the
/// ends.
[[nodiscard]] std::string one_line(std::string_view cell);

/// The same with full-width characters as plain ones: for numbers, dates, codes and headers, not
/// for names.
[[nodiscard]] std::string plain_line(std::string_view cell);

}  // namespace qc::cli
