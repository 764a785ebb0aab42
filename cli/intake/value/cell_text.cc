// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/cell_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cli/intake/value/csv.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Controls, blanks of no width and marks of direction, as they come along from web pages. A fixed
/// word with one of them in it is still that word, lest 不合格 end as 合格.
bool is_invisible(char32_t point) {
  return point < 0x20 || point == 0x7F || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x202A && point <= 0x202E) || point == 0xFEFF;
}

/// Marks that say nothing however often they are repeated.
bool is_filler(char32_t point) {
  constexpr std::u32string_view kFillers =
      U"/\\-_*.~?!=|,;:\u00B7\u2010\u2011\u2012\u2013\u2014\u2015"
      U"\u2022\u2026\u2044\u2212\u2215\u2500\u2501\u2502\u2503\u22EF\u3001\u3002\u30FC\uFE63";
  return kFillers.find(point) != std::u32string_view::npos;
}

/// Brackets and quotes that people put around such words: （无）, "/".
std::string_view without_wrapping(std::string_view text) {
  constexpr auto kOpening =
      std::to_array<std::string_view>({"(", "[", "{", "<", "\"", "'", "“", "‘", "【", "《", "「"});
  constexpr auto kClosing =
      std::to_array<std::string_view>({")", "]", "}", ">", "\"", "'", "”", "’", "】", "》", "」"});
  for (std::size_t i = 0; i < kOpening.size(); ++i) {
    if (text.size() > kOpening[i].size() + kClosing[i].size() && text.starts_with(kOpening[i]) &&
        text.ends_with(kClosing[i])) {
      text.remove_prefix(kOpening[i].size());
      text.remove_suffix(kClosing[i].size());
      return text;
    }
  }
  return text;
}

/// Without the full stop that ends it as a sentence.
std::string_view without_stop(std::string_view text) {
  for (const std::string_view stop : {"。", ".", "!", ";"}) {
    if (text.size() > stop.size() && text.ends_with(stop)) text.remove_suffix(stop.size());
  }
  return text;
}

bool is_filler_only(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> point = ledger::take_code_point(text);
    if (!point || !is_filler(*point)) return false;
  }
  return true;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return text;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_not_of("0123456789", at);
  return std::min(end, text.size()) - std::min(at, text.size());
}

/// 5E3, 2.02507E+07, 2.02507E7.
bool is_scientific(std::string_view text) {
  const std::size_t mark = text.find_first_of("Ee");
  if (mark == std::string_view::npos) return false;
  const std::string_view mantissa = text.substr(0, mark);
  const std::size_t whole = digits_at(mantissa, 0);
  const bool point = whole < mantissa.size() && mantissa[whole] == '.';
  const std::size_t fraction = point ? digits_at(mantissa, whole + 1) : 0;
  if (whole != 1 || whole + (point ? 1 + fraction : 0) != mantissa.size()) return false;
  std::string_view exponent = text.substr(mark + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  return !exponent.empty() && exponent.size() <= 2 && digits_at(exponent, 0) == exponent.size();
}

/// #REF!, #VALUE! and the like, and ##### for what did not fit its column.
bool is_spreadsheet_error(std::string_view text) {
  constexpr auto kErrors =
      std::to_array<std::string_view>({"#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!"});
  return is_one_of(kErrors, text) ||
         (!text.empty() && text.find_first_not_of('#') == std::string_view::npos);
}

}  // namespace

std::string without_blanks(std::string_view cell) {
  const std::string line = plain_line(cell);
  std::string text;
  std::string_view left = line;
  while (const std::optional<char32_t> point = ledger::take_code_point(left)) {
    if (*point != ' ' && !is_invisible(*point)) ledger::append_utf8(text, *point);
  }
  return text;
}

bool says_nothing(std::string_view cell) {
  constexpr auto kNothing = std::to_array<std::string_view>({
      "无",       "暂无",   "不详",
      "未知",     "不明",   "不清楚",
      "空",       "空白",   "缺",
      "缺失",     "待定",   "待补",
      "保密",     "见备注", "详见备注",
      "见标签",   "见包装", "未标示",
      "未标识",   "未标注", "未标明",
      "未注明",   "未标称", "未填",
      "未填写",   "未提供", "未提供生产企业",
      "无标示",   "无标识", "无此项",
      "无法提供", "不适用", "n/a",
      "na",       "n.a",    "n.a.",
      "#n/a",     "none",   "nil",
      "nan",      "null",   "unknown",
      "tbd",      "tba",    "xx",
      "xxx",      "xxxx",
  });
  const std::string plain = lower_case(without_blanks(cell));
  const std::string_view text = without_stop(without_wrapping(plain));
  return is_filler_only(text) || is_one_of(kNothing, text) || is_one_of(kNothing, plain);
}

ledger::Fault name_fault(std::string_view cell) {
  const std::string text = without_blanks(cell);
  std::size_t count = 0;
  std::size_t telling = 0;
  for (std::string_view left = text; !left.empty(); ++count) {
    const std::optional<char32_t> point = ledger::take_code_point(left);
    // What is broken is told by the rules.
    if (!point) return std::nullopt;
    constexpr std::u32string_view kSignsThatCount = U"\u00D7\u25CB\u3007\u4E00";
    const bool ascii_sign = *point < 0x80 && !(*point >= '0' && *point <= '9') &&
                            !(*point >= 'A' && *point <= 'Z') && !(*point >= 'a' && *point <= 'z');
    const bool sign = ascii_sign || is_filler(*point) || *point == U'\u2018' ||
                      (*point >= 0x2000 && *point <= 0x2BFF) ||
                      (*point >= 0x3000 && *point <= 0x303F) ||
                      kSignsThatCount.find(*point) != std::u32string_view::npos;
    telling += sign || *point == '0' ? 0U : 1U;
  }
  if (count > 1 && telling > 0) return std::nullopt;
  return ledger::quote(text) + " names nobody; leave the cell empty where it is not known";
}

ledger::Fault cell_fault(std::string_view cell) {
  constexpr auto kPointers =
      std::to_array<std::string_view>({"同上", "同前", "同左", "同下", "\"", "〃"});
  const std::string text = without_blanks(cell);
  if (is_one_of(kPointers, text)) {
    return ledger::quote(text) + " points at another cell; write out what that one says";
  }
  if (is_spreadsheet_error(lower_case(text))) {
    return ledger::quote(text) + " is a spreadsheet's error or a cell too narrow to show itself";
  }
  if (is_scientific(text)) {
    return ledger::quote(text) +
           " is what a spreadsheet makes of a long number; format the column as text and enter it "
           "again in full";
  }
  return std::nullopt;
}

}  // namespace qc::cli
