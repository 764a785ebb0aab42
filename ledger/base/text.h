// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"

namespace qc::ledger {

constexpr bool is_digit(char character) { return character >= '0' && character <= '9'; }
/// One digit or more, and nothing else.
constexpr bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Takes the first code point off `text`. Strict UTF-8 (RFC 3629): no overlong forms, no
/// surrogates, nothing above U+10FFFF. Nothing, and `text` as it was, at an error or the end.
std::optional<char32_t> take_code_point(std::string_view& text);

/// Appends `point` (a valid code point) in UTF-8.
void append_utf8(std::string& text, char32_t point);

/// What identifiers and texts refuse, by one table of Unicode 15.0 that is a part of the protocol:
/// control, format, private, unassigned and default-ignorable code points, blanks but U+0020, what
/// is drawn blank (U+2800), surrogates, non-characters and U+FFF0-FFFF.
[[nodiscard]] bool is_refused_code_point(char32_t point);

inline constexpr std::size_t kComponentCodePointsMax = 64;
inline constexpr std::size_t kNameCodePointsMax = 200;
inline constexpr std::size_t kFreeTextCodePointsMax = 2000;

/// One line of 1..`code_points_max` code points: strict UTF-8, nothing refused, single blanks and
/// none at either end, not `.` or `..` alone.
[[nodiscard]] Fault line_fault(std::string_view text, std::size_t code_points_max);
/// An identifier's component: a line of at most 64 code points.
[[nodiscard]] Fault component_fault(std::string_view text);
/// A name: a line of at most 200 code points.
[[nodiscard]] Fault name_fault(std::string_view text);
/// Free text: at most 2 000 code points; line breaks (U+000A) may stand between its lines, each of
/// which is empty or follows the rules of a line. Neither starts nor ends with a line break.
[[nodiscard]] Fault free_text_fault(std::string_view text);

/// A character of GS1's set 82 (GS1 General Specifications, figure 7.11-1).
[[nodiscard]] bool is_gs1_set82(char character);
/// A lot, serial or extension: 1..`length_max` characters of set 82, not `.` or `..` alone.
[[nodiscard]] Fault set82_fault(std::string_view text, std::size_t length_max);
/// A lot or serial: 1..20 characters of set 82.
[[nodiscard]] Fault lot_or_serial_fault(std::string_view text);

/// The text as an error message may quote it: in double quotes, refused code points and bad bytes
/// as \u{...} or \x.., cut after 80 code points.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace qc::ledger
