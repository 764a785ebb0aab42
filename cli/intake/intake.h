// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/intake/value/intake_types.h"
#include "cli/intake/value/text_encoding.h"

namespace qc::cli {

enum class IntakeFormat : std::uint8_t { kRecordJson, kEpcis, kCertificateCsv, kSamplingTable };

/// "record JSON", "EPCIS 2.0", ...: for messages.
[[nodiscard]] std::string_view name_of(IntakeFormat format);

/// Tells the format by the contents: JSON (with an EPCIS type or @context or not), else a table
/// whose first rows hold the regulator's Chinese headers or not.
[[nodiscard]] IntakeFormat detect_format(std::string_view bytes,
                                         TableEncoding encoding = TableEncoding::kUtf8);

/// Reads a file of any of the formats. One that gives neither a record nor a problem has the
/// problem that it holds nothing.
[[nodiscard]] Intake read_intake(std::string_view bytes, IntakeFormat format,
                                 const IntakeOptions& options);

/// Files larger than this are refused; split them.
inline constexpr std::size_t kIntakeBytesMax = 64U << 20;

}  // namespace qc::cli
