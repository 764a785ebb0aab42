// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/json_value.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/big_endian.h"
#include "base/hex.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::size_t kDepthMax = 64;

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}
bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Reads values with a stack of its own, so that a deep text cannot exhaust the program's.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<JsonValue>> read_all() {
    std::vector<JsonValue> values;
    skip_space();
    while (at_ < text_.size()) {
      QC_TRY(JsonValue value, read_value());
      values.push_back(std::move(value));
      skip_space();
    }
    if (values.empty()) return fail(Code::kInvalidArgument, "the file is empty; JSON is expected");
    return values;
  }

 private:
  /// An array or object that is not closed yet, and where it begins.
  struct Open {
    JsonValue value;
    std::size_t start = 0;
    std::set<std::string, std::less<>> names;
  };

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return done() ? '\0' : text_[at_]; }

  void skip_space() {
    while (!done() && is_space(text_[at_])) ++at_;
  }

  bool take(char character) {
    if (done() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] tl::unexpected<ledger::Error> refuse(const std::string& reason) const {
    const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
    const std::size_t line_start = before.rfind('\n') + 1;
    return fail(Code::kInvalidArgument,
                "line " + std::to_string(line_of(text_, text_.substr(before.size()))) +
                    ", column " + std::to_string(before.size() - line_start + 1) + ": " + reason);
  }

  /// What stands here instead of what is `expected`, where it is a known stranger.
  [[nodiscard]] std::string foreign(const std::string& expected) const {
    if (here() == '<') return "this is XML; write the same as JSON";
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#'))
      return "a comment stands here, which JSON does not know: take it out";
    return expected + " here";
  }

  Result<JsonValue> read_value() {
    skip_space();
    if (here() != '[' && here() != '{') return read_leaf();
    std::vector<Open> open;
    while (true) {
      QC_TRY(const bool whole, read_next(open));
      if (whole) return std::move(open.front().value);
    }
  }

  /// Reads the next part of what is open; true once all of it is closed.
  Result<bool> read_next(std::vector<Open>& open) {
    skip_space();
    if (here() != '[' && here() != '{') {
      QC_TRY(JsonValue leaf, read_leaf());
      open.back().value.elements.push_back(std::move(leaf));
      return finish_closed(open);
    }
    if (open.size() == kDepthMax) return refuse("nested deeper than 64 levels");
    QC_TRY(const bool closed, begin(open));
    if (!closed) return false;
    return finish_closed(open);
  }

  /// Opens an array or object; true if it is empty and so closed already.
  Result<bool> begin(std::vector<Open>& open) {
    Open opened;
    opened.start = at_;
    opened.value.kind = here() == '[' ? JsonValue::Kind::kArray : JsonValue::Kind::kObject;
    ++at_;
    skip_space();
    const char close = opened.value.is(JsonValue::Kind::kArray) ? ']' : '}';
    open.push_back(std::move(opened));
    if (here() == close) return true;
    if (close == ']') return false;
    QC_TRY_VOID(read_name(open.back()));
    return false;
  }

  /// After a value: closes what closes, else goes on to the next element. True if everything is
  /// closed.
  Result<bool> finish_closed(std::vector<Open>& open) {
    while (true) {
      Open& inner = open.back();
      const bool array = inner.value.is(JsonValue::Kind::kArray);
      skip_space();
      if (take(array ? ']' : '}')) {
        inner.value.raw = text_.substr(inner.start, at_ - inner.start);
        if (open.size() == 1) return true;
        JsonValue value = std::move(inner.value);
        open.pop_back();
        open.back().value.elements.push_back(std::move(value));
        continue;
      }
      if (!take(','))
        return refuse(array ? foreign("expected , or ]") : foreign("expected , or }"));
      if (!array) QC_TRY_VOID(read_name(inner));
      return false;
    }
  }

  Result<void> read_name(Open& object) {
    skip_space();
    if (here() != '"') return refuse(foreign("expected a member's name in double quotes"));
    QC_TRY(std::string name, read_string());
    if (!object.names.insert(name).second)
      return refuse("member " + ledger::quote(name) + " stands here twice");
    object.value.names.push_back(std::move(name));
    skip_space();
    if (!take(':')) return refuse("expected : after a member's name");
    return {};
  }

  Result<JsonValue> read_leaf() {
    const std::size_t start = at_;
    JsonValue leaf;
    if (here() == '"') {
      leaf.kind = JsonValue::Kind::kString;
      QC_TRY(leaf.text, read_string());
    } else if (here() == '-' || is_digit(here())) {
      leaf.kind = JsonValue::Kind::kNumber;
      QC_TRY_VOID(read_number());
    } else if (take_word("true") || take_word("false")) {
      leaf.kind = JsonValue::Kind::kBoolean;
    } else if (!take_word("null")) {
      return refuse(done() ? "the file ends in the middle of a value"
                           : foreign("expected a value"));
    }
    leaf.raw = text_.substr(start, at_ - start);
    return leaf;
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool take_digits() {
    const std::size_t start = at_;
    while (is_digit(here())) ++at_;
    return at_ > start;
  }

  Result<void> read_number() {
    take('-');
    // No digit may follow a leading zero.
    if (!take('0') && !take_digits()) return refuse("a number does not read so");
    if (is_digit(here())) return refuse("a number starts with 0");
    if (take('.') && !take_digits()) return refuse("a number ends with its point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!take_digits()) return refuse("a number ends with its exponent's mark");
    }
    return {};
  }

  Result<std::string> read_string() {
    ++at_;
    std::string contents;
    while (true) {
      if (done()) return refuse("a text is not closed with a double quote");
      if (take('"')) return contents;
      if (take('\\')) {
        QC_TRY_VOID(read_escape(contents));
        continue;
      }
      std::string_view rest = text_.substr(at_);
      const std::optional<char32_t> point = ledger::take_code_point(rest);
      if (!point) return refuse("the text is not valid UTF-8 here");
      if (*point < 0x20) return refuse("a control character (a line break?) stands inside a text");
      const std::size_t length = text_.size() - at_ - rest.size();
      contents += text_.substr(at_, length);
      at_ += length;
    }
  }

  Result<void> read_escape(std::string& contents) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t known = done() ? std::string_view::npos : kNames.find(here());
    if (known != std::string_view::npos) {
      contents += kMeanings[known];
      ++at_;
      return {};
    }
    if (!take('u')) return refuse("an escape does not read so");
    QC_TRY(char32_t point, read_hex4());
    if (point >= 0xD800 && point <= 0xDBFF && take_word("\\u")) {
      QC_TRY(const char32_t low, read_hex4());
      if (low < 0xDC00 || low > 0xDFFF) return refuse("half of a surrogate pair stands alone");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    if (point >= 0xD800 && point <= 0xDFFF) return refuse("half of a surrogate pair stands alone");
    ledger::append_utf8(contents, point);
    return {};
  }

  Result<char32_t> read_hex4() {
    const std::optional<std::string> bytes = from_hex(lower(text_.substr(at_, 4)));
    if (!bytes || bytes->size() != 2) return refuse("\\u is not followed by four hex digits");
    at_ += 4;
    return static_cast<char32_t>(load_big_endian<std::uint16_t>(*bytes));
  }

  static std::string lower(std::string_view hex) {
    std::string text(hex);
    std::transform(text.begin(), text.end(), text.begin(), [](char character) {
      return character >= 'A' && character <= 'F' ? static_cast<char>(character - 'A' + 'a')
                                                  : character;
    });
    return text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void write_canonical_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20) {
      out += "\\u00";
      append_hex(out, byte);
      continue;
    }
    if (character == '"' || character == '\\') out += '\\';
    out += character;
  }
  out += '"';
}

/// The exponent that a number ends with, 0 where it has none; nothing where no sum could hold it.
std::optional<std::int64_t> exponent_of(std::string_view number) {
  const std::size_t mark = number.find_first_of("eE");
  if (mark == std::string_view::npos) return 0;
  std::string_view digits = number.substr(mark + 1);
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  constexpr std::size_t kDigitsMax = 9;
  if (digits.size() > kDigitsMax) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char digit : digits) exponent = exponent * 10 + (digit - '0');
  return negative ? -exponent : exponent;
}

/// All digits between the first and the last that are not 0, and the power of ten they count:
/// -12.50 is -125e-1. No digit is computed, so none can be lost.
std::string canonical_number(std::string_view raw) {
  std::optional<std::int64_t> exponent = exponent_of(raw);
  if (!exponent) return std::string(raw);
  const bool negative = raw.front() == '-';
  const std::string_view mantissa = raw.substr(0, raw.find_first_of("eE")).substr(negative ? 1 : 0);
  const std::size_t point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    *exponent -= static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  const std::size_t last = digits.find_last_not_of('0');
  if (last == std::string::npos) return "0";
  *exponent += static_cast<std::int64_t>(digits.size() - 1 - last);
  digits.resize(last + 1);
  digits.erase(0, digits.find_first_not_of('0'));
  return (negative ? "-" : "") + digits + (*exponent == 0 ? "" : "e" + std::to_string(*exponent));
}

/// The elements of an array in their order; an object's in the order of their names, without those
/// that are left out.
std::vector<std::size_t> canonical_order(const JsonValue& container,
                                         std::span<const std::string_view> left_out) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < container.elements.size(); ++i) {
    const bool named = container.is(JsonValue::Kind::kObject);
    if (!named || std::ranges::find(left_out, container.names[i]) == left_out.end())
      order.push_back(i);
  }
  if (container.is(JsonValue::Kind::kObject)) {
    std::ranges::sort(
        order, {}, [&container](std::size_t i) -> std::string_view { return container.names[i]; });
  }
  return order;
}

/// Recurses as deep as values nest, which the reader bounds.
// NOLINTNEXTLINE(misc-no-recursion)
void write_canonical(const JsonValue& value, std::span<const std::string_view> left_out,
                     std::string& out) {
  if (value.is(JsonValue::Kind::kNumber)) {
    out += canonical_number(value.raw);
  } else if (value.is(JsonValue::Kind::kString)) {
    write_canonical_string(value.text, out);
  } else if (value.is(JsonValue::Kind::kArray) || value.is(JsonValue::Kind::kObject)) {
    const bool array = value.is(JsonValue::Kind::kArray);
    out += array ? '[' : '{';
    bool first = true;
    for (const std::size_t i : canonical_order(value, left_out)) {
      if (!std::exchange(first, false)) out += ',';
      if (!array) {
        write_canonical_string(value.names[i], out);
        out += ':';
      }
      write_canonical(value.elements[i], {}, out);
    }
    out += array ? ']' : '}';
  } else {
    out += value.raw;
  }
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return nullptr;
  return &elements[static_cast<std::size_t>(found - names.begin())];
}

Result<std::vector<JsonValue>> read_json_values(std::string_view text) {
  return Reader(text).read_all();
}

Result<JsonValue> read_json(std::string_view text) {
  QC_TRY(std::vector<JsonValue> values, read_json_values(text));
  if (values.size() == 1) return std::move(values.front());
  return fail(Code::kInvalidArgument, "line " + std::to_string(line_of(text, values[1].raw)) +
                                          ": something follows the end of the document");
}

std::string canonical_json(const JsonValue& value, std::span<const std::string_view> left_out) {
  std::string out;
  write_canonical(value, left_out, out);
  return out;
}

std::size_t line_of(std::string_view text, std::string_view part) {
  const auto before = text.substr(0, static_cast<std::size_t>(part.data() - text.data()));
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::string quote(const JsonValue& value) {
  return ledger::quote(value.is(JsonValue::Kind::kString) ? std::string_view(value.text)
                                                          : value.raw);
}

ledger::Fault exponent_fault(const JsonValue& number) {
  if (!number.is(JsonValue::Kind::kNumber) ||
      number.raw.find_first_of("eE") == std::string_view::npos) {
    return std::nullopt;
  }
  return quote(number) +
         " has an exponent, which may hide digits: write all of them, 100000 for 1E5 and 0.0002 "
         "for 2E-4";
}

std::string_view name_of(JsonValue::Kind kind) {
  switch (kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kBoolean:
      return "true or false";
    case JsonValue::Kind::kNumber:
      return "a number";
    case JsonValue::Kind::kString:
      return "text";
    case JsonValue::Kind::kArray:
      return "a list";
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "something else";
}

}  // namespace qc::cli
