// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/intake/intake.h"
#include "cli/intake/source_files.h"
#include "tests/unit/cli/intake/intake_test_support.h"

namespace qc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kTable = "序号,标称生产企业名称,被抽样单位名称,食品名称,检验结论,抽样编号";
const std::string kRow = "1,甲乙食品有限公司,丙丁超市,试样,不合格,TR0002";

IntakeOptions options(TableEncoding encoding = TableEncoding::kUtf8) {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = 1'795'419'543'123;
  options.encoding = encoding;
  return options;
}

Intake read(const std::string& bytes, TableEncoding encoding = TableEncoding::kUtf8) {
  return read_intake(bytes, detect_format(bytes, encoding), options(encoding));
}

/// The one problem of a file that gives no record.
std::string refusal(const std::string& bytes, TableEncoding encoding = TableEncoding::kUtf8) {
  const Intake intake = read(bytes, encoding);
  EXPECT_THAT(intake.records, IsEmpty());
  EXPECT_EQ(intake.problems.size(), 1U) << bytes;
  return intake.problems.empty() ? "" : intake.problems.front().text();
}

TEST(IntakeFile, ReadsEveryLineEndAndSeparator) {
  std::string tabs = kTable + "\n" + kRow + "\n";
  std::string semicolons = tabs;
  for (char& character : tabs) character = character == ',' ? '\t' : character;
  for (char& character : semicolons) character = character == ',' ? ';' : character;
  for (const std::string& file :
       {kTable + "\n" + kRow + "\n", kTable + "\r\n" + kRow, kTable + "\r" + kRow + "\r",
        "sep=,\n" + kTable + "\n" + kRow + "\n", "sep=;\r\n" + semicolons,
        "某市2025年第3期监督抽检信息\n" + tabs, semicolons}) {
    const Intake intake = read(file);
    EXPECT_THAT(intake.problems, IsEmpty()) << file;
    ASSERT_EQ(intake.records.size(), 1U) << file;
    const auto& result = intake.records[0].record.spot_check_result();
    EXPECT_EQ(result.number(), "TR0002");
    EXPECT_EQ(result.verdict(), quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  }
}

TEST(IntakeFile, OneThatGivesNothingHasTheReason) {
  EXPECT_THAT(refusal("[]"), HasSubstr("the file: holds no record; it was read as record JSON"));
  EXPECT_THAT(refusal(kTable + "\n"), HasSubstr("holds no record; it was read as regulator's"));
  EXPECT_THAT(refusal("number,parameter,result_verdict\n"), HasSubstr("holds no record"));
}

TEST(IntakeFile, IsNamedForWhatItIs) {
  EXPECT_THAT(refusal("PK\x03\x04" + std::string(40, '\0')), HasSubstr("is a workbook (.xlsx)"));
  EXPECT_THAT(refusal("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), HasSubstr("is an old Office file"));
  EXPECT_THAT(refusal("%PDF-1.7\n"), HasSubstr("is a PDF"));
  EXPECT_THAT(refusal(std::string("\xFF\xFE") + "a"), HasSubstr("is UTF-16 text"));
  EXPECT_THAT(refusal("\xFE\xFF"), HasSubstr("is UTF-16 text"));
  EXPECT_THAT(refusal(std::string("n\0u\0", 4)), HasSubstr("holds NUL bytes"));
  const std::string prose = refusal("Please read me, first, and then, the table\n");
  EXPECT_THAT(prose, HasSubstr("line 1: \"Please read me\" begins neither a certificate table"));
  EXPECT_THAT(prose, Not(HasSubstr("sample_condition")));
}

TEST(IntakeFile, Gb18030IsReadWhenToldSoAndElseOffered) {
  const std::string file = gb18030(kTable + "\n" + kRow + "\n");
  EXPECT_THAT(refusal(file),
              HasSubstr("the file: line 1, byte 1 (0xD0) is not UTF-8; as GB 18030 its cell says "
                        "\"序号\": if that is right, give --encoding gb18030"));
  const Intake intake = read(file, TableEncoding::kGb18030);
  EXPECT_THAT(intake.problems, IsEmpty());
  ASSERT_EQ(intake.records.size(), 1U);
  EXPECT_EQ(intake.records[0].record.spot_check_result().maker().name(), "甲乙食品有限公司");
}

TEST(IntakeFile, BytesThatAreNoUtf8AreNeverReadAsSomethingElse) {
  const std::string stray = kTable + "\n1,甲乙,丙丁,\xB5g/kg,合格,TR1\n";
  const std::string message = refusal(stray);
  EXPECT_THAT(message, HasSubstr("line 2, byte 17 (0xB5) is not UTF-8; mend it"));
  EXPECT_THAT(message, Not(HasSubstr("gb18030")));
  EXPECT_THAT(refusal(stray, TableEncoding::kGb18030), HasSubstr("the text is UTF-8"));
  EXPECT_THAT(refusal("number,parameter,unit,result_verdict\nE1,OTA,\xB5g/kg,pass\n"),
              HasSubstr("line 2, byte 8 (0xB5) is not UTF-8; as GB 18030 its cell says \"礸/kg\""));
  EXPECT_THAT(refusal(kTable + "\n" + kRow + "\n", TableEncoding::kGb18030),
              HasSubstr("the text is UTF-8, not GB 18030"));
}

class SourceFolder : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name) { std::ofstream(folder_ / name) << "x"; }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SourceFolder, LitterAndSubFoldersAreSkippedWithANote) {
  for (const char* name :
       {"b.csv", "a.csv", ".DS_Store", "~$book.xlsx", ".~lock.a.csv#", "Thumbs.db"}) {
    write(name);
  }
  std::filesystem::create_directory(folder_ / "more");
  const auto found = files_of(folder_.string());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->files, ElementsAre(folder_ / "a.csv", folder_ / "b.csv"));
  EXPECT_EQ(found->notes.size(), 5U);
  EXPECT_THAT(found->notes, testing::Contains(HasSubstr("more: a sub-folder is not read")));
  EXPECT_THAT(found->notes, testing::Contains(HasSubstr("~$book.xlsx: a hidden or lock file")));
}

TEST_F(SourceFolder, WithoutAFileIsAnError) {
  EXPECT_THAT(files_of(folder_.string()).error().message, HasSubstr("holds no file to read"));
  std::filesystem::create_directory(folder_ / "inner");
  EXPECT_THAT(files_of(folder_.string()).error().message,
              HasSubstr("holds no file to read; " + (folder_ / "inner").string() +
                        ": a sub-folder is not read"));
}

}  // namespace
}  // namespace qc::cli
