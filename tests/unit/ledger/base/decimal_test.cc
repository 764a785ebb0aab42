// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/decimal.h"

#include <gtest/gtest.h>

namespace qc::ledger {
namespace {

Decimal decimal(const char* text) { return Decimal::parse(text).value(); }

TEST(Decimal, ComparesAndAddsExactly) {
  EXPECT_EQ(decimal("0.1").plus(decimal("0.2")), decimal("0.3"));
  EXPECT_EQ(decimal("0.50"), decimal("0.5"));
  EXPECT_LT(decimal("-1"), decimal("0.000000001"));
  EXPECT_GT(decimal("999999999999999.999999999"), decimal("999999999999999.999999998"));
}

TEST(Decimal, SumsTenThousandLargestNumbers) {
  const Decimal largest = decimal("999999999999999.999999999");
  Decimal sum = decimal("0");
  for (int i = 0; i < 10000; ++i) sum = sum.plus(largest).value();
  EXPECT_EQ(sum.text(), "9999999999999999999.99999");
}

TEST(Decimal, RefusesASumThatIsTooLarge) {
  Decimal sum = decimal("999999999999999");
  int doublings = 0;
  while (const auto next = sum.plus(sum)) {
    ASSERT_LT(++doublings, 100);
    sum = *next;
  }
  EXPECT_GT(doublings, 30);
}

TEST(Decimal, WritesTheShortestText) {
  EXPECT_EQ(decimal("0.500").text(), "0.5");
  EXPECT_EQ(decimal("12").text(), "12");
  EXPECT_EQ(decimal("0").text(), "0");
  EXPECT_EQ(decimal("-0.25").text(), "-0.25");
  EXPECT_EQ(decimal("100").text(), "100");
}

TEST(Decimal, RefusesEveryOtherForm) {
  for (const char* bad : {"", "01", "+1", "1.", ".5", "1e3", "1,5", "-0", "-0.0", "1 ", " 1", "--1",
                          "0x1", "1234567890123456", "0.1234567890", "1.2.3", "NaN", "１"}) {
    EXPECT_FALSE(Decimal::parse(bad)) << bad;
    EXPECT_TRUE(decimal_fault(bad)) << bad;
  }
}

TEST(Decimal, QuantitiesHaveNoSignAndNoTrailingZeros) {
  EXPECT_EQ(quantity_fault("200.5"), std::nullopt);
  EXPECT_EQ(quantity_fault("0"), std::nullopt);
  EXPECT_EQ(quantity_fault("100"), std::nullopt);
  EXPECT_EQ(quantity_fault("0.50"), "\"0.50\" should be written without trailing zeros: \"0.5\"");
  EXPECT_TRUE(quantity_fault("-1"));
  EXPECT_TRUE(quantity_fault("<1"));
  EXPECT_TRUE(quantity_fault("twenty"));
}

TEST(Decimal, ResultsMayBeBoundsOrNotDetected) {
  for (const char* good : {"0.50", "-3.2", "<0.01", ">1000", "ND", "0"}) {
    EXPECT_EQ(result_value_fault(good), std::nullopt) << good;
  }
  for (const char* bad : {"< 0.01", "<=1", "nd", "<ND", "未检出", ""}) {
    EXPECT_TRUE(result_value_fault(bad)) << bad;
  }
}

}  // namespace
}  // namespace qc::ledger
