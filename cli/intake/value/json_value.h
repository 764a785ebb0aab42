// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace qc::cli {

/// A JSON value that remembers its place in the text it was read from, which must outlive it.
/// Numbers stay the text that stands there, so that no decimal is rounded; objects keep the order
/// of their members.
struct JsonValue {
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  /// Exactly the bytes of this value in the text.
  std::string_view raw;
  /// Of a string: its contents. Of everything else: empty.
  std::string text;
  /// Elements of an array or values of an object.
  std::vector<JsonValue> elements;
  /// Names of an object's members, beside `elements`; distinct.
  std::vector<std::string> names;

  [[nodiscard]] bool is(Kind other) const { return kind == other; }
  /// The member of this name, or null.
  [[nodiscard]] const JsonValue* find(std::string_view name) const;
};

/// Reads the values that stand one after the other in `text`, white space between them: at least
/// one. RFC 8259, UTF-8, no duplicate names, depth at most 64. Errors name line and column.
[[nodiscard]] ledger::Result<std::vector<JsonValue>> read_json_values(std::string_view text);

/// Reads a text that is one value.
[[nodiscard]] ledger::Result<JsonValue> read_json(std::string_view text);

/// What the value says, in one spelling: members in the order of their names, no white space,
/// escapes only where JSON demands them, numbers without zeros that say nothing (1.0 and 10E-1 are
/// 1). Two texts that say the same give the same. The members of the value that are called
/// `left_out` are no part of it.
[[nodiscard]] std::string canonical_json(const JsonValue& value,
                                         std::span<const std::string_view> left_out = {});

/// Line, from 1, on which `part` of `text` begins.
[[nodiscard]] std::size_t line_of(std::string_view text, std::string_view part);

/// The value as a message quotes it: a text's contents, else what stands in the file.
[[nodiscard]] std::string quote(const JsonValue& value);

/// A number with an exponent, whose digits somebody's program may have rounded away: how to write
/// it instead.
[[nodiscard]] ledger::Fault exponent_fault(const JsonValue& number);

/// What kind a value is, for messages: "text", "a number", ...
[[nodiscard]] std::string_view name_of(JsonValue::Kind kind);

}  // namespace qc::cli
