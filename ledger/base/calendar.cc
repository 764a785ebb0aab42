// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/calendar.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace qc::ledger {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kMsPerMinute = 60'000;

struct Civil {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

/// Days from 0000-03-01 to the first of March of `year`: years start in March so that the leap day
/// is the last one.
std::int64_t days_before_march_year(std::int64_t year) {
  return 365 * year + year / 4 - year / 100 + year / 400;
}

constexpr std::int64_t kEpoch = 719'468;

Civil civil_of(DayNumber day) {
  const std::int64_t days = day + kEpoch;
  std::int64_t year = days * 400 / 146'097;
  while (days_before_march_year(year) > days) --year;
  while (days_before_march_year(year + 1) <= days) ++year;
  const std::int64_t day_of_year = days - days_before_march_year(year);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const auto day_of_month = static_cast<unsigned>(day_of_year - (153 * march_month + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(march_month < 10 ? march_month + 3 : march_month - 9);
  return {month <= 2 ? year + 1 : year, month, day_of_month};
}

/// Reads exactly `count` digits off the front.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char upper, char lower) {
  if (text.empty() || (text.front() != upper && text.front() != lower)) return false;
  text.remove_prefix(1);
  return true;
}

bool take(std::string_view& text, char character) { return take(text, character, character); }

std::optional<DayNumber> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  return day_number(*year, *month, *day);
}

/// hh:mm, hh below `hours`, in minutes.
std::optional<std::int64_t> take_hours_and_minutes(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return std::int64_t{*hour} * 60 + *minute;
}

/// Seconds and their fraction in ms, digits after the millisecond cut off.
std::optional<std::int64_t> take_seconds_ms(std::string_view& text) {
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t ms = std::int64_t{*second} * 1000;
  if (!take(text, '.')) return ms;
  std::int64_t weight = 100;
  std::size_t digits = 0;
  while (const auto digit = take_digits(text, 1)) {
    ms += weight * std::int64_t{*digit};
    weight /= 10;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return ms;
}

/// Z or +hh:mm, in minutes east.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z', 'z')) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, '+', '-')) return std::nullopt;
  const auto minutes = take_hours_and_minutes(text);
  if (!minutes) return std::nullopt;
  return west ? -*minutes : *minutes;
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::int64_t local_ms(std::uint64_t time_ms, std::uint32_t time_zone) {
  const std::int64_t offset = (std::int64_t{time_zone} - kTimeZoneBias) * kMsPerMinute;
  return static_cast<std::int64_t>(time_ms) + offset;
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

std::optional<DayNumber> day_number(std::int64_t year, unsigned month, unsigned day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return std::nullopt;
  if (day < 1 || day > days_in_month(year, month)) return std::nullopt;
  const std::int64_t march_year = month <= 2 ? year - 1 : year;
  const std::int64_t march_month = month <= 2 ? month + 9 : month - 3;
  return days_before_march_year(march_year) + (153 * march_month + 2) / 5 + day - 1 - kEpoch;
}

std::optional<DayNumber> parse_date(std::string_view text) {
  if (text.size() != 10 || text < "1900") return std::nullopt;
  const std::optional<DayNumber> day = take_date(text);
  return text.empty() ? day : std::nullopt;
}

Fault date_fault(std::string_view text) {
  if (parse_date(text)) return std::nullopt;
  return quote(text) + " should be an existing day as YYYY-MM-DD";
}

std::string format_date(DayNumber day) {
  const Civil civil = civil_of(day);
  return padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2);
}

DayNumber day_of(std::uint64_t time_ms, std::uint32_t time_zone) {
  return floor_div(local_ms(time_ms, time_zone), kMsPerDay);
}

std::uint64_t start_of_day_ms(DayNumber day, std::uint32_t time_zone) {
  const std::int64_t offset = (std::int64_t{time_zone} - kTimeZoneBias) * kMsPerMinute;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, day * kMsPerDay - offset));
}

std::optional<std::uint64_t> parse_rfc3339(std::string_view text) {
  const auto day = take_date(text);
  if (!day || !take(text, 'T', 't')) return std::nullopt;
  const auto minutes = take_hours_and_minutes(text);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds_ms = take_seconds_ms(text);
  if (!seconds_ms) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::int64_t time = *day * kMsPerDay + (*minutes - *offset) * kMsPerMinute + *seconds_ms;
  if (time < 0) return std::nullopt;
  return static_cast<std::uint64_t>(time);
}

Fault rfc3339_fault(std::string_view text) {
  if (parse_rfc3339(text)) return std::nullopt;
  std::string_view day = text.substr(0, 10);
  if (take_date(day).value_or(0) < 0)
    return quote(text) + " is before 1970, which records cannot state as a time";
  return quote(text) +
         " should be an RFC 3339 time with its offset, such as 2026-11-23T08:00:00+08:00";
}

std::string format_rfc3339(std::uint64_t time_ms, std::uint32_t time_zone) {
  const std::int64_t local = local_ms(time_ms, time_zone);
  const DayNumber day = floor_div(local, kMsPerDay);
  const std::int64_t ms = local - day * kMsPerDay;
  std::string text = format_date(day) + "T" + padded(ms / 3'600'000, 2) + ":" +
                     padded(ms / 60'000 % 60, 2) + ":" + padded(ms / 1000 % 60, 2);
  if (ms % 1000 != 0) text += "." + padded(ms % 1000, 3);
  if (time_zone == kTimeZoneBias) return text + "Z";
  const bool west = time_zone < kTimeZoneBias;
  const std::uint32_t minutes = west ? kTimeZoneBias - time_zone : time_zone - kTimeZoneBias;
  return text + (west ? "-" : "+") + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2);
}

}  // namespace qc::ledger
