// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/base/result.h"

namespace qc::ledger {

/// Longer texts are refused; also the most that a compressed file may expand to.
inline constexpr std::size_t kMaxJsonSize = std::size_t{1} << 30U;
/// Arrays and objects nest no deeper (our own formats: 9).
inline constexpr std::size_t kMaxJsonDepth = 16;
/// Members of one object (our own formats: 9).
inline constexpr std::size_t kMaxJsonMembers = 32;
/// Values in one text: bounds the memory that small values can take.
inline constexpr std::size_t kMaxJsonValues = 16'000'000;

enum class JsonType : std::uint8_t { kNull, kBoolean, kInteger, kString, kArray, kObject };

/// "a string", "an integer" ...
std::string_view describe(JsonType type);

class JsonValue;
using JsonArray = std::vector<JsonValue>;
/// In the order of the text; names are distinct.
using JsonObject = std::vector<std::pair<std::string, JsonValue>>;

/// One value of the strict subset of JSON that our proof files are written in: no fractions,
/// exponents or integers beyond 2^53 - 1.
class JsonValue {
 public:
  JsonValue() = default;
  explicit JsonValue(bool value) : value_(value) {}
  explicit JsonValue(std::int64_t value) : value_(value) {}
  explicit JsonValue(std::string value) : value_(std::move(value)) {}
  explicit JsonValue(JsonArray value) : value_(std::move(value)) {}
  explicit JsonValue(JsonObject value) : value_(std::move(value)) {}

  JsonType type() const { return static_cast<JsonType>(value_.index()); }

  /// The content; asserts the type, which a shape (json_shape.h) has checked before.
  bool boolean() const;
  std::int64_t integer() const;
  const std::string& string() const;
  const JsonArray& array() const;
  const JsonObject& object() const;
  JsonArray& array();
  JsonObject& object();
  bool is_null() const { return type() == JsonType::kNull; }

  /// The member of that name, or null where the object has none. Asserts an object.
  const JsonValue* find(std::string_view name) const;
  /// The member of that name, which a shape has demanded; asserts that it is there.
  const JsonValue& at(std::string_view name) const;

  bool operator==(const JsonValue&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, JsonArray, JsonObject> value_;
};

/// Reads a whole text. Refused are: bytes that are not UTF-8, a byte order mark, anything after the
/// value, duplicate members, lone surrogates, numbers other than integers `0|-?[1-9][0-9]*` within
/// ±(2^53 - 1), and what breaks RFC 8259 or a limit above. The error names line and column.
Result<JsonValue> parse_json(std::string_view text);

/// The one text of a value: members in their order, one element a line indented by one blank a
/// level, empty containers closed at once, only `"`, `\` and control characters escaped, "\n" at
/// the end.
std::string write_json(const JsonValue& value);

}  // namespace qc::ledger
