// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/text.h"

#include <gtest/gtest.h>

#include <initializer_list>
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

TEST(Text, RefusesWhatCannotBeSeenOrMeansNothing) {
  // Control, format, blanks, default-ignorable, drawn blank, private, unassigned, non-characters.
  for (const char32_t point : std::initializer_list<char32_t>{
           0x00,    0x1F,    0x7F,    0xA0,    0xAD,    0x34F,   0x600,   0x61C,   0x115F,  0x1160,
           0x1680,  0x17B4,  0x180B,  0x180E,  0x2000,  0x200B,  0x200F,  0x2028,  0x202F,  0x205F,
           0x2060,  0x206F,  0x2800,  0x3000,  0x3164,  0xE000,  0xF8FF,  0xFDD0,  0xFE00,  0xFE0F,
           0xFEFF,  0xFFA0,  0xFFF0,  0xFFFD,  0xFFFF,  0x378,   0x1BCA0, 0x1D159, 0x1D173, 0x1FFFE,
           0x16FE4, 0xE0001, 0xE0020, 0xE0100, 0xF0000, 0x323B0, 0x2FFFF, 0x10FFFF}) {
    EXPECT_TRUE(is_refused_code_point(point)) << std::hex << std::uint32_t{point};
    EXPECT_TRUE(component_fault(with(point))) << std::hex << std::uint32_t{point};
  }
}

TEST(Text, AcceptsWhatUnicode15Assigns) {
  // Around the refused ranges, the newest ideographs and signs included.
  for (const char32_t point : std::initializer_list<char32_t>{
           0x20,   0x7E,    0xA1,    0xAC,    0xAE,    0x34E,   0x377,   0x4E00,  0x9FFF, 0x2027,
           0x2030, 0x2070,  0x27FF,  0x2801,  0x3001,  0xAC00,  0xFDCF,  0xFE10,  0xFF01, 0xFF5E,
           0xFFA1, 0x20BB7, 0x1F9C0, 0x30000, 0x31350, 0x323AF, 0x1D158, 0x1D15A, 0x16FE3}) {
    EXPECT_FALSE(is_refused_code_point(point)) << std::hex << std::uint32_t{point};
    EXPECT_EQ(component_fault(with(point)), std::nullopt) << std::hex << std::uint32_t{point};
  }
}

TEST(Text, TheTableIsThatOfUnicode15) {
  // Another table is another protocol: count what it refuses, surrogates and planes 15-16 included.
  std::size_t refused = 0;
  for (char32_t point = 0; point <= 0x10FFFF; ++point) refused += is_refused_code_point(point);
  EXPECT_EQ(refused, 965386U);
}

TEST(Text, AFaultNamesTheCodePointThatCannotBeSeen) {
  EXPECT_EQ(name_fault(with(0x3164)),
            "\"a\\u{3164}b\" holds U+3164, a control, format, invisible, private or unassigned "
            "character");
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
