// SPDX-License-Identifier: Apache-2.0
#include "ledger/text.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::ledger {
namespace {

std::string with(char32_t point) {
  std::string text = "a";
  append_utf8(text, point);
  return text + "b";
}

TEST(Text, AcceptsOrdinaryLinesInAnyScript) {
  for (const char* text :
       {"L2026A", "2026-FOOD/0017", "山东省聊城市", "a b c", "§ 4.2 (μg/kg)", "...", "𠮷野家"}) {
    EXPECT_EQ(component_fault(text), std::nullopt) << text;
  }
}

TEST(Text, RefusesExactlyTheListedCodePoints) {
  const auto listed = [](char32_t p) {
    return p <= 0x1F || (p >= 0x7F && p <= 0xA0) || p == 0xAD || p == 0x61C || p == 0x1680 ||
           p == 0x180E || (p >= 0x2000 && p <= 0x200F) || (p >= 0x2028 && p <= 0x202F) ||
           (p >= 0x205F && p <= 0x206F) || p == 0x3000 || p == 0xFEFF ||
           (p >= 0xFFF0 && p <= 0xFFFF);
  };
  for (char32_t point = 0; point <= 0x10FFFF; point += point < 0x11000 ? 1 : 997) {
    if (point >= 0xD800 && point <= 0xDFFF) {
      EXPECT_TRUE(is_refused_code_point(point));
      continue;
    }
    EXPECT_EQ(line_fault(with(point), 64).has_value(), listed(point))
        << std::hex << std::uint32_t{point};
  }
}

TEST(Text, AllowsSingleBlanksInsideOnly) {
  EXPECT_TRUE(component_fault(" a"));
  EXPECT_TRUE(component_fault("a "));
  EXPECT_EQ(component_fault("a  b"), "\"a  b\" holds two blanks in a row");
  EXPECT_TRUE(component_fault(" "));
}

TEST(Text, RefusesDotSegmentsAlone) {
  EXPECT_TRUE(component_fault("."));
  EXPECT_TRUE(component_fault(".."));
  EXPECT_TRUE(free_text_fault(".."));
  EXPECT_TRUE(lot_or_serial_fault("."));
}

TEST(Text, CountsCodePointsNotBytes) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "山";
  EXPECT_EQ(component_fault(text), std::nullopt);
  EXPECT_TRUE(component_fault(text + "东"));
  EXPECT_EQ(name_fault(text + "东"), std::nullopt);
  EXPECT_TRUE(component_fault(""));
  EXPECT_TRUE(name_fault(std::string(201, 'a')));
  EXPECT_EQ(free_text_fault(std::string(2000, 'a')), std::nullopt);
  EXPECT_TRUE(free_text_fault(std::string(2001, 'a')));
}

TEST(Text, IsStrictAboutUtf8) {
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                          "a\x80", "\xE5\xB1"}) {
    EXPECT_TRUE(component_fault(bad)) << bad;
  }
}

TEST(Text, TakesCodePointsApartAndPutsThemTogether) {
  for (const char32_t point : {U'a', U'é', U'山', U'𠮷', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, point);
    std::string_view rest = text;
    EXPECT_EQ(take_code_point(rest), point);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(Text, FreeTextMayHaveLinesButNotAtItsEnds) {
  EXPECT_EQ(free_text_fault("first line\n\nsecond 行"), std::nullopt);
  EXPECT_TRUE(free_text_fault("\na"));
  EXPECT_TRUE(free_text_fault("a\n"));
  EXPECT_TRUE(free_text_fault("a \nb"));
  EXPECT_TRUE(free_text_fault("a\r\nb"));
  EXPECT_TRUE(component_fault("a\nb"));
}

TEST(Text, LotsAreUpToTwentyCharactersOfSet82) {
  EXPECT_EQ(lot_or_serial_fault("ABC-123/x!\"%&'()*+,"), std::nullopt);
  EXPECT_EQ(lot_or_serial_fault("12345678901234567890"), std::nullopt);
  EXPECT_TRUE(lot_or_serial_fault("123456789012345678901"));
  EXPECT_TRUE(lot_or_serial_fault(""));
  for (const char* bad : {"a b", "a#b", "a$b", "a@b", "a[b", "a~b", "a^b", "é", "批号"}) {
    EXPECT_TRUE(lot_or_serial_fault(bad)) << bad;
  }
}

TEST(Text, Set82HasEightyTwoCharacters) {
  int count = 0;
  for (int character = 1; character < 128; ++character)
    count += is_gs1_set82(static_cast<char>(character)) ? 1 : 0;
  EXPECT_EQ(count, 82);
}

TEST(Text, QuotesWhatCannotBeSeen) {
  EXPECT_EQ(quote("L2026A\xE2\x80\x8B"), "\"L2026A\\u{200B}\"");
  EXPECT_EQ(quote("a\xFF"), "\"a\\xFF\"");
  EXPECT_EQ(quote(std::string(81, 'a')), "\"" + std::string(80, 'a') + "...\"");
}

}  // namespace
}  // namespace qc::ledger
