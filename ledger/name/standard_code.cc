// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/standard_code.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "ledger/base/text.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kCodeBytesMax = 64;

/// Families whose year follows a colon; every other family's follows a dash.
constexpr std::array<std::string_view, 12> kColonFamilies{
    "ISO", "IEC", "EN", "CEN", "CLC", "BS", "DIN", "NF", "JIS", "UNE", "UNI", "OIML"};

bool is_upper(char character) { return character >= 'A' && character <= 'Z'; }

bool all_upper(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_upper);
}
bool all_upper_or_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
    return is_upper(character) || is_digit(character);
  });
}

bool is_dash(char32_t point) {
  return (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xFF0D ||
         point == 0xFE63;
}

bool is_blank(char32_t point) {
  return point == ' ' || point == '\t' || point == 0xA0 || point == 0x3000;
}

/// The plain character that a keyboard's variant stands for; nothing for what no code holds.
std::optional<char> plain(char32_t point) {
  if (is_dash(point)) return '-';
  if (is_blank(point)) return ' ';
  if (point >= 0xFF01 && point <= 0xFF5E) point -= 0xFEE0;
  if (point > 0x7E || point < 0x20) return std::nullopt;
  const auto character = static_cast<char>(point);
  return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                              : character;
}

bool binds(char character) {
  return character == '-' || character == ':' || character == '/' || character == '+';
}

/// Upper case, ASCII, single blanks, none beside a mark.
std::optional<std::string> clean(std::string_view text) {
  std::string cleaned;
  while (!text.empty()) {
    const std::optional<char32_t> point = take_code_point(text);
    const std::optional<char> character = point ? plain(*point) : std::nullopt;
    if (!character || cleaned.size() > kCodeBytesMax) return std::nullopt;
    const char last = cleaned.empty() ? '/' : cleaned.back();
    if (*character == ' ' && (last == ' ' || binds(last))) continue;
    if (binds(*character) && last == ' ') cleaned.pop_back();
    cleaned.push_back(*character);
  }
  if (!cleaned.empty() && cleaned.back() == ' ') cleaned.pop_back();
  return cleaned;
}

bool is_year(std::string_view text) {
  return text.size() == 4 && all_digits(text) && (text.starts_with("19") || text.starts_with("20"));
}

/// Digits in groups joined by `.` (and `-`, where the family has parts), a letter allowed before
/// and after.
bool is_number(std::string_view text, bool dashes) {
  if (!text.empty() && is_upper(text.front())) text.remove_prefix(1);
  if (text.size() > 1 && is_upper(text.back())) text.remove_suffix(1);
  std::size_t start = 0;
  while (true) {
    const std::size_t end = text.find_first_of(dashes ? ".-" : ".", start);
    if (!all_digits(text.substr(start, end - start))) return false;
    if (end == std::string_view::npos) return true;
    start = end + 1;
  }
}

bool is_colon_family(std::string_view prefix) {
  const std::string_view first = prefix.substr(0, prefix.find_first_of("/ "));
  return std::find(kColonFamilies.begin(), kColonFamilies.end(), first) != kColonFamilies.end();
}

/// Words of capitals, each with parts joined by `/`: "EN ISO", "ISO/IEC", "GB/T".
bool is_word_prefix(std::string_view prefix) {
  std::size_t start = 0;
  while (true) {
    const std::size_t end = prefix.find_first_of(" /", start);
    const std::string_view word = prefix.substr(start, end - start);
    if (!all_upper(word) || word.size() > 8) return false;
    if (end == std::string_view::npos) return true;
    start = end + 1;
  }
}

bool is_national_prefix(std::string_view prefix) {
  const std::size_t slash = prefix.find('/');
  const std::string_view family = prefix.substr(0, slash);
  if (!all_upper(family) || family.size() < 2 || family.size() > 5) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view status = prefix.substr(slash + 1);
  return status == "T" || status == "Z";
}

/// A prefix and the rest after it.
struct Split {
  std::string prefix;
  std::string_view rest;
};

/// DB37, DB3715, DBS37: a province's or city's; T and Z as for the nation's.
std::optional<Split> split_local(std::string_view text) {
  std::string prefix = text.starts_with("DBS") ? "DBS" : "DB";
  text.remove_prefix(prefix.size());
  if (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_of("/ "), text.size());
  const std::string_view region = text.substr(0, end);
  if ((region.size() != 2 && region.size() != 4) || !all_digits(region)) return std::nullopt;
  prefix += region;
  text.remove_prefix(end);
  if (text.starts_with("/T") || text.starts_with("/Z")) {
    prefix += text.substr(0, 2);
    text.remove_prefix(2);
  }
  if (text.starts_with('/') || text.starts_with(' ')) text.remove_prefix(1);
  return Split{prefix, text};
}

/// T/ABC and Q/ABC: an association's or an enterprise's.
std::optional<Split> split_group(std::string_view text) {
  std::size_t end = text.rfind(' ');
  const bool blank = end != std::string_view::npos;
  if (!blank) end = text.find_first_of("0123456789");
  if (end == std::string_view::npos || !all_upper_or_digits(text.substr(2, end - 2)))
    return std::nullopt;
  return Split{std::string(text.substr(0, end)), text.substr(blank ? end + 1 : end)};
}

std::optional<Split> split_prefix(std::string_view text) {
  if (text.starts_with("DB")) return split_local(text);
  if (text.starts_with("T/") || text.starts_with("Q/")) return split_group(text);
  std::size_t end = text.find_first_of("0123456789");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  // A single capital before the digits belongs to the number: "Q/ABC J01", "JIS K 0102" keeps its
  // word.
  const std::string_view rest = text.substr(end);
  std::string prefix(text.substr(0, end));
  if (prefix.back() == ' ') prefix.pop_back();
  if (prefix == "GBT") prefix = "GB/T";
  const bool fits = is_colon_family(prefix) ? is_word_prefix(prefix) : is_national_prefix(prefix);
  if (!fits) return std::nullopt;
  return Split{std::move(prefix), rest};
}

/// "+A1:2021" and "/AMD 1:2024" after the year, in their normal spelling.
std::optional<std::string> amendments(std::string_view text) {
  std::string normal;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("+/", 1), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(end);
    std::string head;
    if (one.starts_with("+A")) {
      head = "+A";
    } else if (one.starts_with("/AMD")) {
      head = "/Amd ";
    } else if (one.starts_with("/COR")) {
      head = "/Cor ";
    } else {
      return std::nullopt;
    }
    one.remove_prefix(head.front() == '+' ? 2 : 4);
    if (one.starts_with(' ')) one.remove_prefix(1);
    const std::size_t colon = one.find(':');
    if (colon == std::string_view::npos || !all_digits(one.substr(0, colon)) ||
        !is_year(one.substr(colon + 1))) {
      return std::nullopt;
    }
    normal += head;
    normal += one;
  }
  return normal;
}

bool is_astm_designation(std::string_view text) {
  if (text.ends_with('M')) text.remove_suffix(1);
  return text.size() >= 2 && is_upper(text.front()) && all_digits(text.substr(1));
}

/// "ASTM C39/C39M-21", "ASTM D4169-23e1", "ASTM F2413-18a": years of two digits are ASTM's own way.
std::optional<std::string> astm(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view designation = text.substr(0, dash);
  const std::size_t slash = designation.find('/');
  const bool dual = slash != std::string_view::npos;
  if (!is_astm_designation(designation.substr(0, slash))) return std::nullopt;
  if (dual && !is_astm_designation(designation.substr(slash + 1))) return std::nullopt;

  std::string_view issue = text.substr(dash + 1);
  const std::size_t year_digits = std::min(issue.find_first_not_of("0123456789"), issue.size());
  if (year_digits != 2 && !is_year(issue.substr(0, year_digits))) return std::nullopt;
  std::string normal = "ASTM " + std::string(text.substr(0, dash + 1 + year_digits));
  issue.remove_prefix(year_digits);
  const auto lower = [](char character) { return static_cast<char>(character - 'A' + 'a'); };
  const bool edition =
      issue.size() >= 2 && issue[issue.size() - 2] == 'E' && is_digit(issue.back());
  if (issue.size() > (edition ? 3U : 1U)) return std::nullopt;
  for (const char character : issue) {
    if (!is_upper(character) && !is_digit(character)) return std::nullopt;
    normal += is_upper(character) ? lower(character) : character;
  }
  if (!edition && !issue.empty() && is_digit(issue.back())) return std::nullopt;
  return normal;
}

/// The normal form of a cleaned code; nothing if it is none.
std::optional<std::string> normal_form(std::string_view text) {
  if (text.starts_with("ASTM")) return astm(text.substr(4));
  const std::optional<Split> split = split_prefix(text);
  if (!split) return std::nullopt;
  const bool colon = is_colon_family(split->prefix);
  const std::size_t tail_start = std::min(split->rest.find_first_of("+/"), split->rest.size());
  const std::string_view main = split->rest.substr(0, tail_start);
  const std::optional<std::string> tail = amendments(split->rest.substr(tail_start));
  const std::size_t separator = main.find_last_of("-:");
  if (!tail || separator == std::string_view::npos || separator == 0) return std::nullopt;
  const std::string_view number = main.substr(0, separator);
  const std::string_view year = main.substr(separator + 1);
  if (!is_year(year) || !is_number(number, colon)) return std::nullopt;
  return split->prefix + " " + std::string(number) + (colon ? ":" : "-") + std::string(year) +
         *tail;
}

}  // namespace

Result<std::string> normalise_standard_code(std::string_view text) {
  const std::optional<std::string> cleaned = clean(text);
  std::optional<std::string> normal = cleaned ? normal_form(*cleaned) : std::nullopt;
  if (normal && normal->size() <= kCodeBytesMax) return *std::move(normal);
  return fail(
      Code::kInvalidArgument,
      quote(text) +
          " should be a standard's code with its year, such as GB 4806.7-2023, GB/T 19001-2016 or "
          "ISO/IEC 17025:2017; what is no standard belongs in `other`");
}

Fault standard_code_fault(std::string_view code) {
  const Result<std::string> normal = normalise_standard_code(code);
  if (!normal) return normal.error().message;
  if (*normal == code) return std::nullopt;
  return quote(code) + " should be written " + quote(*normal);
}

}  // namespace qc::ledger
