// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/json_value.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::cli {
namespace {

std::string canonical(const std::string& text) {
  const auto value = read_json(text);
  return value ? canonical_json(*value) : value.error().message;
}

TEST(CanonicalJson, KnowsNoLayoutAndNoOrderOfMembers) {
  EXPECT_EQ(canonical("{ \"b\" : [ 1 , {\"d\":null, \"c\": true} ],\n \"a\":{ } }"),
            R"({"a":{},"b":[1,{"c":true,"d":null}]})");
}

TEST(CanonicalJson, KeepsTheOrderOfAList) { EXPECT_EQ(canonical("[2, 1]"), "[2,1]"); }

TEST(CanonicalJson, WritesATextInOneWay) {
  EXPECT_EQ(canonical(R"("\u00e9\/\u000a\u0022\\\ud83d\ude00")"), R"("é/\u000a\"\\😀")");
}

TEST(CanonicalJson, TellsATextFromANumber) { EXPECT_NE(canonical("\"1\""), canonical("1")); }

TEST(CanonicalJson, WritesANumberWithItsDigitsAlone) {
  for (const char* one : {"1", "1.0", "1.000", "10E-1", "0.1e1", "1e0", "1E+00"})
    EXPECT_EQ(canonical(one), "1") << one;
  for (const char* none : {"0", "-0", "0.00", "0e5"}) EXPECT_EQ(canonical(none), "0") << none;
  EXPECT_EQ(canonical("-12.50"), "-125e-1");
  EXPECT_EQ(canonical("0.0025"), "25e-4");
  EXPECT_EQ(canonical("1200"), canonical("1.2e3"));
}

TEST(CanonicalJson, RoundsNoNumber) {
  EXPECT_NE(canonical("9007199254740993"), canonical("9007199254740992"));
  EXPECT_NE(canonical("0.10000000000000000001"), canonical("0.1"));
  EXPECT_EQ(canonical("1e99999999999999999999"), "1e99999999999999999999");
}

}  // namespace
}  // namespace qc::cli
