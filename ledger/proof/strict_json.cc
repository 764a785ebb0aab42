// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "base/hex.h"
#include "ledger/base/encoding.h"
#include "ledger/base/text.h"

namespace qc::ledger {

std::string_view describe(JsonType type) {
  switch (type) {
    case JsonType::kNull:
      return "null";
    case JsonType::kBoolean:
      return "true or false";
    case JsonType::kInteger:
      return "an integer";
    case JsonType::kString:
      return "a string";
    case JsonType::kArray:
      return "an array";
    case JsonType::kObject:
      return "an object";
  }
  return "";
}

namespace {

template <class T, class Variant>
auto& content(Variant& value) {
  auto* content = std::get_if<T>(&value);
  QC_ASSERT(content != nullptr);
  return *content;
}

}  // namespace

bool JsonValue::boolean() const { return content<bool>(value_); }
std::int64_t JsonValue::integer() const { return content<std::int64_t>(value_); }
const std::string& JsonValue::string() const { return content<std::string>(value_); }
const JsonArray& JsonValue::array() const { return content<JsonArray>(value_); }
const JsonObject& JsonValue::object() const { return content<JsonObject>(value_); }
JsonArray& JsonValue::array() { return content<JsonArray>(value_); }
JsonObject& JsonValue::object() { return content<JsonObject>(value_); }

const JsonValue* JsonValue::find(std::string_view name) const {
  const JsonObject& members = object();
  const auto found =
      std::ranges::find_if(members, [name](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

const JsonValue& JsonValue::at(std::string_view name) const {
  const JsonValue* value = find(name);
  QC_ASSERT(value != nullptr);
  return *value;
}

namespace {

/// Appends a code point that is no surrogate.
void append_code_point(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  const auto tail = [&byte, point](unsigned shift) { byte(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80U) {
    byte(point);
  } else if (point < 0x800U) {
    byte(0xC0U | (point >> 6U));
    tail(0);
  } else if (point < 0x10000U) {
    byte(0xE0U | (point >> 12U));
    tail(6);
    tail(0);
  } else {
    byte(0xF0U | (point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Reads one text front to back. Containers under construction stand on a stack of our own, so that
/// nesting cannot exhaust the thread's.
class StrictJsonParser {
 public:
  explicit StrictJsonParser(std::string_view text) : text_(text) {}

  Result<JsonValue> parse() {
    while (!done_) {
      QC_TRY(JsonValue value, parse_value());
      if (opened_) {
        opened_ = false;
        continue;
      }
      QC_TRY_VOID(place(std::move(value)));
    }
    skip_blanks();
    if (at_ != text_.size()) return wrong("nothing may follow the value");
    return std::move(root_);
  }

 private:
  struct Container {
    JsonValue value;
    /// Of the member that is read now.
    std::string name;
  };

  tl::unexpected<Error> wrong(std::string_view what) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fail(Code::kInvalidArgument,
                fmt::format("line {}, byte {}: {}", line, at_ - start + 1, what));
  }

  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  /// Reads a value, or the opening of a container that has something in it (then opened_ is set).
  Result<JsonValue> parse_value() {
    skip_blanks();
    if (++values_ > kMaxJsonValues) return wrong("too many values");
    if (at_ == text_.size()) return wrong("a value is missing");
    const char c = text_[at_];
    if (c == '"') {
      QC_TRY(std::string text, parse_string());
      return JsonValue(std::move(text));
    }
    if (c == '-' || is_digit(c)) return parse_integer();
    if (take('{')) return open(JsonValue(JsonObject{}), '}');
    if (take('[')) return open(JsonValue(JsonArray{}), ']');
    if (take("true")) return JsonValue(true);
    if (take("false")) return JsonValue(false);
    if (take("null")) return JsonValue();
    return wrong("no JSON value begins like this");
  }

  Result<JsonValue> open(JsonValue empty, char end) {
    if (stack_.size() == kMaxJsonDepth) return wrong("nested too deeply");
    skip_blanks();
    if (take(end)) return empty;
    stack_.push_back({std::move(empty), {}});
    opened_ = true;
    if (end == '}') QC_TRY_VOID(parse_name());
    return JsonValue();
  }

  /// A member's name and the colon behind it.
  Result<void> parse_name() {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '"') return wrong("a member's name is missing");
    QC_TRY(std::string name, parse_string());
    Container& container = stack_.back();
    if (container.value.find(name) != nullptr) return wrong("this member was there before");
    if (container.value.object().size() == kMaxJsonMembers) return wrong("too many members");
    container.name = std::move(name);
    skip_blanks();
    if (!take(':')) return wrong("a colon is missing");
    return {};
  }

  /// Puts a finished value where it belongs, and closes all containers that end behind it.
  Result<void> place(JsonValue value) {
    while (true) {
      if (stack_.empty()) {
        root_ = std::move(value);
        done_ = true;
        return {};
      }
      Container& container = stack_.back();
      const bool is_object = container.value.type() == JsonType::kObject;
      if (is_object) {
        container.value.object().emplace_back(std::move(container.name), std::move(value));
      } else {
        container.value.array().push_back(std::move(value));
      }
      skip_blanks();
      if (take(',')) {
        if (is_object) return parse_name();
        return {};
      }
      if (!take(is_object ? '}' : ']')) return wrong("a comma or the end is missing");
      value = std::move(container.value);
      stack_.pop_back();
    }
  }

  Result<JsonValue> parse_integer() {
    const std::size_t start = at_;
    const bool negative = take('-');
    const std::size_t digits = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    const std::string_view number = text_.substr(digits, at_ - digits);
    const std::optional<std::uint64_t> value = parse_decimal(number);
    if (!value || (negative && *value == 0)) {
      at_ = start;
      return wrong("not an integer within ±(2^53 - 1) without leading zeros");
    }
    const auto magnitude = static_cast<std::int64_t>(*value);
    return JsonValue(negative ? -magnitude : magnitude);
  }

  Result<std::string> parse_string() {
    ++at_;
    std::string out;
    while (true) {
      const std::size_t start = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20U) {
        ++at_;
      }
      out.append(text_.substr(start, at_ - start));
      if (at_ == text_.size()) return wrong("a string without an end");
      if (take('"')) return out;
      if (!take('\\')) return wrong("a control character in a string");
      QC_TRY_VOID(parse_escape(out));
    }
  }

  Result<void> parse_escape(std::string& out) {
    static constexpr std::string_view kEscapes = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) return wrong("a string without an end");
    if (const std::size_t place = kEscapes.find(text_[at_]); place != std::string_view::npos) {
      out.push_back(kMeanings[place]);
      ++at_;
      return {};
    }
    if (!take('u')) return wrong("an unknown escape");
    QC_TRY(std::uint32_t point, parse_hex4());
    if (point >= 0xDC00U && point < 0xE000U) return wrong("a lone surrogate");
    if (point >= 0xD800U && point < 0xDC00U) {
      if (!take("\\u")) return wrong("a lone surrogate");
      QC_TRY(const std::uint32_t low, parse_hex4());
      if (low < 0xDC00U || low >= 0xE000U) return wrong("a lone surrogate");
      point = 0x10000U + ((point - 0xD800U) << 10U) + (low - 0xDC00U);
    }
    append_code_point(out, point);
    return {};
  }

  Result<std::uint32_t> parse_hex4() {
    if (text_.size() - at_ < 4) return wrong("four hex digits are missing");
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_];
      std::uint32_t digit = 0;
      if (is_digit(c)) {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A') + 10;
      } else {
        return wrong("four hex digits are missing");
      }
      value = value * 16 + digit;
      ++at_;
    }
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::vector<Container> stack_;
  bool opened_ = false;
  bool done_ = false;
  JsonValue root_;
};

void write_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (byte < 0x20U) {
      out.append("\\u00");
      append_hex(out, byte);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

/// Everything that needs no stack: scalars and empty containers. False for the others.
bool write_leaf(std::string& out, const JsonValue& value) {
  switch (value.type()) {
    case JsonType::kNull:
      out.append("null");
      return true;
    case JsonType::kBoolean:
      out.append(value.boolean() ? "true" : "false");
      return true;
    case JsonType::kInteger:
      out.append(std::to_string(value.integer()));
      return true;
    case JsonType::kString:
      write_string(out, value.string());
      return true;
    case JsonType::kArray:
      if (value.array().empty()) out.append("[]");
      return value.array().empty();
    case JsonType::kObject:
      if (value.object().empty()) out.append("{}");
      return value.object().empty();
  }
  return true;
}

/// A container that is being written, and its next element.
struct Open {
  const JsonValue* value;
  std::size_t next = 0;

  bool is_object() const { return value->type() == JsonType::kObject; }
  std::size_t size() const { return is_object() ? value->object().size() : value->array().size(); }
};

}  // namespace

Result<JsonValue> parse_json(std::string_view text) {
  if (text.size() > kMaxJsonSize) {
    return fail(Code::kInvalidArgument, fmt::format("longer than {} bytes", kMaxJsonSize));
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return fail(Code::kInvalidArgument, "begins with a byte order mark");
  }
  if (!is_utf8(text)) return fail(Code::kInvalidArgument, "not UTF-8");
  return StrictJsonParser(text).parse();
}

std::string write_json(const JsonValue& value) {
  std::string out;
  std::vector<Open> stack;
  const auto begin = [&](const JsonValue& next) {
    if (write_leaf(out, next)) return;
    stack.push_back({&next});
    out.push_back(stack.back().is_object() ? '{' : '[');
  };
  begin(value);
  while (!stack.empty()) {
    Open& open = stack.back();
    if (open.next == open.size()) {
      const bool is_object = open.is_object();
      stack.pop_back();
      out.push_back('\n');
      out.append(stack.size(), ' ');
      out.push_back(is_object ? '}' : ']');
      continue;
    }
    out.append(open.next == 0 ? "\n" : ",\n");
    out.append(stack.size(), ' ');
    const std::size_t place = open.next++;
    if (!open.is_object()) {
      begin(open.value->array()[place]);
      continue;
    }
    const auto& [name, member] = open.value->object()[place];
    write_string(out, name);
    out.append(": ");
    begin(member);
  }
  out.push_back('\n');
  return out;
}

}  // namespace qc::ledger
