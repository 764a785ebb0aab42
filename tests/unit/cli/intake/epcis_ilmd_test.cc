// SPDX-License-Identifier: Apache-2.0
// What an event says about its lots, items and place either stands in the record, is refused at its
// field, or is named in a note.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "cli/intake/epcis/epcis.h"

namespace qc::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Intake read(const std::string& text) {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  return read_epcis(text, options);
}

std::string document(const std::string& event) {
  return R"({"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
     {"mda": "urn:epcglobal:cbv:mda:", "cbv": "urn:epcglobal:cbv:", "own": "https://example.com/voc/",
      "made": {"@id": "cbvmda:productionDate", "@type": "xsd:date"}}],
    "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2025-09-15T20:00:00+08:00",
    "epcisBody": {"eventList": [)" +
         event + "]}}";
}

std::string event(const std::string& rest, const std::string& offset = "+08:00") {
  return R"({"type": "ObjectEvent", "eventTime": "2025-09-15T07:00:00+08:00", "action": "ADD",
    "eventTimeZoneOffset": ")" +
         offset + "\", " + rest + "}";
}

/// The event of one lot, FD71.
std::string lot_event(const std::string& rest, const std::string& offset = "+08:00") {
  return event(
      R"("quantityList": [{"epcClass": "https://id.gs1.org/01/09521321001015/10/FD71", "quantity": 100}], )" +
          rest,
      offset);
}

Intake read_ilmd_of_lot(const std::string& members, const std::string& offset = "+08:00") {
  return read(document(lot_event("\"ilmd\": {" + members + "}", offset)));
}

std::vector<std::string> problems(const Intake& intake) {
  std::vector<std::string> texts;
  for (const IntakeProblem& problem : intake.problems) texts.push_back(problem.text());
  return texts;
}

const quality::v1::LotRegistration& lot_of(const Intake& intake) {
  return intake.records.at(0).record.lot_registration();
}

TEST(EpcisIlmd, ATimeIsTheDayOnWhichItFallsInTheEventsZone) {
  const std::string dates = R"("cbvmda:productionDate": "2025-09-14T16:00:00Z",
                               "cbvmda:itemExpirationDate": "2026-03-31T16:00:00Z")";
  const Intake east = read_ilmd_of_lot(dates);
  ASSERT_THAT(problems(east), IsEmpty());
  EXPECT_EQ(lot_of(east).production_date(), "2025-09-15");
  EXPECT_EQ(lot_of(east).best_before(), "2026-04-01");

  const Intake west = read_ilmd_of_lot(dates, "-05:30");
  ASSERT_THAT(problems(west), IsEmpty());
  EXPECT_EQ(lot_of(west).production_date(), "2025-09-14");
  EXPECT_EQ(lot_of(west).best_before(), "2026-03-31");
}

TEST(EpcisIlmd, RefusesWhatIsNoDateNorTime) {
  for (const std::string date :
       {"2025-09-14garbage", "2025-09-14T99:99:99", "2025-09-14T16:00:00", "2025-09-31",
        "2025-09-14Z", "14.09.2025", "", "1969-12-31T16:00:00Z"}) {
    const Intake intake = read_ilmd_of_lot(R"("cbvmda:productionDate": ")" + date + "\"");
    EXPECT_THAT(intake.records, IsEmpty()) << date;
    EXPECT_THAT(problems(intake),
                ElementsAre(AllOf(HasSubstr("eventList[0].ilmd.cbvmda:productionDate: \"" + date +
                                            "\" should be an existing day"))));
  }
}

TEST(EpcisIlmd, ReadsEverySpellingOfAFieldsName) {
  for (const std::string name : {"mda:productionDate", "urn:epcglobal:cbv:mda:productionDate",
                                 "cbvmda:productionDate", "cbv:mda:productionDate", "made"}) {
    const Intake intake = read_ilmd_of_lot("\"" + name + "\": \"2025-09-14\"");
    ASSERT_THAT(problems(intake), IsEmpty()) << name;
    EXPECT_EQ(lot_of(intake).production_date(), "2025-09-14") << name;
    EXPECT_THAT(intake.notes, IsEmpty()) << name;
  }
}

TEST(EpcisIlmd, AnEventsOwnContextExplainsItsNames) {
  const Intake intake = read(document(lot_event(
      R"("@context": {"m": "urn:epcglobal:cbv:mda:"}, "ilmd": {"m:productionDate": "2025-09-14"})")));
  ASSERT_THAT(problems(intake), IsEmpty());
  EXPECT_EQ(lot_of(intake).production_date(), "2025-09-14");
}

TEST(EpcisIlmd, ReadsTypedValues) {
  const Intake intake =
      read_ilmd_of_lot(R"("cbvmda:productionDate": {"@type": "xsd:date", "@value": "2025-09-14"})");
  ASSERT_THAT(problems(intake), IsEmpty());
  EXPECT_EQ(lot_of(intake).production_date(), "2025-09-14");
}

TEST(EpcisIlmd, RefusesNamesThatMeanAFieldAndAreNot) {
  for (const std::string name : {"productionDate", "cbvmda:ProductionDate", "CBVMDA:productionDate",
                                 "other:productionDate", "PRODUCTIONDATE"}) {
    const Intake intake = read_ilmd_of_lot("\"" + name + "\": \"2025-09-14\"");
    EXPECT_THAT(intake.records, IsEmpty()) << name;
    EXPECT_THAT(problems(intake),
                ElementsAre(HasSubstr("eventList[0].ilmd." + name +
                                      ": should be written cbvmda:productionDate")));
  }
}

TEST(EpcisIlmd, RefusesValuesThatAreNoText) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"20250914", "\"20250914\" should be text, not a number"},
      {R"(["2025-09-14"])", R"("["2025-09-14"]" should be text, not a list)"},
      {R"({"@value": 20250914})", "should be text, not an object"},
      {R"({"@value": "2025-09-14", "kind": "made"})", "should be text, not an object"},
      {"true", "should be text, not true or false"}};
  for (const auto& [value, message] : cases) {
    const Intake intake = read_ilmd_of_lot("\"cbvmda:productionDate\": " + value);
    EXPECT_THAT(intake.records, IsEmpty()) << value;
    EXPECT_THAT(problems(intake),
                ElementsAre(AllOf(HasSubstr("ilmd.cbvmda:productionDate: "), HasSubstr(message))));
  }
  EXPECT_THAT(problems(read(document(lot_event(R"("ilmd": "L1")")))),
              ElementsAre(HasSubstr("eventList[0].ilmd: should be an object, not text")));
}

TEST(EpcisIlmd, TwoSpellingsOfOneFieldSayTheSame) {
  EXPECT_THAT(problems(read_ilmd_of_lot(
                  R"("mda:productionDate": "2025-09-14", "cbvmda:productionDate": "2025-09-14")")),
              IsEmpty());
  EXPECT_THAT(problems(read_ilmd_of_lot(
                  R"("mda:productionDate": "2025-09-14", "cbvmda:productionDate": "2025-09-15")")),
              ElementsAre(HasSubstr("\"2025-09-15\" differs from \"2025-09-14\"")));
}

TEST(EpcisIlmd, ALotNumberIsThatOfTheLotsAndItemsNamed) {
  EXPECT_THAT(problems(read_ilmd_of_lot(R"("cbvmda:lotNumber": "FD71")")), IsEmpty());
  EXPECT_THAT(problems(read_ilmd_of_lot(R"("cbvmda:lotNumber": "OTHER")")),
              ElementsAre(HasSubstr("ilmd.cbvmda:lotNumber: \"OTHER\" differs from lot \"FD71\" of "
                                    "quantityList[0].epcClass")));
  EXPECT_THAT(
      problems(read(document(event(
          R"("epcList": ["https://id.gs1.org/01/09521321001015/10/L9/21/S2"], "ilmd": {"cbvmda:lotNumber": "L1"})")))),
      ElementsAre(HasSubstr("\"L1\" differs from lot \"L9\" of epcList[0]")));
}

std::string transformation_of(const std::string& output) {
  return document(
      R"({"type": "TransformationEvent", "eventTime": "2025-09-15T09:00:00+08:00", "eventTimeZoneOffset": "+08:00",
      "inputEPCList": ["https://id.gs1.org/01/09521321001015/21/S1"], "outputQuantityList": [{"epcClass": ")" +
      output +
      R"("}], "ilmd": {"cbvmda:lotNumber": "OUT", "cbvmda:productionDate": "2025-09-15"}})");
}

TEST(EpcisIlmd, ALotNumberIsThatOfATransformationsOutputs) {
  const Intake same = read(transformation_of("https://id.gs1.org/01/09521321001015/10/OUT"));
  EXPECT_THAT(problems(same), IsEmpty());
  EXPECT_THAT(same.notes,
              Contains(HasSubstr("\"ilmd.cbvmda:productionDate\" of epcisBody.eventList[0]")));
  EXPECT_THAT(problems(read(transformation_of("https://id.gs1.org/01/09521321001015/10/IN"))),
              ElementsAre(HasSubstr("\"OUT\" differs from lot \"IN\"")));
  EXPECT_THAT(problems(read(transformation_of("https://id.gs1.org/01/09521321001015"))),
              ElementsAre(HasSubstr("\"OUT\" is no lot of an output that is named by GTIN")));
}

TEST(EpcisIlmd, WhatNoRecordHasIsNamed) {
  const Intake intake = read(document(lot_event(R"("bizStep": "commissioning", "own:shift": "B",
      "ilmd": {"own:productionDate": "Sunday", "cbvmda:countryOfOrigin": "CN",
               "cbvmda:bestBeforeDate": "2027-01-01", "cbvmda:itemExpirationDate": "2027-02-01"},
      "readPoint": {"id": "https://example.com/places/7"})")));
  ASSERT_THAT(problems(intake), IsEmpty());
  EXPECT_EQ(lot_of(intake).production_date(), "");
  EXPECT_EQ(lot_of(intake).best_before(), "2027-01-01");
  for (const std::string field :
       {"bizStep", "own:shift", "ilmd.own:productionDate", "ilmd.cbvmda:countryOfOrigin",
        "ilmd.cbvmda:itemExpirationDate", "readPoint"}) {
    EXPECT_THAT(intake.notes,
                Contains("\"" + field +
                         "\" of epcisBody.eventList[0] is kept in the event's bytes, in no field "
                         "of a record"));
  }
  EXPECT_EQ(intake.notes.size(), 6U);
}

TEST(EpcisIlmd, AFieldOfSeveralEventsIsNamedOnce) {
  const std::string one = lot_event(R"("bizStep": "commissioning")");
  const Intake intake = read(document(one + "," + one + "," + one));
  EXPECT_THAT(
      intake.notes,
      ElementsAre(HasSubstr("\"bizStep\" of epcisBody.eventList[0] and of 2 more is kept")));
}

TEST(EpcisPlace, RefusesWhatIsMeantAsAPlaceAndIsNone) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"("readPoint": "https://id.gs1.org/414/9521321000056")",
       "readPoint: \"https://id.gs1.org/414/9521321000056\" should be an object with an id"},
      {R"("readPoint": {"id": "https://id.gs1.org/414/9521321000057"})",
       "readPoint.id: \"https://id.gs1.org/414/9521321000057\" names no subject: check digit"},
      {R"("bizLocation": {"id": "https://id.gs1.org/01/09521321001015"})",
       "bizLocation.id: \"https://id.gs1.org/01/09521321001015\" names no place"},
      {R"("bizLocation": {"gln": "9521321000056"})",
       "bizLocation: \"{\"gln\": \"9521321000056\"}\" should be an object with an id"}};
  for (const auto& [field, message] : cases) {
    const Intake intake = read(document(lot_event(field)));
    EXPECT_THAT(intake.records, IsEmpty()) << field;
    EXPECT_THAT(problems(intake), ElementsAre(HasSubstr(message)));
  }
}

TEST(EpcisPlace, AReadPointPrecedesABusinessLocationWhichIsNamed) {
  const Intake intake =
      read(document(lot_event(R"("readPoint": {"id": "https://id.gs1.org/414/9521321000056"},
      "bizLocation": {"id": "https://id.gs1.org/414/9521321000070"})")));
  ASSERT_THAT(problems(intake), IsEmpty());
  EXPECT_EQ(lot_of(intake).plant_gln(), "9521321000056");
  EXPECT_THAT(intake.notes, ElementsAre(HasSubstr("\"bizLocation\" of ")));
}

TEST(EpcisQuantity, RefusesAUnitWithoutQuantityAndNumbersWithExponent) {
  const auto of = [](const std::string& rest) {
    return problems(read(document(
        event(R"("quantityList": [{"epcClass": "https://id.gs1.org/01/09521321001015/10/FE09", )" +
              rest + "}]"))));
  };
  EXPECT_THAT(of(R"("uom": "KGM")"),
              ElementsAre(HasSubstr("quantityList[0].uom: \"KGM\" is the unit of no quantity")));
  EXPECT_THAT(of(R"("quantity": 5, "uom": 7)"),
              ElementsAre(HasSubstr("quantityList[0].uom: \"7\" should be text, not a number")));
  EXPECT_THAT(of(R"("quantity": 1E5)"),
              ElementsAre(HasSubstr("quantityList[0].quantity: \"1E5\" has an exponent")));
}

TEST(EpcisEvent, ItsTypeAndIdAreOneText) {
  EXPECT_THAT(
      problems(read(document(lot_event(R"("isA": "AggregationEvent")")))),
      Contains(HasSubstr("isA: \"AggregationEvent\" differs from \"ObjectEvent\" of type")));
  EXPECT_THAT(problems(read(document(lot_event(R"("eventID": 7)")))),
              ElementsAre(HasSubstr("eventID: \"7\" should be an address (URI) as text")));
  const std::string long_id = "urn:" + std::string(197, 'i');
  EXPECT_THAT(read(document(lot_event("\"eventID\": \"" + long_id + "\""))).notes,
              ElementsAre(HasSubstr("\"eventID\" of epcisBody.eventList[0] is kept")));
}

TEST(EpcisFirstContact, XmlIsNamedAndWhatToDo) {
  EXPECT_THAT(problems(read("<?xml version=\"1.0\"?>\n"
                            "<epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:1\"/>")),
              ElementsAre(AllOf(HasSubstr("the file: is XML; EPCIS 2.0 is read as JSON"),
                                HasSubstr("export JSON"))));
}

TEST(EpcisFirstContact, AnAnswerToAQueryIsRead) {
  std::string text = document(lot_event(R"("recordTime": "2025-09-15T08:00:00+08:00")"));
  text.replace(text.find("EPCISDocument"), 13, "EPCISQueryDocument");
  EXPECT_THAT(problems(read(text)), ElementsAre(HasSubstr("epcisBody.queryResults: is missing")));
  const std::string list = "{\"eventList\"";
  text.replace(text.find(list), list.size(),
               R"({"queryResults": {"queryName": "q", "resultsBody": {"eventList")");
  text += "}}";
  const Intake intake = read(text);
  ASSERT_THAT(problems(intake), IsEmpty());
  EXPECT_EQ(lot_of(intake).lot(), "FD71");
  EXPECT_EQ(intake.records[0].where, "epcisBody.queryResults.resultsBody.eventList[0]");
  EXPECT_THAT(intake.notes, Contains(HasSubstr("the file is the answer to a query")));
}

TEST(EpcisFirstContact, ACredentialIsNamed) {
  EXPECT_THAT(
      problems(read(
          R"({"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]})")),
      ElementsAre(HasSubstr(
          "type: \"[\"VerifiableCredential\"]\" is a credential: submit the EPCIS document")));
}

TEST(EpcisFirstContact, WhatStandsBesideTheEventsIsNamed) {
  std::string text = document(lot_event(R"("eventID": "urn:uuid:1")"));
  text.insert(1, R"("epcisHeader": {}, )");
  EXPECT_THAT(read(text).notes, ElementsAre("\"epcisHeader\" of the document is kept nowhere"));
}

}  // namespace
}  // namespace qc::cli
