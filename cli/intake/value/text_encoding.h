// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::cli {

/// How the text of a table is written down. It is never guessed: many bytes mean something in each.
enum class TableEncoding : std::uint8_t { kUtf8, kGb18030 };

/// The text of a file in UTF-8, a byte order mark taken off. The error names line and byte and,
/// where the bytes can be GB 18030, shows what they would say in it.
[[nodiscard]] ledger::Result<std::string> utf8_text(std::string_view bytes, TableEncoding encoding);

/// What a file is that is no text in either encoding, and what to do with it: a workbook, a PDF,
/// UTF-16.
[[nodiscard]] std::optional<std::string> no_text_reason(std::string_view bytes);

}  // namespace qc::cli
