// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace qc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Csv, ReadsQuotedCellsWithSeparatorsLineBreaksAndQuotes) {
  const auto rows = read_csv("a,\"b,\"\"c\"\"\nd\",e\r\n\r\n,,\nf\n").value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0].cells, ElementsAre("a", "b,\"c\"\nd", "e"));
  EXPECT_EQ(rows[0].line, 1U);
  EXPECT_THAT(rows[1].cells, ElementsAre("f"));
  EXPECT_EQ(rows[1].line, 5U);
}

TEST(Csv, SeparatesByTabsWhereTheFirstLineDoes) {
  EXPECT_THAT(read_csv("a\tb\n1,5\t2\n").value()[1].cells, ElementsAre("1,5", "2"));
}

TEST(Csv, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(read_csv("a\n\"b\nc").error().message,
            "line 2: a quoted cell that begins here is not closed");
  EXPECT_THAT(read_csv("a\n\"b\"c\n").error().message,
              HasSubstr("line 2: text follows a closing quote"));
  EXPECT_THAT(read_csv(std::string(300, ',')).error().message, HasSubstr("more than 256 columns"));
  EXPECT_THAT(read_csv(std::string(70'000, 'x')).error().message, HasSubstr("64 KiB"));
}

TEST(Csv, MakesOneLineOfACell) {
  EXPECT_EQ(one_line(" 山东\n\t聊城　市 \xC2\xA0"), "山东 聊城 市");
  EXPECT_EQ(one_line("某某（山东）有限公司"), "某某（山东）有限公司");
  EXPECT_EQ(plain_line("２０２６－１１－０１"), "2026-11-01");
  // A character that nobody sees is no gap: in its place would stand another name.
  EXPECT_EQ(one_line("花\u200B生油\uFEFF"), "花\u200B生油\uFEFF");
}

}  // namespace
}  // namespace qc::cli
