// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <string>
#include <vector>

#include "cli/intake/certificate_csv.h"
#include "cli/intake/csv.h"
#include "cli/intake/sampling_table.h"

namespace qc::cli {
namespace {

using quality::v1::SpotCheckResult;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

IntakeOptions options() {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = 1'795'419'543'123;
  return options;
}

std::vector<std::string> texts(const Intake& intake) {
  std::vector<std::string> all;
  for (const IntakeProblem& problem : intake.problems) all.push_back(problem.text());
  return all;
}

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
}

std::string gb18030(std::string text) {
  iconv_t converter = iconv_open("GB18030", "UTF-8");
  std::string out(text.size() * 4, '\0');
  char* from = text.data();
  char* to = out.data();
  std::size_t from_left = text.size();
  std::size_t to_left = out.size();
  EXPECT_NE(iconv(converter, &from, &from_left, &to, &to_left), static_cast<std::size_t>(-1));
  iconv_close(converter);
  out.resize(out.size() - to_left);
  return out;
}

const std::string kHeader =
    "number,accreditation,gtin,lot,category,customer_code,tested_from,tested_to,issued_at,method,"
    "parameter,value,text,"
    "unit,limit,result_verdict,verdict,authorised\n";
const std::string kFirst =
    "C-1,CMA "
    "221500010001,6901234567892,L1,食用植物油,91110000600037341L,2026-11-10,2026-11-12,2026-11-13,"
    "GB 5009.12-2023,铅,<0.02,,mg/kg,<= 0.1,pass,conformant,LC-0012\n";
const std::string kSecond = "C-1,,,,,,,,,GB/T5009.37-2003,气味,,正常,,正常,pass,,\n";

TEST(CertificateCsv, GathersTheRowsOfOneCertificate) {
  const Intake intake = read_certificate_csv(kHeader + kFirst + kSecond, options());
  ASSERT_THAT(texts(intake), IsEmpty());
  ASSERT_EQ(intake.records.size(), 1U);
  const auto& body = intake.records[0].record.inspection_certificate();
  EXPECT_EQ(body.number(), "C-1");
  EXPECT_EQ(body.type(), quality::v1::InspectionCertificate::TYPE_TESTING);
  EXPECT_EQ(body.objects(0).gtin(), "06901234567892");
  ASSERT_EQ(body.results_size(), 2);
  EXPECT_EQ(body.methods(1).standard(), "GB/T 5009.37-2003");
  EXPECT_EQ(body.results(1).method(), 2U);
  EXPECT_EQ(body.results(1).text(), "正常");
  EXPECT_EQ(body.signatories(0).reference(), "LC-0012");
}

TEST(CertificateCsv, ReadsGb18030) {
  const Intake intake = read_certificate_csv(gb18030(kHeader + kFirst), options());
  ASSERT_THAT(texts(intake), IsEmpty());
  EXPECT_EQ(intake.records[0].record.inspection_certificate().category(), "食用植物油");
}

TEST(CertificateCsv, NamesLineAndNameOfAWrongColumn) {
  const Intake intake = read_certificate_csv(
      "number,gtin,colour,parameter,result_verdict,gtin\nC-1,6901234567892,red,a,pass,1\n",
      options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(HasSubstr("line 1, column colour: no such column; there are number, method"),
                  HasSubstr("line 1, column gtin: this column stands here twice")));
  EXPECT_THAT(texts(read_certificate_csv("number,lot\nC-1,1\n", options())),
              ElementsAre(HasSubstr("line 1, column parameter: is missing"),
                          HasSubstr("line 1, column result_verdict: is missing")));
  EXPECT_THAT(texts(read_certificate_csv("", options())), ElementsAre(HasSubstr("is empty")));
}

TEST(CertificateCsv, ReportsBadCellsWithoutStoppingTheOthers) {
  std::string bad_gtin = kFirst;
  bad_gtin.replace(0, 3, "C-2").replace(bad_gtin.find("6901234567892"), 13, "6901234567890");
  std::string bad_rule = kFirst;
  bad_rule.replace(0, 3, "C-3").replace(bad_rule.find("2026-11-13"), 10, "2026-11-11");
  std::string differs = kSecond;
  differs.replace(0, 5, "C-4,,").insert(5, "");
  const Intake intake = read_certificate_csv(kHeader + bad_gtin + kFirst + bad_rule, options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(HasSubstr("line 2, column gtin: check digit of \"6901234567890\" should be 2"),
                  HasSubstr("line 4: inspection_certificate.issued_at_ms: issued "
                            "2026-11-11T00:00:00+08:00 is before")));
  ASSERT_EQ(intake.records.size(), 1U);
  EXPECT_EQ(intake.records[0].record.inspection_certificate().number(), "C-1");
}

TEST(CertificateCsv, RowsOfOneCertificateMustAgree) {
  std::string other = kFirst;
  other.replace(other.find("L1"), 2, "L2");
  EXPECT_THAT(
      texts(read_certificate_csv(kHeader + kFirst + other, options())),
      ElementsAre(HasSubstr("line 3, column lot: \"L2\" differs from \"L1\" on an earlier row")));
  EXPECT_THAT(texts(read_certificate_csv(kHeader + kFirst + ",x\n", options())),
              ElementsAre(HasSubstr("line 3, column number: is empty")));
  EXPECT_THAT(
      texts(read_certificate_csv("number,parameter,result_verdict\nC-1,a,pass,more\n", options())),
      ElementsAre(HasSubstr("line 2: has 4 cells, but the first row names 3 columns")));
}

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
  const Intake intake = read_sampling_table(kTable, options());
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
  const Intake intake = read_sampling_table(kTable, options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(
          HasSubstr("column 不合格项目║检验结果║标准值: \"氨基酸态氮 0.3\" should be "
                    "parameter║result║limit"),
          HasSubstr(
              "column 不合格项目║检验结果║标准值: is empty, and no column says 合格 or 不合格")));
  EXPECT_THAT(intake.problems[0].where, HasSubstr("row 9"));
  EXPECT_THAT(intake.notes, ElementsAre(HasSubstr("column 公告号 is not kept")));
}

TEST(SamplingTable, ReadsGb18030Alike) {
  const Intake utf8 =
      read_sampling_table("序号,食品名称,被抽样单位名称\n1,花生油,某店\n", options());
  const Intake gb =
      read_sampling_table(gb18030("序号,食品名称,被抽样单位名称\n1,花生油,某店\n"), options());
  ASSERT_EQ(gb.records.size(), 1U);
  EXPECT_EQ(gb.records[0].record.spot_check_result().product_name(), "花生油");
  EXPECT_EQ(utf8.records[0].record.spot_check_result().sampled_party().name(),
            gb.records[0].record.spot_check_result().sampled_party().name());
}

TEST(SamplingTable, WithoutFailingItemsRowsPassAndGetStableNumbers) {
  const std::string table =
      "序号,食品名称,被抽样单位名称,商品条码\n1,花生油,某店,6901234567892\n2,醋,某店,"
      "6901234567890\n";
  const Intake intake = read_sampling_table(table, options());
  ASSERT_EQ(intake.records.size(), 1U);
  const SpotCheckResult& result = intake.records[0].record.spot_check_result();
  EXPECT_EQ(result.verdict(), quality::v1::OVERALL_VERDICT_CONFORMANT);
  EXPECT_EQ(result.object().gtin(), "06901234567892");
  EXPECT_THAT(result.number(), testing::MatchesRegex("table-[0-9a-f]+-1"));
  EXPECT_EQ(read_sampling_table(table, options()).records[0].record.spot_check_result().number(),
            result.number());
  EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("row 3, column 商品条码: check digit")));
}

TEST(SamplingTable, AConclusionColumnDecides) {
  const Intake intake = read_sampling_table(
      "食品名称,被抽样单位名称,检验结论\n油,店,合格\n醋,店,不合格\n酱,店,好\n", options());
  ASSERT_EQ(intake.records.size(), 2U);
  EXPECT_EQ(intake.records[0].record.spot_check_result().verdict(),
            quality::v1::OVERALL_VERDICT_CONFORMANT);
  EXPECT_EQ(intake.records[1].record.spot_check_result().verdict(),
            quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("row 4, column 检验结论")));
}

TEST(SamplingTable, WantsItsHeadersAmongTheFirstRows) {
  EXPECT_FALSE(is_sampling_table("a,b,c\n1,2,3\n"));
  EXPECT_THAT(texts(read_sampling_table("a,b\n", options())),
              ElementsAre(HasSubstr("none of its first 20 rows")));
}

}  // namespace
}  // namespace qc::cli
