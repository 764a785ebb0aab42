// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/lot_balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/base/canonical_protobuf.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {
namespace {

using quality::v1::ObjectQuantity;
using quality::v1::Record;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kGtin = "09521321001015";

Record registered(const std::string& lot, const std::string& value, const std::string& unit) {
  Record record;
  record.mutable_lot_registration()->set_gtin(kGtin);
  record.mutable_lot_registration()->set_lot(lot);
  record.mutable_lot_registration()->mutable_quantity()->set_value(value);
  record.mutable_lot_registration()->mutable_quantity()->set_unit(unit);
  return record;
}

void put(ObjectQuantity& part, const std::string& lot, const std::string& value,
         const std::string& unit) {
  part.mutable_object()->set_gtin(kGtin);
  part.mutable_object()->set_lot(lot);
  if (value.empty()) return;
  part.mutable_quantity()->set_value(value);
  part.mutable_quantity()->set_unit(unit);
}

Record transformed(const std::string& value, const std::string& unit, const std::string& out_value,
                   const std::string& out_unit) {
  Record record;
  put(*record.mutable_transformation()->add_inputs(), "IN", value, unit);
  put(*record.mutable_transformation()->add_outputs(), "OUT", out_value, out_unit);
  return record;
}

std::vector<std::string> findings(const std::vector<Record>& records) {
  std::vector<TimelineEntry> timeline;
  for (const Record& record : records) {
    timeline.push_back({.index = timeline.size() + 1,
                        .time_ms = 1,
                        .organisation = {},
                        .subjects = {},
                        .record = ledger::canonical_bytes(record)});
  }
  return implausible_quantities(timeline);
}

TEST(LotBalance, MoreUsedUpThanRegisteredIsFound) {
  EXPECT_THAT(findings({registered("IN", "500", "H87"), transformed("400", "H87", "1", "H87"),
                        transformed("100.5", "H87", "1", "H87")}),
              ElementsAre("used up of 09521321001015 lot IN: 500.5 H87 by #2, #3, but 500 H87 were "
                          "registered"));
}

TEST(LotBalance, AllThatWasRegisteredMayBeUsedUp) {
  EXPECT_THAT(findings({registered("IN", "500", "KGM"), transformed("499.9", "KGM", "1", "KGM"),
                        transformed("0.1", "KGM", "0.1", "KGM")}),
              IsEmpty());
}

TEST(LotBalance, MoreMadeThanRegisteredIsFound) {
  EXPECT_THAT(
      findings({registered("OUT", "5", "H87"), transformed("6", "H87", "6", "H87")}),
      ElementsAre("made of 09521321001015 lot OUT: 6 H87 by #2, but 5 H87 were registered"));
}

TEST(LotBalance, UnitsThatDifferAreNotCompared) {
  EXPECT_THAT(findings({registered("IN", "500", "H87"), transformed("9000", "KGM", "1", "H87")}),
              IsEmpty());
  EXPECT_THAT(findings({transformed("1", "KGM", "2000", "GRM")}), IsEmpty());
}

TEST(LotBalance, MoreOutThanInIsFoundWhereAllThatGoesInIsKnown) {
  EXPECT_THAT(findings({transformed("100", "KGM", "120.25", "KGM")}),
              ElementsAre("#1: the transformation makes 120.25 KGM of 100 KGM"));
  EXPECT_THAT(findings({transformed("1", "H87", "12", "H87")}),
              ElementsAre("#1: the transformation makes 12 H87 of 1 H87"));
  EXPECT_THAT(findings({transformed("100", "KGM", "100", "KGM")}), IsEmpty());

  Record one_unknown = transformed("100", "KGM", "120", "KGM");
  put(*one_unknown.mutable_transformation()->add_inputs(), "WATER", "", "");
  EXPECT_THAT(findings({one_unknown}), IsEmpty());
}

TEST(LotBalance, WhatWasCorrectedDoesNotCount) {
  Record correction;
  correction.mutable_correction()->set_log_index(2);

  EXPECT_THAT(findings({registered("IN", "500", "H87"), transformed("999999", "H87", "1", "H87"),
                        correction}),
              IsEmpty());
}

TEST(LotBalance, SumsThatAreTooLargeAreStillFound) {
  const std::string most = "999999999999999";
  std::vector<Record> records{registered("IN", most, "H87")};
  for (int i = 0; i < 3; ++i) records.push_back(transformed(most, "H87", "1", "H87"));

  EXPECT_EQ(findings(records).size(), 1U);
}

}  // namespace
}  // namespace qc::cli
