// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/text.h"

#include <algorithm>
#include <array>

namespace qc::ledger {
namespace {

struct Lead {
  unsigned char mask;
  unsigned char bits;
  unsigned length;
  char32_t smallest;
};

constexpr std::array<Lead, 4> kLeads{{{0x80, 0x00, 1, 0x0},
                                      {0xE0, 0xC0, 2, 0x80},
                                      {0xF0, 0xE0, 3, 0x800},
                                      {0xF8, 0xF0, 4, 0x10000}}};

std::string hex_of(char32_t value, std::size_t width) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  while (value != 0 || text.size() < width) {
    text.insert(text.begin(), kHex[value & 0xF]);
    value >>= 4;
  }
  return text;
}

std::string counted(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

/// What is wrong within one line; its length is the caller's business. Counts code points.
Fault characters_fault(std::string_view line, std::size_t& code_points) {
  char32_t previous = 0;
  std::string_view rest = line;
  while (!rest.empty()) {
    const std::optional<char32_t> point = take_code_point(rest);
    if (!point) return quote(line) + " is not valid UTF-8";
    if (is_refused_code_point(*point)) {
      return quote(line) + " holds U+" + hex_of(*point, 4) +
             ", a control, format, invisible, private or unassigned character";
    }
    if (*point == U' ' && previous == U' ') return quote(line) + " holds two blanks in a row";
    previous = *point;
    ++code_points;
  }
  if (!line.empty() && (line.front() == ' ' || line.back() == ' ')) {
    return quote(line) + " starts or ends with a blank";
  }
  return std::nullopt;
}

Fault length_fault(std::string_view text, std::size_t code_points, std::size_t code_points_max) {
  if (code_points <= code_points_max) return std::nullopt;
  return quote(text) + " has " + counted(code_points) + ", at most " +
         std::to_string(code_points_max) + " are allowed";
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(text.front());
  const auto* const lead = std::find_if(
      kLeads.begin(), kLeads.end(),
      [first](const Lead& candidate) { return (first & candidate.mask) == candidate.bits; });
  if (lead == kLeads.end() || text.size() < lead->length) return std::nullopt;
  char32_t point = first & static_cast<unsigned char>(~lead->mask);
  for (unsigned i = 1; i < lead->length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (next & 0x3F);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < lead->smallest || point > 0x10FFFF || surrogate) return std::nullopt;
  text.remove_prefix(lead->length);
  return point;
}

void append_utf8(std::string& text, char32_t point) {
  const auto put = [&text](char32_t byte) {
    text.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

Fault line_fault(std::string_view text, std::size_t code_points_max) {
  if (text.empty()) return "is empty";
  std::size_t code_points = 0;
  if (Fault fault = characters_fault(text, code_points)) return fault;
  if (text == "." || text == "..") return quote(text) + " alone is no text";
  return length_fault(text, code_points, code_points_max);
}

Fault component_fault(std::string_view text) { return line_fault(text, kComponentCodePointsMax); }

Fault name_fault(std::string_view text) { return line_fault(text, kNameCodePointsMax); }

Fault free_text_fault(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.front() == '\n' || text.back() == '\n') {
    return quote(text) + " starts or ends with a line break";
  }
  if (text == "." || text == "..") return quote(text) + " alone is no text";
  std::size_t code_points = 0;
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find('\n');
    if (Fault fault = characters_fault(rest.substr(0, end), code_points)) return fault;
    if (end == std::string_view::npos) break;
    ++code_points;
    rest.remove_prefix(end + 1);
  }
  return length_fault(text, code_points, kFreeTextCodePointsMax);
}

bool is_gs1_set82(char character) {
  constexpr std::string_view kMarks = "!\"%&'()*+,-./:;<=>?_";
  return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
         (character >= 'a' && character <= 'z') || kMarks.find(character) != std::string_view::npos;
}

Fault set82_fault(std::string_view text, std::size_t length_max) {
  if (text.empty()) return "is empty";
  if (!std::all_of(text.begin(), text.end(), is_gs1_set82)) {
    return quote(text) +
           " should hold only letters A-Z a-z, digits and !\"%&'()*+,-./:;<=>?_ (GS1 General "
           "Specifications, character set 82)";
  }
  if (text.size() > length_max) {
    return quote(text) + " has " + counted(text.size()) + ", at most " +
           std::to_string(length_max) + " are allowed (GS1 General Specifications)";
  }
  if (text == "." || text == "..") return quote(text) + " alone is no identifier";
  return std::nullopt;
}

Fault lot_or_serial_fault(std::string_view text) { return set82_fault(text, 20); }

std::string quote(std::string_view text) {
  constexpr std::size_t kCodePointsShown = 80;
  std::string shown = "\"";
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == kCodePointsShown) return shown + "...\"";
    const std::string_view before = text;
    const std::optional<char32_t> point = take_code_point(text);
    if (!point) {
      shown += "\\x" + hex_of(static_cast<unsigned char>(text.front()), 2);
      text.remove_prefix(1);
    } else if (is_refused_code_point(*point)) {
      shown += "\\u{" + hex_of(*point, 4) + "}";
    } else {
      shown += before.substr(0, before.size() - text.size());
    }
  }
  return shown + "\"";
}

}  // namespace qc::ledger
