// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/intake/intake.h"
#include "ledger/base/calendar.h"

namespace qc::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kNow = 1'795'419'543'123;

IntakeOptions options() {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = kNow;
  return options;
}

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> texts;
  for (const IntakeProblem& problem : read_record_json(text, options()).problems)
    texts.push_back(problem.text());
  return texts;
}

const std::string kFriendly = R"({
  "type": "testing", "number": "2026-1", "accreditation": "CMA 221500010001",
  "customer": "91110000600037341L", "maker": "某某油脂有限公司",
  "objects": ["https://example.com/01/6901234567892/10/L2026A", {"gtin": "96385074", "lot": "B"},
              {"id": "(01)6901234567892(21)S1"}],
  "category": "食用植物油",
  "tested_from": "2026-11-10T08:00:00+08:00", "testedTo": "2026-11-12T18:00:00+08:00", "issued_at": "2026-11-13",
  "valid_until": "2027-11-12",
  "methods": ["gb5009.12—2023", "药典通则 0212"],
  "results": [{"parameter": "铅", "value": "<0.02", "unit": "mg/kg", "limit": "≤0.1", "verdict": "pass", "method": 1},
              {"parameter": "气味", "value": 0.50, "verdict": "VERDICT_NOT_JUDGED", "method": 2}],
  "verdict": "conformant"})";

TEST(RecordJson, ReadsWhatPeopleWrite) {
  const Intake intake = read_record_json(kFriendly, options());
  ASSERT_THAT(problems(kFriendly), IsEmpty());
  ASSERT_EQ(intake.records.size(), 1U);
  const auto& record = intake.records[0].record;
  EXPECT_EQ(record.claimed_time_ms(), kNow);
  EXPECT_EQ(record.domain(), quality::v1::QUALITY_DOMAIN_PRODUCT);
  const auto& body = record.inspection_certificate();
  EXPECT_EQ(body.type(), quality::v1::InspectionCertificate::TYPE_TESTING);
  EXPECT_EQ(body.accreditation(), "urn:qc:accreditation:CMA:221500010001");
  EXPECT_EQ(body.customer().code(), "91110000600037341L");
  EXPECT_EQ(body.maker().name(), "某某油脂有限公司");
  EXPECT_EQ(body.objects(0).gtin(), "06901234567892");
  EXPECT_EQ(body.objects(0).lot(), "L2026A");
  EXPECT_EQ(body.objects(1).gtin(), "00000096385074");
  EXPECT_EQ(body.objects(2).serial(), "S1");
  EXPECT_EQ(body.objects(2).id(), "");
  EXPECT_EQ(body.tested_to_ms(), ledger::parse_rfc3339("2026-11-12T18:00:00+08:00"));
  EXPECT_EQ(body.issued_at_ms(), ledger::parse_rfc3339("2026-11-13T00:00:00+08:00"));
  EXPECT_EQ(body.methods(0).standard(), "GB 5009.12-2023");
  EXPECT_EQ(body.methods(1).other(), "药典通则 0212");
  EXPECT_EQ(body.results(1).value(), "0.50");
  EXPECT_EQ(body.verdict(), quality::v1::OVERALL_VERDICT_CONFORMANT);
}

TEST(RecordJson, RefusesWhatALinkSaysBesideTheThingItNames) {
  const auto certificate = [](const std::string& object) {
    return R"({"type": "testing", "number": "1", "objects": [)" + object + "]}";
  };
  const std::string link = R"("https://id.gs1.org/01/06901234567892/10/L1?17=271231&3103=000195")";
  const auto is_refused = ElementsAre(HasSubstr(R"(says "17=271231, 3103=000195" besides which)"));

  EXPECT_THAT(problems(certificate(link)), is_refused);
  EXPECT_THAT(problems(certificate(R"({"id": )" + link + "}")), is_refused);
  EXPECT_THAT(problems(R"({"transformation": {"inputs": [)" + link + "]}}"), is_refused);
  EXPECT_THAT(problems(certificate(R"("https://id.gs1.org/01/06901234567892?10=L1")")),
              ElementsAre(HasSubstr("accreditation: is missing")));
}

TEST(RecordJson, RefusesPlaceholdersWhereSomethingIsNamed) {
  const auto result = [](const std::string& rest) {
    return R"({"spot_check_result": {"number": "S1", )" + rest + "}}";
  };
  for (const char* nothing : {"/", "／", "无", "不详", "N/A", "（无）", "unknown"}) {
    const std::string text(nothing);
    for (const std::string& field :
         {R"("maker": {"name": ")" + text + "\"}", R"("maker": ")" + text + "\"",
          R"("product_name": ")" + text + "\"", R"("trademark": ")" + text + "\"",
          R"("production_date_or_lot": ")" + text + "\""}) {
      EXPECT_THAT(problems(result(field)),
                  ElementsAre(HasSubstr("says nothing; leave the field out")))
          << field;
    }
    EXPECT_THAT(
        problems(R"({"lot_registration": {"gtin": "6901234567892", "lot": ")" + text + "\"}}"),
        ElementsAre(AllOf(HasSubstr("lot_registration.lot: "), HasSubstr("says nothing"))));
  }
  EXPECT_THAT(problems(result(R"("maker": {"name": "一"})")),
              ElementsAre(HasSubstr("names nobody")));
  EXPECT_THAT(problems(result(R"("remarks": "无")")),
              ElementsAre(HasSubstr("product_name: is missing")));
}

TEST(RecordJson, ReadsOneSeveralOrAnArrayOfRecords) {
  const std::string lot =
      R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1", "quantity": "12.50 KGM"}})";
  EXPECT_EQ(read_record_json(lot, options()).records.size(), 1U);
  EXPECT_EQ(read_record_json(lot + "\n" + lot + "\n", options()).records.size(), 2U);
  EXPECT_EQ(read_record_json("[" + lot + "," + lot + "]", options()).records.size(), 2U);
  EXPECT_EQ(
      read_record_json(lot, options()).records[0].record.lot_registration().quantity().value(),
      "12.5");
  EXPECT_THAT(read_record_json("[]", options()).problems, IsEmpty());
}

TEST(RecordJson, NamesPathAndLineOfWhatIsWrong) {
  EXPECT_THAT(
      problems("[\n{\"lot_registration\": {\"gtin\": \"6901234567890\", \"lot\": \"L1\"}},\n"
               "{\"lot_registration\": {\"gtin\": \"6901234567892\", \"lott\": \"L1\"}},\n"
               "{\"lot_registration\": {\"gtin\": [], \"lot\": true}}]"),
      ElementsAre(
          HasSubstr("$[1].lot_registration.lott (line 3): no field is named \"lott\"; there are "
                    "gtin, lot"),
          HasSubstr("$[2].lot_registration.gtin (line 4): should be text, not a list"),
          HasSubstr("$[2].lot_registration.lot (line 4): should be text, not true or false"),
          HasSubstr("$[0] (line 2): lot_registration.gtin: check digit of \"6901234567890\" should "
                    "be 2")));
}

TEST(RecordJson, RefusesUnknownChoicesTimesAndBytes) {
  EXPECT_THAT(
      problems(R"({"inspection_certificate": {"type": "guessing"}})"),
      ElementsAre(HasSubstr("\"guessing\" should be one of inspection, testing, calibration")));
  EXPECT_THAT(problems(R"({"inspection_certificate": {"type": "TYPE_UNSPECIFIED"}})"),
              ElementsAre(HasSubstr("should be one of")));
  EXPECT_THAT(problems(R"({"inspection_certificate": {"issued_at": "yesterday"}})"),
              ElementsAre(HasSubstr("\"yesterday\" should be a time with its offset")));
  EXPECT_THAT(problems(R"({"claimed_time_ms": -1, "lot_registration": {}})"),
              ElementsAre(HasSubstr("should be a whole number from 0")));
  EXPECT_THAT(problems(R"({"key_revoke": {"key_id": "***"}})"),
              ElementsAre(HasSubstr("neither canonical base64 nor 64 hex")));
  EXPECT_THAT(problems(R"({"lot_registration": {"gtin": 1e3}})"),
              ElementsAre(HasSubstr("gtin (line 1): \"1e3\" has an exponent")));
  EXPECT_THAT(problems(R"({"domain": "product"})"),
              ElementsAre(HasSubstr("names no type of record")));
  EXPECT_THAT(problems("7"), ElementsAre(HasSubstr("should be an object, not a number")));
}

TEST(RecordJson, NamesLineAndColumnOfBrokenJson) {
  EXPECT_THAT(problems("{\n  \"a\" 1}"),
              ElementsAre(HasSubstr("line 2, column 7: expected : after a member's name")));
  EXPECT_THAT(problems(""), ElementsAre(HasSubstr("empty")));
  EXPECT_THAT(problems("{\"a\": 1, \"a\": 2}"), ElementsAre(HasSubstr("stands here twice")));
  EXPECT_THAT(problems("[1"), ElementsAre(HasSubstr("expected , or ]")));
  EXPECT_THAT(problems("[01]"), ElementsAre(HasSubstr("starts with 0")));
  EXPECT_THAT(problems("[\"\xFF\"]"), ElementsAre(HasSubstr("not valid UTF-8")));
  EXPECT_THAT(problems(std::string(1000, '[')), ElementsAre(HasSubstr("deeper than 64")));
  EXPECT_THAT(problems(R"(["\ud800"])"), ElementsAre(HasSubstr("surrogate")));
}

std::string certificate_of(const std::string& object) {
  return R"({"inspection_certificate": {"number": "2026-1", "objects": [)" + object + "]}}";
}

std::vector<std::string> problems_of_object(const std::string& object) {
  IntakeOptions unjudged = options();
  unjudged.organisation.clear();
  std::vector<std::string> texts;
  for (const auto& problem : read_record_json(certificate_of(object), unjudged).problems)
    texts.push_back(problem.text());
  return texts;
}

TEST(RecordJson, RefusesAnObjectThatContradictsItself) {
  const std::string lot = "https://id.gs1.org/01/09521322002042/10/L20250712";
  EXPECT_THAT(problems_of_object(R"({"id": ")" + lot + R"(", "lot": "L20250122"})"),
              ElementsAre(HasSubstr("objects[0] (line 1): lot \"L20250122\" differs from "
                                    "\"L20250712\" of id \"" +
                                    lot + "\"")));
  EXPECT_THAT(
      problems_of_object(R"({"id": ")" + lot + R"(", "gtin": "09521322002011"})"),
      ElementsAre(HasSubstr("gtin \"09521322002011\" differs from \"09521322002042\" of id")));
  EXPECT_THAT(
      problems_of_object(R"({"id": "https://id.gs1.org/414/9521321000056", "lot": "L20250122"})"),
      ElementsAre(HasSubstr("names no product, but gtin, lot or serial stand beside it")));
  EXPECT_THAT(problems_of_object(R"({"id": ")" + lot +
                                 R"(", "gtin": "9521322002042", "lot": "L20250712"})"),
              IsEmpty());
}

TEST(RecordJson, RefusesTwoSpellingsOfOneFieldAndTwoBodies) {
  EXPECT_THAT(problems(R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1",
                           "production_date": "2026-01-01", "productionDate": "2026-02-01"}})"),
              ElementsAre(HasSubstr("productionDate (line 2): stands beside \"production_date\"")));
  EXPECT_THAT(problems(R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1"},
                           "item_registration": {"gtin": "6901234567892", "serial": "1"}})"),
              ElementsAre(HasSubstr("item_registration (line 2): stands beside "
                                    "\"lot_registration\"")));
}

TEST(RecordJson, RefusesTimesThatRecordsCannotMean) {
  const auto of = [](const std::string& time) {
    return problems(
        R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1"}, "claimed_time": )" + time +
        "}");
  };
  EXPECT_THAT(of(R"("1969-12-31")"),
              ElementsAre(AllOf(HasSubstr("claimed_time (line 1): \"1969-12-31\""),
                                HasSubstr("before 1970"))));
  EXPECT_THAT(of(R"("1969-12-31T08:00:00+08:00")"),
              ElementsAre(HasSubstr("\"1969-12-31T08:00:00+08:00\"")));
  EXPECT_THAT(of("0"), ElementsAre(HasSubstr("\"0\"")));
  EXPECT_THAT(of("20250724103300"),
              ElementsAre(AllOf(HasSubstr("\"20250724103300\" has too many digits"),
                                HasSubstr("means 2611-09-"),
                                HasSubstr("write 2025-07-24T10:33:00+08:00"))));
  EXPECT_THAT(of(R"("20250724103300")"), ElementsAre(HasSubstr("2611-09-")));
  EXPECT_THAT(of("20250724"), ElementsAre(HasSubstr("\"20250724\" should be a time")));
  EXPECT_THAT(of("1753324380000"), IsEmpty());
}

TEST(RecordJson, AWindowIsADurationAndAKeyMayHaveNoEnd) {
  IntakeOptions unjudged = options();
  unjudged.organisation.clear();
  const auto read = [&unjudged](const std::string& text) {
    const Intake intake = read_record_json(text, unjudged);
    EXPECT_THAT(intake.problems, IsEmpty()) << text;
    return intake.records.empty() ? quality::v1::Record() : intake.records[0].record;
  };
  EXPECT_EQ(read(R"({"founding_network": {"parameters": {"enrolment_window_ms": 86400000}}})")
                .founding_network()
                .parameters()
                .enrolment_window_ms(),
            86'400'000U);
  for (const std::string none : {"0", "\"0\""}) {
    const auto record = read(R"({"key_add": {"key": {"valid_to_ms": )" + none + "}}}");
    EXPECT_TRUE(record.has_key_add());
    EXPECT_EQ(record.key_add().key().valid_to_ms(), 0U);
  }
  EXPECT_EQ(
      read(R"({"key_add": {"key": {"valid_to": "9999-12-31"}}})").key_add().key().valid_to_ms(),
      253'402'185'600'000U);
  EXPECT_THAT(problems(R"({"key_add": {"key": {"valid_to": "1969-12-31"}}})"),
              ElementsAre(HasSubstr("valid_to (line 1): \"1969-12-31\"")));
}

TEST(RecordJson, ANumberAloneCountsPieces) {
  const auto lot = [](const std::string& quantity) {
    return R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1", "quantity": )" +
           quantity + "}}";
  };
  for (const std::string twelve : {"12", "12.0", "\"12\""}) {
    ASSERT_THAT(problems(lot(twelve)), IsEmpty()) << twelve;
    const auto record = read_record_json(lot(twelve), options()).records.at(0).record;
    EXPECT_EQ(record.lot_registration().quantity().value(), "12") << twelve;
    EXPECT_EQ(record.lot_registration().quantity().unit(), "H87") << twelve;
  }
  for (const std::string fraction : {"12.5", "\"12.5\""}) {
    EXPECT_THAT(problems(lot(fraction)),
                ElementsAre(AllOf(HasSubstr("quantity (line 1): \"12.5\" has no unit"),
                                  HasSubstr("write \"12.5 KGM\""))));
  }
  EXPECT_THAT(problems(lot("1E5")), ElementsAre(HasSubstr("\"1E5\" has an exponent")));
  EXPECT_THAT(problems(lot("true")), ElementsAre(HasSubstr("should be an object, not true")));
}

TEST(RecordJson, RefusesALotThatASpreadsheetShortened) {
  const auto lot = [](const std::string& number) {
    return R"({"lot_registration": {"gtin": "6901234567892", "lot": ")" + number + "\"}}";
  };
  EXPECT_THAT(problems(lot("2.02507E+07")),
              ElementsAre(HasSubstr("lot (line 1): \"2.02507E+07\" is how a spreadsheet")));
  const std::string link = R"("https://id.gs1.org/01/06901234567892/10/2.02507E%2B07")";
  for (const std::string& object : {link, R"({"id": )" + link + "}"}) {
    EXPECT_THAT(problems(R"({"type": "testing", "number": "1", "objects": [)" + object + "]}"),
                ElementsAre(HasSubstr("\"2.02507E+07\" is how a spreadsheet")));
  }
  for (const std::string kept : {"5E3", "A5E+3", "5E+3X", "E+3"})
    EXPECT_THAT(problems(lot(kept)), IsEmpty()) << kept;
}

TEST(RecordJson, AMistypedCodeDoesNotBecomeAName) {
  EXPECT_THAT(problems(R"({"inspection_certificate": {"maker": "91110000600037341X"}})"),
              ElementsAre(HasSubstr("maker (line 1): check character of \"91110000600037341X\" "
                                    "should be L")));
  EXPECT_THAT(problems(R"({"inspection_certificate": {"maker": "91110000600037341l"}})"),
              ElementsAre(HasSubstr("maker (line 1): \"91110000600037341l\"")));
  for (const std::string name : {"Oil-and-Fats No. 1", "Verwaltungsverbund", "某某油脂有限公司"}) {
    const Intake intake = read_record_json(
        R"({"claimed_time": "2026-11-23", "inspection_certificate": {"maker": ")" + name + "\"}}",
        IntakeOptions());
    ASSERT_EQ(intake.records.size(), 1U) << name;
    EXPECT_EQ(intake.records[0].record.inspection_certificate().maker().name(), name);
  }
}

TEST(RecordJson, NamesAProductionDateAfterTheRecord) {
  const auto notes = [](const std::string& date) {
    return read_record_json(R"({"lot_registration": {"gtin": "6901234567892", "lot": "L1", )"
                            R"("production_date": ")" +
                                date + "\"}, \"claimed_time\": \"2026-11-23\"}",
                            options())
        .notes;
  };
  EXPECT_THAT(notes("2199-01-01"),
              ElementsAre("$ (line 1): production date \"2199-01-01\" is after 2026-11-23, the day "
                          "on which it is said"));
  EXPECT_THAT(notes("2026-11-23"), IsEmpty());
}

TEST(RecordJson, NamesWhatIsNoJson) {
  EXPECT_THAT(problems("[{\"a\": 1, // one\n \"b\": 2}]"),
              ElementsAre(HasSubstr("line 1, column 11: a comment stands here")));
  EXPECT_THAT(problems("/* all */ {}"), ElementsAre(HasSubstr("a comment stands here")));
  EXPECT_THAT(problems("<a/>"), ElementsAre(HasSubstr("line 1, column 1: this is XML")));
}

TEST(RecordJson, DigestsMayBeHexOrBase64) {
  const std::string hex =
      R"({"key_revoke": {"key_id": "f89e1c5c9afbc6ee1ee5331211dc33e1509892150482d2fd822c5b068f761166"}})";
  ASSERT_EQ(read_record_json(hex, options()).records.size(), 1U);
  EXPECT_EQ(read_record_json(hex, options()).records[0].record.key_revoke().key_id().size(), 32U);
  const std::string base64 =
      R"({"key_revoke": {"key_id": "+J4cXJr7xu4e5TMSEdwz4VCYkhUEgtL9gixbBo92EWY="}})";
  EXPECT_EQ(read_record_json(base64, options()).records[0].record.key_revoke().key_id(),
            read_record_json(hex, options()).records[0].record.key_revoke().key_id());
}

TEST(IntakeFormat, IsToldByTheContents) {
  EXPECT_EQ(detect_format("  [{}]"), IntakeFormat::kRecordJson);
  EXPECT_EQ(detect_format(R"({"lot_registration": {}})"), IntakeFormat::kRecordJson);
  EXPECT_EQ(detect_format(R"({"@context": [], "type": "EPCISDocument"})"), IntakeFormat::kEpcis);
  EXPECT_EQ(detect_format(R"({"type": "ObjectEvent"})"), IntakeFormat::kEpcis);
  EXPECT_EQ(detect_format("number,parameter,result_verdict\n"), IntakeFormat::kCertificateCsv);
  EXPECT_EQ(detect_format("抽检信息\n序号,抽样编号,食品名称\n"), IntakeFormat::kSamplingTable);
}

}  // namespace
}  // namespace qc::cli
