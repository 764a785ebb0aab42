// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/standard_code.h"

#include <gtest/gtest.h>

#include <utility>

namespace qc::ledger {
namespace {

TEST(StandardCode, KnowsTheNormalFormOfEveryFamily) {
  for (const char* code : {"GB 4806.7-2023",
                           "GB/T 19001-2016",
                           "GB/Z 21922-2008",
                           "GBZ 2.1-2019",
                           "GBZ/T 300.1-2017",
                           "NY/T 393-2020",
                           "JJG 196-2006",
                           "JGJ/T 23-2011",
                           "HJ 168-2020",
                           "DB37/T 4567-2022",
                           "DB3715/T 12-2023",
                           "DBS37 0001-2020",
                           "DB37 676-2007",
                           "T/CNFIA 001-2023",
                           "T/ABC 12.3-2021",
                           "Q/ABC 0001S-2020",
                           "Q/LCSP J01-2024",
                           "ISO 22000:2018",
                           "ISO/IEC 17025:2017",
                           "ISO/TS 22002-1:2009",
                           "IEC 60335-1:2020",
                           "EN 1186-1:2002",
                           "EN ISO 6579-1:2017",
                           "EN 71-3:2019+A1:2021",
                           "ISO 9001:2015/Amd 1:2024",
                           "JIS K 0102:2016",
                           "ASTM D638-22",
                           "ASTM C39/C39M-21",
                           "ASTM F2413-18a",
                           "ASTM D4169-23e1",
                           "ASTM E8M-2004"}) {
    EXPECT_EQ(normalise_standard_code(code).value_or("none"), code);
    EXPECT_EQ(standard_code_fault(code), std::nullopt) << code;
  }
}

TEST(StandardCode, BringsOtherSpellingsIntoTheNormalForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"gb4806.7-2023", "GB 4806.7-2023"},
      {"GB/T19001-2016", "GB/T 19001-2016"},
      {"GBT 19001-2016", "GB/T 19001-2016"},
      {"GB／T　19001—2016", "GB/T 19001-2016"},
      {"ＧＢ 4806．7－2023", "GB 4806.7-2023"},
      {"GB 5009.12–2023", "GB 5009.12-2023"},
      {" GB  5009.12 - 2023 ", "GB 5009.12-2023"},
      {"DB 37/T 4567-2022", "DB37/T 4567-2022"},
      {"DB37/ 676-2007", "DB37 676-2007"},
      {"DBS37/ 0001-2020", "DBS37 0001-2020"},
      {"iso 9001-2015", "ISO 9001:2015"},
      {"ISO/IEC17025:2017", "ISO/IEC 17025:2017"},
      {"ISO 22002-1-2009", "ISO 22002-1:2009"},
      {"iso 9001:2015/amd1:2024", "ISO 9001:2015/Amd 1:2024"},
      {"T/CNFIA001-2023", "T/CNFIA 001-2023"},
      {"astm d4169-23E1", "ASTM D4169-23e1"},
  };
  for (const auto& [written, normal] : cases) {
    EXPECT_EQ(normalise_standard_code(written).value_or("none"), normal) << written;
    EXPECT_EQ(normalise_standard_code(normal).value_or("none"), normal);
    EXPECT_TRUE(standard_code_fault(written)) << written;
  }
}

TEST(StandardCode, WantsTheYear) {
  for (const char* code : {"GB 4806.7", "ISO 9001", "GB/T 19001-16", "GB 4806.7-2123", "GB 4806.7-",
                           "ASTM D638", "ISO/IEC 17025:"}) {
    EXPECT_FALSE(normalise_standard_code(code)) << code;
  }
}

TEST(StandardCode, RefusesWhatIsNoStandard) {
  for (const char* text :
       {"", "in-house method", "中国药典2020年版", "4806.7-2023", "GB", "GB ABC-2023", "G 12-2020",
        "GB/X 12-2020", "DB/T 12-2020", "DB375/T 12-2020", "T/ 12-2020", "ISO 9001:2015/XYZ",
        "GB 4806..7-2023", "GB 12-2020 第一法", "GB\n12-2020", "-2023",
        "GB 123456789012345678901234567890123456789012345678901234567890-2023"}) {
    EXPECT_FALSE(normalise_standard_code(text)) << text;
  }
}

TEST(StandardCode, SaysHowACodeShouldBeWritten) {
  EXPECT_EQ(standard_code_fault("GB4806.7-2023"),
            "\"GB4806.7-2023\" should be written \"GB 4806.7-2023\"");
}

}  // namespace
}  // namespace qc::ledger
