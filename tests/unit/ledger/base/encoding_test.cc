// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

#include "base/big_endian.h"
#include "base/hex.h"

namespace qc::ledger {
namespace {

using namespace std::string_literals;

TEST(Encoding, HexIsLowerCaseOnly) {
  EXPECT_EQ(to_hex("\x00\xab\xff"s), "00abff");
  EXPECT_EQ(from_hex("00abff"), "\x00\xab\xff"s);
  EXPECT_EQ(from_hex(""), "");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("AB"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(digest_from_hex("00"));
}

TEST(Encoding, Base64KnowsTheRfcExamples) {
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Encoding, Base64ThatDoesNotReEncodeToItselfIsRefused) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n",
                           " Zg==", "Z===", "====", "Zg==Zg==", "Zm-v", "Z=g=", "=", "Zm9vZ"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Encoding, EveryByteSurvivesBase64) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

TEST(Encoding, IntegersAreBigEndian) {
  std::string out;
  append_big_endian<std::uint16_t>(out, 0x0102);
  append_big_endian<std::uint32_t>(out, 0x03040506);
  append_big_endian<std::uint64_t>(out, 0x0708090a0b0c0d0e);
  EXPECT_EQ(to_hex(out), "0102030405060708090a0b0c0d0e");
  EXPECT_EQ(load_big_endian<std::uint16_t>(out), 0x0102);
  EXPECT_EQ(load_big_endian<std::uint32_t>(std::string_view(out).substr(2)), 0x03040506U);
  EXPECT_EQ(load_big_endian<std::uint64_t>(std::string_view(out).substr(6)), 0x0708090a0b0c0d0eU);
}

TEST(Encoding, DecimalsHaveOneForm) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("9007199254740991"), kMaxInteger);
  for (const char* text : {"", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "0x1", "9007199254740992",
                           "18446744073709551616", "99999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

TEST(Encoding, Utf8IsStrict) {
  for (const auto& text : {""s, "abc"s, "\x00"s, "\xc2\x80"s, "\xe6\x9d\x8e"s, "\xed\x9f\xbf"s,
                           "\xee\x80\x80"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s}) {
    EXPECT_TRUE(is_utf8(text)) << to_hex(text);
  }
  for (const auto& text : {"\x80"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s,
                           "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s,
                           "\xe6\x9d"s, "\xc2"s, "\xc2\x41"s, "\xe6\x9d\x41"s, "a\xf0\x90\x80"s}) {
    EXPECT_FALSE(is_utf8(text)) << to_hex(text);
  }
}

}  // namespace
}  // namespace qc::ledger
