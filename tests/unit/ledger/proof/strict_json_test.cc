// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/strict_json.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "ledger/proof/gzip.h"
#include "ledger/proof/json_shape.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

TEST(StrictJson, ReadsEveryKindOfValue) {
  const auto value = parse_json(R"( {"a": [null, true, false, 0, -7, "x"], "b": {}, "c": []} )");

  ASSERT_TRUE(value);
  const JsonArray& list = value->at("a").array();
  EXPECT_TRUE(list[0].is_null());
  EXPECT_TRUE(list[1].boolean());
  EXPECT_EQ(list[4].integer(), -7);
  EXPECT_EQ(list[5].string(), "x");
  EXPECT_TRUE(value->at("b").object().empty());
  EXPECT_EQ(value->find("d"), nullptr);
}

TEST(StrictJson, UnderstandsEscapesAndSurrogatePairs) {
  const auto value = parse_json(R"("\"\\\/\b\f\n\r\t\u00e9\u5c71\ud83d\ude00")");

  ASSERT_TRUE(value);
  EXPECT_EQ(value->string(), "\"\\/\b\f\n\r\t\xC3\xA9\xE5\xB1\xB1\xF0\x9F\x98\x80");
}

TEST(StrictJson, AcceptsIntegersUpToTheCommonLimit) {
  EXPECT_EQ(parse_json("9007199254740991")->integer(), 9007199254740991);
  EXPECT_EQ(parse_json("-9007199254740991")->integer(), -9007199254740991);
}

class StrictJsonRefuses : public testing::TestWithParam<std::string> {};

TEST_P(StrictJsonRefuses, This) { EXPECT_FALSE(parse_json(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Texts, StrictJsonRefuses,
                         testing::Values("", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{\"a\" 1}",
                                         "{a:1}", "[1 2]", "1 2", "{} x", "01", "-0", "-", "+1",
                                         "1.0", "1e3", "9007199254740992", "-9007199254740992",
                                         "NaN", "tru", "'a'", "\"a", "\"\t\"", "\"\\x\"",
                                         "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"",
                                         "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
                                         "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
                                         "\xEF\xBB\xBF{}", "\"\xFF\"", "\"\xED\xA0\x80\"",
                                         "\"\xC0\x80\"", std::string("{}\0", 3), "// c\n{}",
                                         std::string(17, '[') + std::string(17, ']')));

TEST(StrictJson, RefusesObjectsWithTooManyMembers) {
  std::string text = "{\"0\":0";
  for (int i = 1; i <= 32; ++i) text += ",\"" + std::to_string(i) + "\":0";

  EXPECT_FALSE(parse_json(text + "}"));
}

TEST(StrictJson, NamesTheLineOfAFault) {
  const auto value = parse_json("{\n \"a\": 01}");

  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message.find("line 2"), std::string::npos);
}

TEST(StrictJson, WritesTheFoundingBundlesByteForByte) {
  for (const char* name : {"example.qcaudit", "complete.qcaudit", "example.consistency"}) {
    const std::string text = vector_file(name);
    const auto value = parse_json(text);

    ASSERT_TRUE(value) << name;
    EXPECT_EQ(write_json(*value), text) << name;
  }
}

TEST(StrictJson, EscapesWhatItMustAndReadsItBack) {
  const JsonValue value(std::string("\"\\\n\x01/\xC3\xA9"));

  EXPECT_EQ(write_json(value), "\"\\\"\\\\\\n\\u0001/\xC3\xA9\"\n");
  EXPECT_EQ(*parse_json(write_json(value)), value);
}

TEST(StrictJson, SurvivesTruncationAndJunk) {
  const std::string text = vector_file("example.qcaudit");
  std::mt19937 random(20261123);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run every time
  static constexpr std::string_view kJunk = "{}[]\",:\\u0d8-1tfn \n\xFF";
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string broken = text.substr(0, random() % text.size());
    for (unsigned k = 0; k < random() % 4; ++k) {
      broken.insert(random() % (broken.size() + 1), 1, kJunk[random() % kJunk.size()]);
    }
    if (!parse_json(broken)) ++refused;
  }
  EXPECT_EQ(refused, 2000);
}

const JsonShape kNumber{.type = JsonType::kInteger};
const std::array kPointFields{JsonField{"x", &kNumber},
                              JsonField{"y", &kNumber, JsonPresence::kOptional}};
const JsonShape kPoint{.type = JsonType::kObject, .or_null = true, .fields = kPointFields};
const JsonShape kPoints{.type = JsonType::kArray, .element = &kPoint};

TEST(JsonShape, AcceptsWhatFits) {
  EXPECT_TRUE(check_shape(*parse_json(R"([{"x":1},{"y":2,"x":1},null])"), kPoints));
}

TEST(JsonShape, NamesThePathOfWhatDoesNot) {
  const auto missing = check_shape(*parse_json(R"([{"x":1},{"y":2}])"), kPoints);
  const auto unknown = check_shape(*parse_json(R"([{"x":1,"z":2}])"), kPoints);
  const auto wrong = check_shape(*parse_json(R"([{"x":"1"}])"), kPoints);

  ASSERT_FALSE(missing || unknown || wrong);
  EXPECT_EQ(missing.error().message, "[1]: member \"x\" is missing");
  EXPECT_EQ(unknown.error().message, "[0]: unknown member \"z\"");
  EXPECT_EQ(wrong.error().message, "[0].x: must be an integer, is a string");
}

TEST(Gzip, ReturnsWhatWasCompressed) {
  const std::string text = vector_file("example.qcaudit");

  const std::string packed = gzip(text);

  EXPECT_TRUE(is_gzip(packed));
  EXPECT_LT(packed.size(), text.size());
  EXPECT_EQ(*gunzip(packed, text.size()), text);
  EXPECT_EQ(*gunzip(gzip(""), 0), "");
}

TEST(Gzip, RefusesWhatIsTooLongCutOrFollowed) {
  const std::string packed = gzip(std::string(1'000'000, 'a'));

  EXPECT_FALSE(gunzip(packed, 999'999));
  EXPECT_FALSE(gunzip(packed + "x", 1'000'000));
  EXPECT_FALSE(gunzip(packed + packed, 2'000'000));
  for (std::size_t size = 0; size < packed.size(); size += 7) {
    EXPECT_FALSE(gunzip(packed.substr(0, size), 1'000'000));
  }
}

}  // namespace
}  // namespace qc::ledger
