// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/sampling_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/cli/intake/intake_test_support.h"

namespace qc::cli {
namespace {

using quality::v1::SpotCheckResult;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kTable =
    "附件：食品监督抽检不合格产品信息,,,,,,,,,,\n"
    "序号,标称生产企业名称,标称生产企业地址,被抽样单位名称,被抽样单位地址,食品名称,规格型号,商标,"
    "\"生产日期\n/批号\",\"不合格项目║\n检验结果║\n标准值\",检验机构,抽样编号,备注,公告号\n"
    "1,某某（山东）油脂有限公司,聊城市东昌府区,聊城市某超市,/,花生油,5L／桶,/"
    ",２０２６－０９－０１,黄曲霉毒素B₁║25.3μg/kg║≤20μg/kg,某检测有限公司,DC26371500001,,7\n"
    "2,/,/,聊城市某菜店,聊城市,韭菜,,,2026-09-03,\"腐霉利║0.52mg/kg║≤0.2mg/"
    "kg\n菌落总数║1.2×10⁴；2.3×10⁴ CFU/g║n=5,c=2\",某检测有限公司,DC26371500002,复检,7\n"
    "3,某厂,/,某店,/,酱油,,,2026-09-04,氨基酸态氮 0.3,某检测有限公司,DC26371500003,,7\n"
    "4,某厂,/,某店,/,醋,,,2026-09-04,,某检测有限公司,DC26371500004,,7\n"
    "注：以上信息由检验机构提供,,,,,,,,,,\n";

TEST(SamplingTable, MakesASpotCheckOfEveryRowThatCanBeUnderstood) {
  ASSERT_TRUE(is_sampling_table(kTable));
  const Intake intake = read_sampling_table(kTable, laboratory_options());
  ASSERT_EQ(intake.records.size(), 2U) << testing::PrintToString(texts(intake));

  const SpotCheckResult& oil = intake.records[0].record.spot_check_result();
  EXPECT_EQ(oil.number(), "DC26371500001");
  EXPECT_EQ(oil.maker().name(), "某某（山东）油脂有限公司");
  EXPECT_EQ(oil.product_name(), "花生油");
  EXPECT_EQ(oil.trademark(), "");
  EXPECT_EQ(oil.production_date_or_lot(), "２０２６－０９－０１");
  ASSERT_EQ(oil.results_size(), 1);
  EXPECT_EQ(oil.results(0).parameter(), "黄曲霉毒素B₁");
  EXPECT_EQ(oil.results(0).value(), "25.3");
  EXPECT_EQ(oil.results(0).unit(), "μg/kg");
  EXPECT_EQ(oil.results(0).limit(), "≤20μg/kg");
  EXPECT_EQ(oil.verdict(), quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  EXPECT_EQ(intake.records[0].record.attachments_size(), 1);

  const SpotCheckResult& chives = intake.records[1].record.spot_check_result();
  EXPECT_FALSE(chives.has_maker());
  ASSERT_EQ(chives.results_size(), 2);
  EXPECT_EQ(chives.results(1).parameter(), "菌落总数");
  EXPECT_EQ(chives.results(1).text(), "1.2×10⁴；2.3×10⁴ CFU/g");
}

TEST(SamplingTable, ReportsRowAndColumnOfTheOthers) {
  const Intake intake = read_sampling_table(kTable, laboratory_options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(
          HasSubstr("column 不合格项目║检验结果║标准值: \"氨基酸态氮 0.3\" should be "
                    "parameter║result║limit"),
          HasSubstr(
              "column 不合格项目║检验结果║标准值: is empty, and no column says 合格 or 不合格")));
  EXPECT_THAT(intake.problems[0].where, HasSubstr("row 9"));
}

TEST(SamplingTable, KeepsWhatNoFieldTakesInTheRemarksAndLinesAsNotes) {
  const Intake intake = read_sampling_table(kTable, laboratory_options());
  EXPECT_THAT(intake.notes,
              ElementsAre("row 1 is no row of a table: 附件：食品监督抽检不合格产品信息",
                          "column 公告号 is kept in the remarks",
                          "row 11 is no row of a table: 注：以上信息由检验机构提供"));
  EXPECT_EQ(intake.records[1].record.spot_check_result().remarks(), "复检\n公告号: 7");
}

TEST(SamplingTable, WithoutNumbersRowsGetOneOfTheirContents) {
  const std::string header = "合格产品信息\n序号,食品名称,被抽样单位名称,商品条码\n";
  const std::string oil = "花生油,某店,6901234567892\n";
  const auto number = [](const Intake& intake, std::size_t at) {
    return intake.records.at(at).record.spot_check_result().number();
  };
  const Intake first =
      read_sampling_table(header + "1," + oil + "2,醋,某店,\n", laboratory_options());
  const Intake mended =
      read_sampling_table(header + "1,醋（更正）,某店,\n2," + oil, laboratory_options());
  ASSERT_EQ(first.records.size(), 2U) << testing::PrintToString(texts(first));
  ASSERT_EQ(mended.records.size(), 2U);
  EXPECT_EQ(first.records[0].record.spot_check_result().object().gtin(), "06901234567892");
  EXPECT_THAT(number(first, 0), testing::MatchesRegex("table-[0-9a-f]{32}"));
  EXPECT_EQ(number(first, 0), number(mended, 1));
  EXPECT_NE(number(first, 1), number(mended, 0));
  EXPECT_THAT(texts(read_sampling_table(header + "1," + oil + "2," + oil, laboratory_options())),
              ElementsAre(HasSubstr("row 4: says the same as row 3")));
  EXPECT_THAT(
      texts(read_sampling_table(header + "1,醋,某店,6901234567890\n", laboratory_options())),
      ElementsAre(HasSubstr("row 3, column 商品条码: check digit")));
  EXPECT_THAT(
      texts(read_sampling_table(header + "1,醋,某店,00000000000000\n", laboratory_options())),
      ElementsAre(HasSubstr("column 商品条码: \"00000000000000\" is a placeholder, not a GTIN")));
}

constexpr const char* kSamplingHeader = "序号,标称生产企业名称,被抽样单位名称,食品名称,";

std::string sampling_row(const std::string& cells) { return "1,甲厂,丙店,油," + cells + "\n"; }

/// Reads a table of one row with further columns.
Intake read_columns(const std::string& headers, const std::string& cells) {
  return read_sampling_table(kSamplingHeader + headers + "\n" + sampling_row(cells),
                             laboratory_options());
}

const SpotCheckResult& only(const Intake& intake) {
  EXPECT_THAT(texts(intake), IsEmpty());
  static const SpotCheckResult kNone;
  return intake.records.size() == 1 ? intake.records[0].record.spot_check_result() : kNone;
}

TEST(SamplingTable, OnlyClosedWordsAreVerdicts) {
  for (const char* word : {"合格", "符合", "合 格", "符合要求", "　合格 "}) {
    EXPECT_EQ(only(read_columns("检验结论", word)).verdict(),
              quality::v1::OVERALL_VERDICT_CONFORMANT)
        << word;
  }
  for (const char* word : {"不合格", "不 合 格", "不符合"}) {
    EXPECT_EQ(only(read_columns("检验结论", word)).verdict(),
              quality::v1::OVERALL_VERDICT_NON_CONFORMANT)
        << word;
  }
  for (const char* word :
       {"未合格", "非合格", "尚未合格", "合格率95%", "基本符合", "未发现不合格", "未检出不合格项目",
        "无不合格项", "未见不符合", "合格/不合格", "不合格→复检合格", "好"}) {
    const Intake intake = read_columns("检验结论", word);
    EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("row 2, column 检验结论: \"" +
                                                     std::string(word) + "\" should say")));
    EXPECT_THAT(intake.records, IsEmpty());
  }
  for (const char* nothing : {"", "/", "——"}) {
    EXPECT_THAT(texts(read_columns("检验结论", nothing)),
                ElementsAre("row 2, column 检验结论: is empty"));
  }
}

TEST(SamplingTable, VerdictColumnsOfOtherNamesAreRead) {
  for (const char* header : {"判定结果", "是否合格", "抽检结果", "检测结论", "抽检结论", "检验结果",
                             "检验结论（合格/不合格）"}) {
    EXPECT_EQ(only(read_columns(header, "不合格")).verdict(),
              quality::v1::OVERALL_VERDICT_NON_CONFORMANT)
        << header;
  }
}

TEST(SamplingTable, AColumnThatSeemsToJudgeAndIsNotReadStopsTheTable) {
  for (const char* header : {"不合格项目（标准值/实测值）", "单项判定", "检验结果描述", "不符合项",
                             "问题说明", "标准值", "实测值"}) {
    const Intake intake = read_columns("检验结论," + std::string(header), "合格,铅");
    EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("seems to say how a row fared"))) << header;
    EXPECT_THAT(intake.records, IsEmpty());
  }
}

TEST(SamplingTable, AVerdictUnderAnotherHeaderIsRefused) {
  for (const char* header : {"备注", "公告号"}) {
    EXPECT_THAT(texts(read_columns("检验结论," + std::string(header), "合格,不合格")),
                ElementsAre(HasSubstr("column " + std::string(header) +
                                      ": \"不合格\" is a verdict, but verdicts stand under")));
  }
}

TEST(SamplingTable, BarsOfEveryKindAreRead) {
  for (const char* bar : {"‖", "丨", "║", "|", "||", "｜"}) {
    const std::string between(bar);
    const SpotCheckResult result =
        only(read_columns("不合格项目" + between + "检验结果" + between + "标准值（单位）",
                          "铅" + between + "0.5" + between + "≤0.2（mg/kg）"));
    EXPECT_EQ(result.verdict(), quality::v1::OVERALL_VERDICT_NON_CONFORMANT) << bar;
    ASSERT_EQ(result.results_size(), 1) << bar;
    EXPECT_EQ(result.results(0).parameter(), "铅");
    EXPECT_EQ(result.results(0).value(), "0.5");
    EXPECT_EQ(result.results(0).limit(), "≤0.2（mg/kg）");
  }
  for (const char* header : {"不合格项目", "不合格项", "主要不合格项目"}) {
    EXPECT_EQ(only(read_columns(header, "铅║0.5 mg/kg║≤0.2 mg/kg")).results_size(), 1);
    EXPECT_THAT(texts(read_columns(header, "铅")),
                ElementsAre(HasSubstr("\"铅\" should be parameter║result║limit")));
  }
}

TEST(SamplingTable, FailingItemsMayHaveAColumnEachAndRowsOfTheirOwn) {
  const std::string table = std::string(kSamplingHeader) + "不合格项目,检验值,标准值,抽样编号\n" +
                            sampling_row("铅,0.5 mg/kg,≤0.2 mg/kg,FA1") +
                            ",,,,镉,0.3 mg/kg,≤0.1 mg/kg,\n" +
                            sampling_row("\"铅\n镉\",\"0.5\n0.3\",\"≤0.2\n≤0.1\",FA2");
  const Intake intake = read_sampling_table(table, laboratory_options());
  ASSERT_THAT(texts(intake), IsEmpty());
  ASSERT_EQ(intake.records.size(), 2U);
  for (const IntakeRecord& read : intake.records) {
    const SpotCheckResult& result = read.record.spot_check_result();
    EXPECT_EQ(result.verdict(), quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
    ASSERT_EQ(result.results_size(), 2);
    EXPECT_EQ(result.results(1).parameter(), "镉");
    EXPECT_EQ(result.results(1).value(), "0.3");
  }
  // A further item that cannot be read takes the row above with it.
  const Intake bad =
      read_sampling_table(std::string(kSamplingHeader) + "不合格项目,检验值,标准值,抽样编号\n" +
                              sampling_row("铅,0.5 mg/kg,≤0.2 mg/kg,FA1") + ",,,,镉,,≤0.1 mg/kg,\n",
                          laboratory_options());
  EXPECT_THAT(texts(bad), ElementsAre(HasSubstr("row 3, column 不合格项目")));
  EXPECT_THAT(bad.records, IsEmpty());
}

TEST(SamplingTable, ATitleSpeaksForRowsThatDoNot) {
  const std::string header = std::string(kSamplingHeader) + "抽样编号\n";
  const auto titled = [&header](const std::string& title) {
    return read_sampling_table(title + ",,,,\n" + header + sampling_row("FA1"),
                               laboratory_options());
  };
  EXPECT_EQ(only(titled("2025年第3期不合格产品信息")).verdict(),
            quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  EXPECT_EQ(only(titled("附件1 合格产品信息")).verdict(), quality::v1::OVERALL_VERDICT_CONFORMANT);
  for (const char* clear :
       {"附件：食用农产品监督抽检不合格产品信息", "一、不合格样品名单（第3期）", "不合格产品信息表",
        "糕点抽检不合格情况", "2025-03 不合格食品清单：", "某省 监督抽查 不合格 产品 汇总表"}) {
    EXPECT_EQ(only(titled(clear)).verdict(), quality::v1::OVERALL_VERDICT_NON_CONFORMANT) << clear;
  }
  for (const char* unclear :
       {"监督抽检信息", "未合格产品信息", "合格和不合格产品信息", "未发现不合格产品", "合格率信息",
        "注：合格产品信息", "未列入不合格产品信息", "撤销不合格产品信息",
        "更正：原不合格产品信息有误", "不合格产品生产企业的其他产品信息",
        "不合格产品同批次产品信息", "疑似不合格样品信息", "部分不合格产品信息", "拟公布不合格产品",
        "关于15批次食品不合格情况的通告", "合格产品及问题产品信息", "合格产品信息（除注明者外）",
        "本月抽检符合食品安全国家标准", "撤销监督抽检不合格产品信息"}) {
    const Intake intake = titled(unclear);
    EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("row 2: no column and no title says 合格")));
    EXPECT_THAT(intake.records, IsEmpty());
  }
  EXPECT_THAT(texts(read_sampling_table("不合格产品信息\n" + std::string(kSamplingHeader) +
                                            "检验结论\n" + sampling_row("合格"),
                                        laboratory_options())),
              ElementsAre("row 3: says the contrary of the table's title about 合格"));
}

TEST(SamplingTable, ASecondRowOfHeadersBeginsANewTable) {
  const std::string header = "序号,标称生产企业名称,被抽样单位名称,食品名称,抽样编号,";
  const Intake intake = read_sampling_table(
      "附件1 合格产品信息,,,,,\n" + header + "\n1,甲厂,丙店,油,S1,\n" + header +
          "\n2,甲厂,丙店,醋,S2,\n附件2 不合格产品信息,,,,,\n" + header +
          "不合格项目║检验结果║标准值\n1,甲厂,丙店,酱,S3,铅║0.5 mg/kg║≤0.2 mg/kg\n",
      laboratory_options());
  ASSERT_THAT(texts(intake), IsEmpty());
  std::vector<std::pair<std::string, int>> verdicts;
  for (const IntakeRecord& read : intake.records) {
    const auto& result = read.record.spot_check_result();
    verdicts.emplace_back(result.number(), result.verdict());
  }
  EXPECT_THAT(verdicts,
              ElementsAre(testing::Pair("S1", quality::v1::OVERALL_VERDICT_CONFORMANT),
                          testing::Pair("S2", quality::v1::OVERALL_VERDICT_CONFORMANT),
                          testing::Pair("S3", quality::v1::OVERALL_VERDICT_NON_CONFORMANT)));
}

TEST(SamplingTable, ALineBetweenRowsThatSpeaksOfVerdictsStopsTheTable) {
  const std::string header = std::string(kSamplingHeader) + "抽样编号\n";
  for (const char* line : {"以下产品不合格", "注：以下产品不合格"}) {
    // A header that a page break repeats does not begin another table.
    const Intake intake =
        read_sampling_table("合格产品信息\n" + header + sampling_row("S1") + line + ",,,,\n" +
                                sampling_row("S2") + header + sampling_row("S3"),
                            laboratory_options());
    EXPECT_THAT(texts(intake),
                ElementsAre(HasSubstr("row 4: \"" + std::string(line) + "\" speaks of verdicts")));
    EXPECT_THAT(intake.records, IsEmpty());
  }
  EXPECT_THAT(texts(read_sampling_table("合格产品信息\n" + header + sampling_row("S1") +
                                            "注：以下产品不合格\n" + header + sampling_row("S2"),
                                        laboratory_options())),
              ElementsAre(HasSubstr("row 4: \"注：以下产品不合格\" speaks of verdicts"),
                          HasSubstr("row 5: no column and no title says")));
}

TEST(SamplingTable, ALineBelowTheRowsThatSpeaksOfVerdictsStopsTheTable) {
  const std::string table =
      "合格产品信息\n" + std::string(kSamplingHeader) + "抽样编号\n" + sampling_row("S1");
  for (const char* line : {"以上产品经复检均不合格", "注：抽样编号S1为不合格",
                           "注：1号样品检出铅超标", "上行样品经复检铅超标", "注：未通过"}) {
    const Intake intake = read_sampling_table(table + line + ",,,,\n", laboratory_options());
    EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("row 4: \"" + std::string(line))));
    EXPECT_THAT(intake.records, IsEmpty()) << line;
  }
  const Intake harmless =
      read_sampling_table(table + "注：排名不分先后,,,,\n", laboratory_options());
  EXPECT_THAT(texts(harmless), IsEmpty());
  EXPECT_EQ(harmless.records.size(), 1U);
}

/// A cell of the first column alone is a row whose other cells are missing, not a footnote.
TEST(SamplingTable, ARowWithItsFirstCellAloneIsNotDropped) {
  const std::string items =
      "不合格项目║检验结果║标准值,标称生产企业名称,被抽样单位名称,食品名称,抽样编号\n";
  const SpotCheckResult more = only(read_sampling_table(
      items + "铅║0.5║0.2,甲厂,丙店,试样,S401\n镉║0.3║0.1,,,,\n", laboratory_options()));
  ASSERT_EQ(more.results_size(), 2);
  EXPECT_EQ(more.results(1).parameter(), "镉");

  const Intake half = read_sampling_table(
      "不合格项目,检验结果,标准值,标称生产企业名称,被抽样单位名称,食品名称,抽样编号\n"
      "铅,0.5,0.2,甲厂,丙店,试样,S401\n镉,,,,,,\n",
      laboratory_options());
  EXPECT_THAT(texts(half), ElementsAre(HasSubstr("row 3, column 不合格项目")));

  const std::string numbers = "抽样编号,标称生产企业名称,被抽样单位名称,食品名称,检验结论\n";
  for (const std::string& rest : {std::string("S403b,,,,\n"), std::string("试样,,,,\n"),
                                  "S403b,,,,\n" + numbers + "S404,甲厂,丙店,试样,合格\n"}) {
    EXPECT_THAT(texts(read_sampling_table(numbers + "S403,甲厂,丙店,试样,合格\n" + rest,
                                          laboratory_options())),
                ElementsAre(HasSubstr("row 3: only the cell ")))
        << rest;
  }
}

TEST(SamplingTable, WordsBesideTheVerdictMayNotContradictIt) {
  for (const auto& [column, cell] : std::vector<std::pair<const char*, const char*>>{
           {"Verdict", "FAIL"}, {"状态", "不达标"}, {"备注", "经复检不合格"}, {"备注", "铅超标"}}) {
    const Intake intake =
        read_columns(std::string("检验结论,") + column, std::string("合格,") + cell);
    EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("says the contrary of the row's verdict")))
        << cell;
  }
  EXPECT_THAT(texts(read_columns("检验结论,备注", "不合格,复检合格")),
              ElementsAre(HasSubstr("says the contrary of the row's verdict")));
  EXPECT_THAT(texts(read_columns("检验结论,备注", "不合格,经复检不合格")), IsEmpty());
  EXPECT_THAT(texts(read_columns("检验结论,备注", "合格,季度抽检")), IsEmpty());
}

TEST(SamplingTable, ATitleAmidRowsInSeveralCellsStopsTheTable) {
  const std::string header = std::string(kSamplingHeader) + "抽样编号\n";
  const Intake intake =
      read_sampling_table("合格产品信息\n" + header + sampling_row("S1") +
                              "附件2,不合格产品信息,,,\n" + header + sampling_row("S2"),
                          laboratory_options());
  EXPECT_THAT(texts(intake), testing::Contains(HasSubstr("row 4: seems a title that speaks of")));
  EXPECT_THAT(intake.records, IsEmpty());
}

TEST(SamplingTable, RowsWithoutTheHeadersShapeAreRefused) {
  const std::string header = std::string(kSamplingHeader) + "规格型号,检验结论,备注,抽样编号\n";
  const Intake intake = read_sampling_table(
      header + "1,甲,有限公司,丙店,油,100 g,合格,/,R1\n2,甲厂,丙店,油,100 g\n" +
          sampling_row("100 g,合格,/,") + sampling_row("100 g,合格,/,R4") +
          sampling_row("100 g,合格,/,R4") + sampling_row("规格型号,合格,/,R6") + "7,,,,,,,\n",
      laboratory_options());
  EXPECT_THAT(texts(intake),
              testing::IsSupersetOf({HasSubstr("row 2: has 9 cells, the header names 8"),
                                     HasSubstr("row 3: has 5 cells, the header names 8"),
                                     HasSubstr("row 4, column 抽样编号: is empty"),
                                     HasSubstr("row 6, column 抽样编号: \"R4\" stands in row 5"),
                                     HasSubstr("row 7, column 规格型号: \"规格型号\" is a header"),
                                     HasSubstr("row 8")}));
  ASSERT_EQ(intake.records.size(), 1U);
  EXPECT_EQ(intake.records[0].where, "row 5");
  EXPECT_THAT(texts(read_columns("检验结论,,备注", "合格,铅超标,/")),
              ElementsAre(HasSubstr("row 2, column 6: \"铅超标\" stands under no header")));
}

TEST(SamplingTable, TwoColumnsOfOneMeaningMustAgree) {
  EXPECT_THAT(
      texts(read_columns("检验结论,结论", "不合格,合格")),
      ElementsAre(HasSubstr("row 2, column 结论: \"合格\" differs from \"不合格\" in column "
                            "检验结论, which means the same")));
  EXPECT_THAT(texts(read_columns("生产企业名称,规格,规格型号,检验结论", "乙厂,100 g,A型,合格")),
              ElementsAre(HasSubstr("column 生产企业名称: \"乙厂\" differs from \"甲厂\""),
                          HasSubstr("column 规格型号: \"A型\" differs from \"100 g\"")));
  EXPECT_EQ(only(read_columns("检验结论,结论", "不合格,不合格")).verdict(),
            quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
}

TEST(SamplingTable, AnOutcomeIsANumberAndAUnitOrText) {
  const auto outcome = [](const std::string& text) {
    return only(read_columns("不合格项目║检验结果║标准值", "\"铅║" + text + "║≤1\"")).results(0);
  };
  for (const auto& [text, value, unit] :
       std::vector<std::array<const char*, 3>>{{"0.52 mg/kg", "0.52", "mg/kg"},
                                               {"1.32g/100 g", "1.32", "g/100 g"},
                                               {"<10 CFU/g", "<10", "CFU/g"},
                                               {"12％", "12", "%"},
                                               {"4 °C", "4", "°C"},
                                               {"3.5 mg/m³", "3.5", "mg/m³"},
                                               {"25.3μg/kg", "25.3", "μg/kg"},
                                               {"110 MPN/100mL", "110", "MPN/100mL"},
                                               {"7", "7", ""}}) {
    EXPECT_EQ(outcome(text).value(), value) << text;
    EXPECT_EQ(outcome(text).unit(), unit) << text;
  }
  for (const char* text : {"1,100 CFU/g",      "3.2×10^4 CFU/g",
                           "10^4 CFU/g",       "1.5万CFU/g",
                           "1.2e-1 g/kg",      "0.5-0.7 g/100g",
                           "12，5 %",          "0,52 mg/kg",
                           "1 100 CFU/g",      "12.5±0.3 mg/kg",
                           "1.2/1.4 mg/kg",    "2025-03-02",
                           "<10,<10,20 CFU/g", "0x1F",
                           "0.5~0.7 mg/kg",    "检出",
                           "0.5 mg/kg 合格",   "1.2.3 g",
                           "10² CFU/g",        "10 ³CFU",
                           "10 or less mg/kg", "5 or more",
                           "2 million CFU/g",  "3 to",
                           "2 Mio CFU/g",      "5 dozen",
                           "3 x CFU/g",        "1.5 E",
                           "1.5k CFU/g",       "1.5 mg/kg below limit",
                           "0.5 mg/kg ND",     "1.5 mg/kg mg/kg"}) {
    EXPECT_EQ(outcome(text).text(), text);
    EXPECT_EQ(outcome(text).value(), "");
    EXPECT_EQ(outcome(text).unit(), "");
  }
  for (const char* shortened : {"2.02507E+07", "####"}) {
    EXPECT_THAT(texts(read_columns("不合格项目║检验结果║标准值",
                                   "\"铅║" + std::string(shortened) + "║≤1\"")),
                ElementsAre(HasSubstr(shortened)));
  }
}

TEST(SamplingTable, PlaceholdersSayNothingInAnyColumn) {
  for (const char* nothing :
       {"／",      "－",     "———",    "\\",     "暂无", "不详", "未知", "N/A",
        "＊",      "空白",   "见备注", "……",     "----", "n/a",  "*",    "——",
        " - ",     "未标识", "未注明", "无标示", "不明", "待定", "保密", "空",
        "未填",    "无此项", "见标签", "（无）", "无。", "NA",   "none", "nil",
        "unknown", "TBD",    "XXX",    "？",     "?",    "∕",    "⁄",    "﹣",
        "│",       "=",      "、",     "“/”",    "'/'",  "[无]"}) {
    const std::string cell(nothing);
    const SpotCheckResult result = only(read_sampling_table(
        "标称生产企业名称,标称生产企业地址,被抽样单位名称,样品名称,规格型号,商标,生产日期/批号,"
        "公告号,检验结论,抽样编号\n" +
            cell + "," + cell + "," + cell + ",油," + cell + "," + cell + "," + cell + "," + cell +
            ",合格,P1\n",
        laboratory_options()));
    EXPECT_FALSE(result.has_maker()) << nothing;
    EXPECT_FALSE(result.has_sampled_party()) << nothing;
    EXPECT_EQ(result.maker_address() + result.specification() + result.trademark() +
                  result.production_date_or_lot() + result.remarks(),
              "")
        << nothing;
  }
  EXPECT_THAT(texts(read_columns("商标,检验结论", "同上,合格")),
              ElementsAre(HasSubstr("row 2, column 商标: \"同上\" points at another cell")));
}

TEST(SamplingTable, ASignOrASingleCharacterNamesNobody) {
  for (const char* nobody : {"0", "×", "○", "〇", "一", "甲", "000", "(-)0"}) {
    EXPECT_THAT(
        texts(read_sampling_table("标称生产企业名称,被抽样单位名称,样品名称,检验结论,抽样编号\n" +
                                      std::string(nobody) + ",丙店,油,合格,P1\n",
                                  laboratory_options())),
        ElementsAre(HasSubstr("names nobody")))
        << nobody;
  }
}

TEST(SamplingTable, InvisibleCharactersMakeNoOtherName) {
  const Intake intake = read_columns("商标,检验结论", "甲\u200B乙,合格");
  EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("U+200B")));
  EXPECT_THAT(intake.records, IsEmpty());
  EXPECT_EQ(only(read_columns("检验\u200B结论", "不\u200B合格")).verdict(),
            quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
}

TEST(SamplingTable, WhatASpreadsheetCouldNotShowIsRefused) {
  for (const char* error : {"########", "#REF!", "#VALUE!"}) {
    EXPECT_THAT(texts(read_columns("生产日期,检验结论", std::string(error) + ",合格")),
                ElementsAre(HasSubstr("column 生产日期: \"" + std::string(error) +
                                      "\" is a spreadsheet's error")));
  }
}

TEST(SamplingTable, DatesToComeAndShortenedLotsAreRefused) {
  EXPECT_THAT(texts(read_columns("生产日期,检验结论", "2199-01-01,合格")),
              ElementsAre(HasSubstr("column 生产日期: \"2199-01-01\" has not come yet")));
  EXPECT_THAT(texts(read_columns("生产日期/批号,检验结论", "2.02507E+07,合格")),
              ElementsAre(HasSubstr("is what a spreadsheet makes of a long number")));
  EXPECT_EQ(
      only(read_columns("生产日期/批号,检验结论", "2026-11-20,合格")).production_date_or_lot(),
      "2026-11-20");
}

TEST(SamplingTable, WantsItsHeadersAmongTheFirstRows) {
  EXPECT_FALSE(is_sampling_table("a,b,c\n1,2,3\n"));
  EXPECT_THAT(texts(read_sampling_table("a,b\n", laboratory_options())),
              ElementsAre(HasSubstr("none of its first 20 rows")));
}

}  // namespace
}  // namespace qc::cli
