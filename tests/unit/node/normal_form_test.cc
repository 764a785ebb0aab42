// SPDX-License-Identifier: Apache-2.0
#include "node/config/normal_form.h"

#include <gtest/gtest.h>

namespace qc::node {
namespace {

TEST(NormalForm, TakesTextsAsPeopleTypeThem) {
  for (const char* text :
       {"", "GB 4806.7-2023", "caf\u00E9", "一级压榨花生油（Pressed peanut oil）", "각"}) {
    EXPECT_TRUE(is_normal(text)) << text;
  }
}

TEST(NormalForm, SeesWhatLooksTheSameButIsSpelledOtherwise) {
  EXPECT_FALSE(is_normal("cafe\u0301"));
  EXPECT_FALSE(is_normal("\u212B"));               // the unit of length, not the letter
  EXPECT_FALSE(is_normal("\uF900"));               // a compatibility ideograph
  EXPECT_FALSE(is_normal("\u1100\u1161"));         // a Hangul syllable in pieces
  EXPECT_FALSE(is_normal("a\u0323\u0307\u0307"));  // marks that compose
}

TEST(NormalForm, BytesThatAreNoTextAreNotNormal) { EXPECT_FALSE(is_normal("\xC3")); }

TEST(NormalForm, NamesTheField) {
  quality::v1::Record record;
  auto& certificate = *record.mutable_inspection_certificate();
  certificate.set_number("SC-1");
  EXPECT_FALSE(first_not_normal(record));
  certificate.add_results()->set_parameter("Pb");
  certificate.add_results()->set_parameter("cafe\u0301");
  EXPECT_EQ(first_not_normal(record), "inspection_certificate.results[1].parameter");
}

}  // namespace
}  // namespace qc::node
