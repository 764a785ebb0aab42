// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/intake/table/certificate_csv.h"
#include "tests/unit/cli/intake/intake_test_support.h"

namespace qc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  const Intake intake = read_certificate_csv(kHeader + kFirst + kSecond, laboratory_options());
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

TEST(CertificateCsv, ReadsGb18030WhenToldSo) {
  IntakeOptions in_gb18030 = laboratory_options();
  in_gb18030.encoding = TableEncoding::kGb18030;
  const Intake intake = read_certificate_csv(gb18030(kHeader + kFirst), in_gb18030);
  ASSERT_THAT(texts(intake), IsEmpty());
  EXPECT_EQ(intake.records[0].record.inspection_certificate().category(), "食用植物油");
}

TEST(CertificateCsv, NamesLineAndNameOfAWrongColumn) {
  const Intake intake = read_certificate_csv(
      "number,gtin,colour,parameter,result_verdict,gtin\nC-1,6901234567892,red,a,pass,1\n",
      laboratory_options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(HasSubstr("line 1, column colour: no such column; there are number, method"),
                  HasSubstr("line 1, column gtin: this column stands here twice")));
  EXPECT_THAT(texts(read_certificate_csv("number,lot\nC-1,1\n", laboratory_options())),
              ElementsAre(HasSubstr("line 1, column parameter: is missing"),
                          HasSubstr("line 1, column result_verdict: is missing")));
  EXPECT_THAT(texts(read_certificate_csv("", laboratory_options())),
              ElementsAre(HasSubstr("is empty")));
}

TEST(CertificateCsv, ReportsBadCellsWithoutStoppingTheOthers) {
  std::string bad_gtin = kFirst;
  bad_gtin.replace(0, 3, "C-2").replace(bad_gtin.find("6901234567892"), 13, "6901234567890");
  std::string bad_rule = kFirst;
  bad_rule.replace(0, 3, "C-3").replace(bad_rule.find("2026-11-13"), 10, "2026-11-11");
  std::string differs = kSecond;
  differs.replace(0, 5, "C-4,,").insert(5, "");
  const Intake intake =
      read_certificate_csv(kHeader + bad_gtin + kFirst + bad_rule, laboratory_options());
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
      texts(read_certificate_csv(kHeader + kFirst + other, laboratory_options())),
      ElementsAre(HasSubstr("line 3, column lot: \"L2\" differs from \"L1\" on an earlier row")));
  EXPECT_THAT(texts(read_certificate_csv(kHeader + kFirst + "／" + kSecond.substr(3),
                                         laboratory_options())),
              ElementsAre(HasSubstr("line 3, column number: is empty")));
  EXPECT_THAT(texts(read_certificate_csv("number,parameter,result_verdict\nC-1,a,pass,more\n",
                                         laboratory_options())),
              ElementsAre(HasSubstr("line 2: has 4 cells, but the first row names 3 columns")));
}

TEST(CertificateCsv, ACertificateWithARowThatCannotBeReadIsLeftOut) {
  const Intake intake = read_certificate_csv(kHeader + kFirst + "C-1,气味\n", laboratory_options());
  EXPECT_THAT(texts(intake),
              ElementsAre(HasSubstr("line 3: has 2 cells, but the first row names 18 columns")));
  EXPECT_THAT(intake.records, IsEmpty());
}

TEST(CertificateCsv, ARowThatMayBelongToAnyCertificateStopsTheTable) {
  std::string other = kFirst;
  other.replace(0, 3, "C-2");
  // Without a number, with one that cannot be read, with a cell too few, with one too many: in the
  // number's place stands another's in the last one.
  for (const std::string& row :
       {"/" + kSecond.substr(3), "同上" + kSecond.substr(3), kSecond.substr(4), "C-2," + kSecond}) {
    const Intake intake =
        read_certificate_csv(kHeader + kFirst + other + row, laboratory_options());
    EXPECT_THAT(texts(intake),
                ElementsAre(testing::AllOf(HasSubstr("line 4"),
                                           HasSubstr("; no certificate of the table is taken"))));
    EXPECT_THAT(intake.records, IsEmpty());
  }
}

TEST(CertificateCsv, AnotherHeaderAmidTheRowsStopsTheTable) {
  std::string other = kHeader;
  other.replace(other.find("tested_from,tested_to"), 21, "tested_to,tested_from");
  const Intake intake =
      read_certificate_csv(kHeader + kFirst + other + kSecond, laboratory_options());
  EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("line 3: names other columns than the first")));
  EXPECT_THAT(intake.records, IsEmpty());
  // The same once more, as at a page break, takes nothing with it.
  const Intake repeated =
      read_certificate_csv(kHeader + kFirst + kHeader + kSecond, laboratory_options());
  EXPECT_THAT(texts(repeated), ElementsAre("line 3: names the columns once more; take this row "
                                           "out"));
  ASSERT_EQ(repeated.records.size(), 1U);
  EXPECT_EQ(repeated.records[0].record.inspection_certificate().results_size(), 2);
}

TEST(CertificateCsv, RowsThatSayNothingAreNone) {
  const Intake intake = read_certificate_csv(kHeader + kFirst + " " + std::string(17, ',') + "/\n",
                                             laboratory_options());
  EXPECT_THAT(texts(intake), IsEmpty());
  EXPECT_EQ(intake.records.size(), 1U);
}

TEST(CertificateCsv, AResultDoesNotGetAnotherOnesMethod) {
  std::string second = kSecond;
  second.erase(second.find("GB/T5009.37-2003"), 16);
  const Intake intake = read_certificate_csv(kHeader + kFirst + second, laboratory_options());
  EXPECT_THAT(texts(intake), ElementsAre(HasSubstr("line 3, column method: is empty, though")));
  EXPECT_THAT(intake.records, IsEmpty());
}

TEST(CertificateCsv, InvisibleCharactersAreRefusedWhereTheyStand) {
  for (const std::string invisible : {"\u200B", "\u200E", "\u202E", "\uFEFF", "\x01"}) {
    for (const std::string cell : {"C-1", "食用植物油", "<= 0.1", "L1"}) {
      std::string row = kFirst;
      row.insert(row.find(cell) + cell.size(), invisible);
      const Intake intake = read_certificate_csv(kHeader + row, laboratory_options());
      EXPECT_THAT(texts(intake), ElementsAre(testing::StartsWith("line 2")));
      EXPECT_THAT(intake.records, IsEmpty());
    }
  }
}

TEST(CertificateCsv, WhatALinkSaysBesideItsObjectIsNoted) {
  std::string header = kHeader;
  header.replace(header.find("gtin,lot"), 8, "object,lot");
  const auto with_object = [&header](const std::string& object) {
    std::string row = kFirst;
    row.replace(row.find("6901234567892"), 13, object);
    return read_certificate_csv(header + row, laboratory_options());
  };
  const Intake intake =
      with_object("https://id.gs1.org/01/06901234567892/22/2A?10=L1&17=271231&linkType=all");
  ASSERT_THAT(texts(intake), IsEmpty());
  ASSERT_EQ(intake.records.size(), 1U);
  EXPECT_EQ(intake.records[0].record.inspection_certificate().objects(0).lot(), "L1");
  EXPECT_THAT(intake.notes,
              ElementsAre(testing::AllOf(
                  testing::StartsWith("line 2, column object: the record keeps which thing"),
                  testing::EndsWith("not what it says beside that: 22, 17=271231, linkType=all"))));
  EXPECT_THAT(with_object("https://id.gs1.org/01/06901234567892/10/L1").notes, IsEmpty());
}

TEST(CertificateCsv, ColumnsThatNameDifferentObjectsAreRefused) {
  const std::string header =
      "number,object,gtin,lot,accreditation,category,customer_code,tested_from,tested_to,issued_at,"
      "method,parameter,value,unit,result_verdict,verdict,authorised\n";
  const std::string rest =
      ",CMA 221500010001,食用植物油,91110000600037341L,2026-11-10,2026-11-12,2026-11-13,"
      "GB 5009.12-2023,铅,0.02,mg/kg,pass,conformant,LC-0012\n";
  const std::string link = "https://id.gs1.org/01/06901234567892/10/L20250712";
  const Intake intake = read_certificate_csv(header + "OC1," + link + ",,L20250122" + rest +
                                                 "OC2," + link + ",9521322002011,L20250712" + rest +
                                                 "OC3," + link + ",6901234567892,L20250712" + rest,
                                             laboratory_options());
  EXPECT_THAT(
      texts(intake),
      ElementsAre(HasSubstr("line 2, column lot: says lot \"L20250122\", but another column "
                            "of the row says \"L20250712\""),
                  HasSubstr("line 3, column gtin: says GTIN \"09521322002011\", but another "
                            "column of the row says \"06901234567892\"")));
  ASSERT_EQ(intake.records.size(), 1U);
  EXPECT_EQ(intake.records[0].record.inspection_certificate().objects(0).lot(), "L20250712");
}

TEST(CertificateCsv, LotsThatASpreadsheetShortenedAreRefused) {
  for (const char* lot : {"2.02507E+07", "5E3", "2.02507e+13"}) {
    std::string row = kFirst;
    row.replace(row.find("L1"), 2, lot);
    EXPECT_THAT(texts(read_certificate_csv(kHeader + row, laboratory_options())),
                ElementsAre(HasSubstr("line 2, column lot: \"" + std::string(lot) +
                                      "\" is what a spreadsheet makes of a long number")));
  }
}

TEST(CertificateCsv, APlaceholderIsAnEmptyCell) {
  std::string row = kFirst;
  row.replace(row.find("<= 0.1"), 6, "／");
  const Intake intake = read_certificate_csv(kHeader + row, laboratory_options());
  ASSERT_THAT(texts(intake), IsEmpty());
  EXPECT_EQ(intake.records[0].record.inspection_certificate().results(0).limit(), "");
}

TEST(CertificateCsv, TimesThatNoRecordCanStateAreRefused) {
  const auto refused = [](const std::string& time) {
    std::string row = kFirst;
    row.replace(row.find("2026-11-13"), 10, time);
    return texts(read_certificate_csv(kHeader + row, laboratory_options()));
  };
  for (const char* early :
       {"1969-12-31", "1970-01-01", "1969-12-31T23:00:00+08:00", "1970-01-01T07:59:59+08:00"}) {
    EXPECT_THAT(refused(early), ElementsAre(HasSubstr("column issued_at: \"" + std::string(early) +
                                                      "\" is before 1970")));
  }
  EXPECT_THAT(refused("2199-01-01"),
              ElementsAre(HasSubstr("\"2199-01-01\" is after the year 2100")));
  EXPECT_THAT(refused("20250724103300"),
              ElementsAre(HasSubstr("too many digits for unix milliseconds, as which it means "
                                    "2611-09-21; write 2025-07-24T10:33:00+08:00")));
  EXPECT_THAT(refused("1753324380000000"), ElementsAre(HasSubstr("too many digits")));
  EXPECT_THAT(refused("2026-11-13T08:00:00.123456+08:00"),
              ElementsAre(HasSubstr("is finer than a millisecond")));
  EXPECT_THAT(refused("2026-11-13T08:00:00.123000+08:00"), IsEmpty());
}

}  // namespace
}  // namespace qc::cli
