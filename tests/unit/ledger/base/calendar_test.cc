// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/calendar.h"

#include <gtest/gtest.h>

namespace qc::ledger {
namespace {

TEST(Calendar, CountsDaysFromTheEpoch) {
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("1969-12-31"), -1);
  EXPECT_EQ(parse_date("2000-03-01"), 11017);
  EXPECT_EQ(parse_date("2026-11-23"), 20780);
}

TEST(Calendar, ReadsAndWritesEveryDayOfFourCenturies) {
  const DayNumber first = day_number(1900, 1, 1).value();
  const DayNumber last = day_number(2300, 12, 31).value();
  for (DayNumber day = first; day <= last; ++day) ASSERT_EQ(parse_date(format_date(day)), day);
  EXPECT_EQ(last - first + 1, 401 * 365 + 97);
}

TEST(Calendar, RefusesDaysThatDoNotExist) {
  for (const char* bad :
       {"2025-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-01",
        "26-01-01", "2026/01/01", "2026-01-01 ", "20260101", "", "1899-12-31", "2026-01-00"}) {
    EXPECT_TRUE(date_fault(bad)) << bad;
  }
  EXPECT_EQ(date_fault("2024-02-29"), std::nullopt);
}

TEST(Calendar, ReadsTimesWithTheirOffset) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0U);
  EXPECT_EQ(parse_rfc3339("2026-11-23T08:00:00+08:00"), parse_rfc3339("2026-11-23T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("2005-04-03T20:33:31.116000-06:00"),
            parse_rfc3339("2005-04-04T02:33:31.116Z"));
  EXPECT_EQ(parse_rfc3339("2026-11-23T00:00:00.9999Z"), parse_rfc3339("2026-11-23T00:00:00.999Z"));
  EXPECT_EQ(parse_rfc3339("2026-11-23t00:00:00.5z"), 20780ULL * 86'400'000 + 500);
}

TEST(Calendar, ATimeBefore1970IsSaidToBeOne) {
  EXPECT_EQ(rfc3339_fault("1969-12-31T23:59:59Z"),
            "\"1969-12-31T23:59:59Z\" is before 1970, which records cannot state as a time");
  EXPECT_EQ(rfc3339_fault("22-07-2026"),
            "\"22-07-2026\" should be an RFC 3339 time with its offset, such as "
            "2026-11-23T08:00:00+08:00");
}

TEST(Calendar, RefusesTimesThatAreNotExact) {
  for (const char* bad :
       {"2026-11-23T08:00:00", "2026-11-23", "22-07-2026", "2026-11-23T24:00:00Z",
        "2026-11-23T08:60:00Z", "2026-06-30T23:59:60Z", "2026-11-23 08:00:00Z",
        "2026-11-23T08:00:00.Z", "2026-11-23T08:00:00+8:00", "2026-11-23T08:00:00+0800",
        "2026-11-23T08:00Z", "2026-11-23T08:00:00Zx", "1969-12-31T23:59:59Z", ""}) {
    EXPECT_TRUE(rfc3339_fault(bad)) << bad;
  }
}

TEST(Calendar, ATimeFallsOnTheDayOfItsZone) {
  const std::uint64_t evening = parse_rfc3339("2026-11-22T16:30:00Z").value();
  EXPECT_EQ(format_date(day_of(evening, kTimeZoneDefault)), "2026-11-23");
  EXPECT_EQ(format_date(day_of(evening, kTimeZoneBias)), "2026-11-22");
  EXPECT_EQ(format_date(day_of(0, kTimeZoneBias - 300)), "1969-12-31");
}

TEST(Calendar, ADayStartsAtMidnightOfItsZone) {
  const DayNumber day = parse_date("2026-11-23").value();
  EXPECT_EQ(start_of_day_ms(day, kTimeZoneDefault), parse_rfc3339("2026-11-23T00:00:00+08:00"));
  EXPECT_EQ(start_of_day_ms(-5, kTimeZoneDefault), 0U);
}

TEST(Calendar, WritesTimesInAZone) {
  const std::uint64_t time = parse_rfc3339("2026-11-23T01:02:03.045Z").value();
  EXPECT_EQ(format_rfc3339(time, kTimeZoneDefault), "2026-11-23T09:02:03.045+08:00");
  EXPECT_EQ(format_rfc3339(time, kTimeZoneBias), "2026-11-23T01:02:03.045Z");
  EXPECT_EQ(format_rfc3339(time - 45, kTimeZoneBias - 210), "2026-11-22T21:32:03-03:30");
  EXPECT_EQ(parse_rfc3339(format_rfc3339(time, kTimeZoneDefault)), time);
}

}  // namespace
}  // namespace qc::ledger
