// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"

namespace qc::ledger {

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
using DayNumber = std::int64_t;

/// Day number of a civil date; nothing for a date that does not exist or a year outside 1..9999.
[[nodiscard]] std::optional<DayNumber> day_number(std::int64_t year, unsigned month, unsigned day);

/// Reads exactly `YYYY-MM-DD`, years 1900-9999.
[[nodiscard]] std::optional<DayNumber> parse_date(std::string_view text);
/// What is wrong with a date.
[[nodiscard]] Fault date_fault(std::string_view text);
/// `YYYY-MM-DD`.
[[nodiscard]] std::string format_date(DayNumber day);

/// The network's `time_zone` parameter is minutes east of UTC plus this.
inline constexpr std::uint32_t kTimeZoneBias = 1440;
/// +08:00, the default of new networks.
inline constexpr std::uint32_t kTimeZoneDefault = kTimeZoneBias + 480;

/// The day on which a time (unix ms) falls in `time_zone` (minutes east plus kTimeZoneBias).
[[nodiscard]] DayNumber day_of(std::uint64_t time_ms, std::uint32_t time_zone);
/// First millisecond of a day in `time_zone`; 0 for days before 1970.
[[nodiscard]] std::uint64_t start_of_day_ms(DayNumber day, std::uint32_t time_zone);

/// Reads an RFC 3339 time with its offset ("2026-11-23T08:00:00+08:00", "...Z") into unix ms.
/// Digits after the millisecond are cut off. Nothing for a time without offset, before 1970, or a
/// leap second.
[[nodiscard]] std::optional<std::uint64_t> parse_rfc3339(std::string_view text);
/// What is wrong with such a time.
[[nodiscard]] Fault rfc3339_fault(std::string_view text);
/// RFC 3339 in `time_zone`, with milliseconds only where there are some.
[[nodiscard]] std::string format_rfc3339(std::uint64_t time_ms, std::uint32_t time_zone);

}  // namespace qc::ledger
