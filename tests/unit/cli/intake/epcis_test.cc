// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/epcis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/hex.h"
#include "ledger/crypto/hash.h"

namespace qc::cli {
namespace {

using quality::v1::Record;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

IntakeOptions options() {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  return options;
}

std::string document(const std::string& events) {
  return R"({"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
    "schemaVersion": "2.0", "creationDate": "2026-11-23T08:00:00+08:00", "epcisBody": {"eventList": [)" +
         events + "]}}";
}

std::string event(const std::string& type, const std::string& rest) {
  return R"({"type": ")" + type +
         R"(", "eventTime": "2026-11-20T09:00:00.5+08:00", "eventTimeZoneOffset": "+08:00", )" +
         rest + "}";
}

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> texts;
  for (const IntakeProblem& problem : read_epcis(text, options()).problems)
    texts.push_back(problem.text());
  return texts;
}

TEST(Epcis, RegistersItemsAndLotsOfAnObjectEvent) {
  const std::string commissioning =
      event("ObjectEvent", R"("action": "ADD", "bizStep": "commissioning",
    "epcList": ["urn:epc:id:sgtin:6901234.056789.S1", "https://example.com/01/6901234567892/10/L1/21/S2"],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:6901234.056789.L1", "quantity": 200.50, "uom": "KGM"}],
    "readPoint": {"id": "urn:epc:id:sgln:0614141.00000.0"},
    "ilmd": {"cbvmda:lotNumber": "L1", "cbvmda:productionDate": "2026-11-20", "cbvmda:bestBeforeDate": "2027-11-19"})");
  const std::string text = document(commissioning);

  const Intake intake = read_epcis(text, options());

  ASSERT_THAT(problems(text), IsEmpty());
  ASSERT_EQ(intake.records.size(), 3U);
  const auto& lot = intake.records[0].record.lot_registration();
  EXPECT_EQ(lot.gtin(), "06901234567892");
  EXPECT_EQ(lot.lot(), "L1");
  EXPECT_EQ(lot.quantity().value(), "200.5");
  EXPECT_EQ(lot.quantity().unit(), "KGM");
  EXPECT_EQ(lot.production_date(), "2026-11-20");
  EXPECT_EQ(lot.plant_gln(), "0614141000005");
  const auto& first = intake.records[1].record.item_registration();
  EXPECT_EQ(first.serial(), "S1");
  EXPECT_EQ(first.lot(), "L1");
  EXPECT_EQ(first.best_before(), "2027-11-19");
  EXPECT_EQ(intake.records[2].record.item_registration().lot(), "L1");
}

TEST(Epcis, RefusesWhatALinkSaysBesideTheThingItNames) {
  const std::string link = "https://id.gs1.org/01/06901234567892/10/L1?17=271231";
  const auto is_refused = ElementsAre(HasSubstr("says \"17=271231\" besides which thing it names"));

  EXPECT_THAT(
      problems(document(event(
          "ObjectEvent", R"("action": "ADD", "quantityList": [{"epcClass": ")" + link + R"("}])"))),
      is_refused);
  EXPECT_THAT(problems(document(
                  event("ObjectEvent", R"("action": "ADD", "epcList": [")" + link + R"("])"))),
              is_refused);
}

TEST(Epcis, KeepsTheEventsBytesAsTheyStandInTheFile) {
  const std::string bytes = event(
      "ObjectEvent",
      R"("action":"ADD",  "my:field" : "é", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])");
  const Intake intake = read_epcis(document(" " + bytes + "\n"), options());
  ASSERT_EQ(intake.records.size(), 1U);
  ASSERT_THAT(intake.records[0].bodies, ElementsAre(bytes));
  const auto& attachment = intake.records[0].record.attachments(0);
  EXPECT_EQ(attachment.digest(), qc::to_bytes(ledger::hash(ledger::HashAlgorithm::kSha256, bytes)));
  EXPECT_EQ(attachment.size(), bytes.size());
  EXPECT_EQ(intake.records[0].record.claimed_time_ms() % 1000, 500U);
}

TEST(Epcis, ReadsAggregations) {
  const std::string text = document(event("AggregationEvent", R"("action": "ADD",
    "parentID": "urn:epc:id:sscc:0614141.1234567890", "childEPCs": ["urn:epc:id:sgtin:6901234.056789.S1"],
    "childQuantityList": [{"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*", "quantity": 10}],
    "readPoint": {"id": "https://example.com/414/0614141000005/254/DOCK-1"})"));
  const Intake intake = read_epcis(text, options());
  ASSERT_THAT(problems(text), IsEmpty());
  const auto& aggregation = intake.records.at(0).record.aggregation();
  EXPECT_EQ(aggregation.action(), quality::v1::Aggregation::ACTION_ADD);
  EXPECT_EQ(aggregation.parent().id(), "https://id.gs1.org/00/106141412345678908");
  ASSERT_EQ(aggregation.children_size(), 2);
  EXPECT_EQ(aggregation.children(0).object().serial(), "S1");
  EXPECT_EQ(aggregation.children(1).quantity().unit(), "H87");
  EXPECT_EQ(aggregation.place(), "https://id.gs1.org/414/0614141000005/254/DOCK-1");
}

TEST(Epcis, ReadsTransformations) {
  const std::string text = document(event("TransformationEvent", R"(
    "inputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10, "uom": "KGM"}],
    "outputEPCList": ["urn:epc:id:sgtin:6901234.056789.S1"], "ilmd": {"cbvmda:lotNumber": "OUT"})"));
  const Intake intake = read_epcis(text, options());
  ASSERT_THAT(problems(text), IsEmpty());
  const auto& transformation = intake.records.at(0).record.transformation();
  EXPECT_EQ(transformation.inputs(0).object().lot(), "4444");
  EXPECT_EQ(transformation.outputs(0).object().lot(), "OUT");
}

TEST(Epcis, GivesWhatMovesGoodsTheIdOfItsEvent) {
  const std::string goods = R"(
    "inputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10}],
    "outputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.5555", "quantity": 9}])";
  const auto id_of = [](const std::string& bytes) {
    return read_epcis(document(bytes), options()).records.at(0).record.transformation().event_id();
  };
  const std::string named = event("TransformationEvent", R"("eventID": "urn:uuid:f8", )" + goods);
  const std::string nameless = event("TransformationEvent", goods);
  const std::string long_named = event(
      "TransformationEvent", R"("eventID": "urn:)" + std::string(300, 'x') + R"(", )" + goods);

  EXPECT_EQ(id_of(named), "urn:uuid:f8");
  EXPECT_THAT(id_of(nameless), testing::MatchesRegex("digest:[0-9a-f]{64}"));
  EXPECT_EQ(id_of(long_named), "digest:" + to_hex(ledger::hash(ledger::HashAlgorithm::kSha256,
                                                               "urn:" + std::string(300, 'x'))));
}

std::string event_id_of(const std::string& bytes) {
  const Intake intake = read_epcis(document(bytes), options());
  if (intake.records.empty()) return "refused";
  const Record& record = intake.records[0].record;
  return record.has_aggregation() ? record.aggregation().event_id()
                                  : record.transformation().event_id();
}

TEST(Epcis, KnowsAnEventWithoutIdByWhatItSaysAndNotByItsLayout) {
  const std::string compact =
      R"({"type":"TransformationEvent","eventTime":"2026-11-20T09:00:00+08:00","eventTimeZoneOffset":"+08:00",)"
      R"("inputQuantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.011111.4444","quantity":10}],)"
      R"("outputQuantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.011111.5555","quantity":9}],)"
      R"("my:note":"\u00e9\/\n"})";
  const std::string laid_out = R"({
   "my:note" : "é/\n",
   "outputQuantityList": [ {"quantity": 9.0, "epcClass": "urn:epc:class:lgtin:4012345.011111.5555"} ],
   "inputQuantityList": [
     {"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10}
   ],
   "eventTimeZoneOffset": "+08:00", "eventTime": "2026-11-20T09:00:00+08:00", "type": "TransformationEvent"})";
  std::string captured = compact;
  captured.insert(1, R"("recordTime":"2026-11-21T00:00:00Z","@context":{"x":"urn:x"},)");
  std::string other = compact;
  other.replace(other.find("\"quantity\":10"), 13, "\"quantity\":11");

  EXPECT_EQ(event_id_of(laid_out), event_id_of(compact));
  EXPECT_EQ(event_id_of(captured), event_id_of(compact));
  EXPECT_NE(event_id_of(other), event_id_of(compact));
  EXPECT_THAT(read_epcis(document(laid_out), options()).records.at(0).bodies,
              ElementsAre(laid_out));
}

TEST(Epcis, KnowsAnAggregationWithoutIdByWhatItSays) {
  const std::string rest = R"("action": "ADD", "parentID": "urn:epc:id:sscc:0614141.1234567890",
    "childEPCs": ["urn:epc:id:sgtin:6901234.056789.S1"])";
  std::string wide = rest;
  wide.insert(wide.find('[') + 1, "\n      ");

  EXPECT_EQ(event_id_of(event("AggregationEvent", wide)),
            event_id_of(event("AggregationEvent", rest)));
  EXPECT_NE(event_id_of(event("AggregationEvent", rest)), "refused");
}

std::string moved_with_id(const std::string& id) {
  return event("AggregationEvent", R"("eventID": ")" + id + R"(", "action": "ADD",
    "parentID": "urn:epc:id:sscc:0614141.1234567890", "childEPCs": ["urn:epc:id:sgtin:6901234.056789.S1"])");
}

TEST(Epcis, WritesAnEventIdInTheOneSpellingThatItsSchemeKnows) {
  const std::string uuid = "urn:uuid:abcdef00-7dec-11d0-a765-00a0c91e6bf6";

  EXPECT_EQ(event_id_of(moved_with_id(uuid)), uuid);
  EXPECT_EQ(event_id_of(moved_with_id("urn:uuid:ABCDEF00-7DEC-11D0-A765-00A0C91E6BF6")), uuid);
  EXPECT_EQ(event_id_of(moved_with_id("URN:UUID:abcdef00-7dec-11d0-a765-00a0c91e6BF6")), uuid);
  EXPECT_EQ(event_id_of(moved_with_id("HTTPS://Example.COM/Event/A%2fb")),
            "https://example.com/Event/A%2Fb");
  EXPECT_EQ(event_id_of(moved_with_id("URN:Example:AbC")), "urn:example:AbC");
  const std::string hash = "ni:///sha-256;115b14983DF54A9B?ver=CBV2.0";
  EXPECT_EQ(event_id_of(moved_with_id(hash)), hash);
  EXPECT_EQ(read_epcis(document(moved_with_id("URN:UUID:ABCDEF00-7DEC-11D0-A765-00A0C91E6BF6")),
                       options())
                .records.at(0)
                .record.attachments(0)
                .title(),
            uuid);
}

TEST(Epcis, RefusesAnEventIdThatIsNoUri) {
  const std::string place = "epcisBody.eventList[0].eventID: ";
  for (const char* id : {"N/A", "-", "12345", "abcdef00-7dec-11d0-a765-00a0c91e6bf6", "urn:a b",
                         "urn:uuid:", "urn:", "https://", "urn:事件:1", "urn:x:%2", "1urn:x:y",
                         "urn:uuid:{abcdef00-7dec-11d0-a765-00a0c91e6bf6}"}) {
    EXPECT_THAT(problems(document(moved_with_id(id))),
                ElementsAre(testing::AllOf(testing::StartsWith(place + "\"" + id + "\""),
                                           HasSubstr("such as urn:uuid:"))))
        << id;
  }
  EXPECT_THAT(problems(document(moved_with_id(""))),
              ElementsAre(testing::AllOf(testing::StartsWith(place + "is empty"),
                                         HasSubstr("leave eventID out"))));
  for (const char* id : {" urn:uuid:f8", "urn:uuid:f8 ", R"(urn:uuid:f8\n)"}) {
    EXPECT_THAT(problems(document(moved_with_id(id))),
                ElementsAre(testing::AllOf(testing::StartsWith(place),
                                           HasSubstr("begins or ends with a blank"))));
  }
}

TEST(Epcis, RefusesAnEventIdThatIsNoUriOfARegistrationToo) {
  EXPECT_THAT(
      problems(document(event(
          "ObjectEvent",
          R"("eventID": "", "action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])"))),
      ElementsAre(HasSubstr("eventID: is empty")));
}

TEST(Epcis, RefusesAFractionOfPieces) {
  const auto found = [](const std::string& quantity) {
    return problems(document(event("ObjectEvent", R"("action": "ADD", "quantityList": [
      {"epcClass": "urn:epc:class:lgtin:6901234.056789.L1", )" +
                                                      quantity + "}]")));
  };

  EXPECT_THAT(found(R"("quantity": 5.5)"),
              ElementsAre("epcisBody.eventList[0].quantityList[0].quantity: \"5.5\" has no unit "
                          "and would count pieces, of which there are no fractions: write its "
                          "unit's code as uom beside it, such as \"KGM\""));
  EXPECT_THAT(found(R"("quantity": 5.0)"), IsEmpty());
  EXPECT_THAT(found(R"("quantity": 5.5, "uom": "KGM")"), IsEmpty());
}

TEST(Epcis, RefusesANumberThatASpreadsheetShortened) {
  const std::string lot = "https://id.gs1.org/01/06901234567892/10/2.02507E%2B07";
  const std::string serial = "https://id.gs1.org/01/06901234567892/21/2.02507E%2B07";
  const auto refused_at = [](const std::string& place) {
    return ElementsAre(testing::AllOf(
        testing::StartsWith("epcisBody.eventList[0]." + place + ": \"2.02507E+07\" is how a"),
        HasSubstr("write all of its digits")));
  };

  EXPECT_THAT(problems(document(event("ObjectEvent", R"("action": "ADD", "quantityList": [
    {"epcClass": ")" + lot + "\"}]"))),
              refused_at("quantityList[0].epcClass"));
  EXPECT_THAT(problems(document(
                  event("ObjectEvent", R"("action": "ADD", "epcList": [")" + serial + "\"]"))),
              refused_at("epcList[0]"));
  EXPECT_THAT(problems(document(event("AggregationEvent", R"("action": "ADD", "parentID": ")" +
                                                              serial + R"(", "childEPCs": [
    "urn:epc:id:sgtin:6901234.056789.S1"])"))),
              refused_at("parentID"));
  EXPECT_THAT(problems(document(event("TransformationEvent", R"("inputEPCList": [
    "urn:epc:id:sgtin:6901234.056789.S1"], "outputEPCList": [")" +
                                                                 serial + "\"]"))),
              refused_at("outputEPCList[0]"));
  EXPECT_THAT(problems(document(event("ObjectEvent", R"("action": "ADD", "epcList": [
    "urn:epc:id:sgtin:6901234.056789.S1"], "ilmd": {"cbvmda:lotNumber": "2.02507E+07"})"))),
              refused_at("ilmd.cbvmda:lotNumber"));
}

TEST(Epcis, NamesTheExtensionOfAPlaceThatARegistrationDoesNotKeep) {
  const auto read = [](const std::string& field, const std::string& id) {
    return read_epcis(
        document(event("ObjectEvent",
                       R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"], ")" +
                           field + R"(": {"id": ")" + id + "\"}")),
        options());
  };
  const auto is_named = [](const std::string& field) {
    return ElementsAre(HasSubstr("\"" + field + ".id (extension 7 of the GLN)\" of"));
  };

  EXPECT_THAT(read("readPoint", "https://id.gs1.org/414/9521321000070/254/7").notes,
              is_named("readPoint"));
  EXPECT_THAT(read("bizLocation", "urn:epc:id:sgln:9521321.00007.7").notes,
              is_named("bizLocation"));
  EXPECT_THAT(read("readPoint", "https://id.gs1.org/414/9521321000070").notes, IsEmpty());
  EXPECT_EQ(read("readPoint", "https://id.gs1.org/414/9521321000070/254/7")
                .records.at(0)
                .record.item_registration()
                .plant_gln(),
            "9521321000070");
}

TEST(Epcis, NotesATransformationThatMakesMoreThanGoesIn) {
  const auto notes_for = [](const std::string& made, const std::string& unit) {
    return read_epcis(document(event("TransformationEvent",
                                     R"("inputQuantityList": [
      {"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10.5, "uom": "KGM"},
      {"epcClass": "urn:epc:class:lgtin:4012345.011111.4445", "quantity": 2, "uom": "KGM"}],
      "outputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.5555", "quantity": )" +
                                         made + R"(, "uom": ")" + unit + R"("}])")),
                      options())
        .notes;
  };

  EXPECT_THAT(notes_for("12.5", "KGM"), IsEmpty());
  EXPECT_THAT(notes_for("900", "LTR"), IsEmpty());
  EXPECT_THAT(notes_for("12.6", "KGM"),
              ElementsAre("epcisBody.eventList[0]: the transformation makes 12.6 KGM of 12.5 KGM"));
}

TEST(Epcis, ReadsABareEvent) {
  std::string bare =
      event("ObjectEvent", R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])");
  EXPECT_THAT(problems(bare), ElementsAre(HasSubstr("@context: is missing")));
  EXPECT_THAT(read_epcis(bare, options()).records, IsEmpty());
  bare.insert(1,
              R"("@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", )");
  EXPECT_THAT(problems(bare), IsEmpty());
  EXPECT_EQ(read_epcis(bare, options()).records.size(), 1U);
}

TEST(Epcis, NamesEventAndFieldOfWhatIsNotMapped) {
  const std::string good =
      event("ObjectEvent", R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])");
  const std::map<std::string, std::string> cases{
      {event("ObjectEvent", R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"],
         "sensorElementList": [{}])"),
       "epcisBody.eventList[1].sensorElementList: not mapped yet"},
      {event("ObjectEvent",
             R"("action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])"),
       "epcisBody.eventList[1].action: \"OBSERVE\" of an ObjectEvent is not mapped yet; ADD "
       "registers items and lots"},
      {event("TransactionEvent",
             R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])"),
       "epcisBody.eventList[1].type: not mapped yet"},
      {event("AssociationEvent",
             R"("action": "ADD", "parentID": "urn:epc:id:grai:4012345.55555.987")"),
       "epcisBody.eventList[1].type: not mapped yet"},
      {event("ObjectEvent",
             R"("action": "ADD", "epcList": ["urn:epc:id:sscc:0614141.1234567890"])"),
       "epcisBody.eventList[1].epcList[0]: not mapped yet: only items (GTIN and serial) are "
       "registered from epcList"},
      {event(
           "ObjectEvent",
           R"("action": "ADD", "quantityList": [{"epcClass": "urn:epc:idpat:sgtin:6901234.056789.*"}])"),
       "epcisBody.eventList[1].quantityList[0].epcClass: not mapped yet: only lots (GTIN and lot) "
       "are registered from "
       "quantityList"},
      {event("ObjectEvent",
             R"("action": "ADD", "epcList": ["urn:epc:id:gsrn:4012345.9876540000"])"),
       "epcisBody.eventList[1].epcList[0]: \"urn:epc:id:gsrn:4012345.9876540000\" names no "
       "subject: EPC scheme "
       "\"id:gsrn\" has no histories on the chain"},
      {event("TransformationEvent",
             R"("transformationID": "urn:x", "inputEPCList": ["urn:epc:id:sgtin:6901234.056789.S1"],
         "outputEPCList": ["urn:epc:id:sgtin:6901234.056789.S2"])"),
       "epcisBody.eventList[1].transformationID: not mapped yet"},
      {event(
           "ObjectEvent",
           R"("action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"], "colour": "red")"),
       "epcisBody.eventList[1].colour: is no field of an EPCIS 2.0 event; fields of one's own "
       "carry a prefix that "
       "@context explains"},
  };
  for (const auto& [second, expected] : cases) {
    EXPECT_THAT(problems(document(good + "," + second)), Contains(expected));
    // The other event is not lost: the caller decides whether a file goes in by halves.
    EXPECT_EQ(read_epcis(document(good + "," + second), options()).records.size(), 1U);
  }
}

TEST(Epcis, RefusesWhatBreaksItsRules) {
  EXPECT_THAT(problems("[1]"), ElementsAre(HasSubstr("should be an EPCIS document")));
  EXPECT_THAT(problems("{\"a\": }"), ElementsAre(HasSubstr("line 1, column 7")));
  EXPECT_THAT(
      problems(
          R"({"@context": 1, "type": "EPCISDocument", "schemaVersion": "1.2", "creationDate": "x"})"),
      ElementsAre(HasSubstr("@context: should be"),
                  HasSubstr("schemaVersion: \"1.2\" should be 2.0"), HasSubstr("creationDate: "),
                  HasSubstr("epcisBody: is missing")));
  EXPECT_THAT(problems(document("")),
              ElementsAre(HasSubstr("epcisBody.eventList: is missing or empty")));
  EXPECT_THAT(problems(document(event("ObjectEvent", R"("action": "ADD", "certificationInfo": {},
    "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"])"))),
              ElementsAre(HasSubstr("certificationInfo: should be an address (URI)")));
  EXPECT_THAT(
      problems(document(event("TransformationEvent",
                              R"("inputEPCList": ["urn:epc:id:sgtin:6901234.056789.S1"])"))),
      ElementsAre(HasSubstr("outputEPCList: is missing")));
  EXPECT_THAT(problems(document(R"({"type": "ObjectEvent", "eventTime": "2026-11-20T09:00:00+08:00",
    "eventTimeZoneOffset": "+8:00", "action": "ADD", "epcList": ["urn:epc:id:sgtin:6901234.056789.S1"]})")),
              ElementsAre(HasSubstr("eventTimeZoneOffset: \"+8:00\" should be an offset")));
}

TEST(Epcis, RecordsThatBreakARuleAreReportedAtTheirEvent) {
  const auto found = problems(document(event("AggregationEvent", R"("action": "ADD",
    "parentID": "urn:epc:id:sgln:0614141.00000.0", "childEPCs": ["urn:epc:id:sgtin:6901234.056789.S1"])")));
  EXPECT_THAT(found, ElementsAre(HasSubstr("epcisBody.eventList[0]: aggregation.parent.id: ")));
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> shared_documents(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path path = std::filesystem::path(QC_SHARED_DATA_DIR) / "epcis" / folder;
  if (!std::filesystem::is_directory(path)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(EpcisDocuments, EachValidOneIsTakenWhollyOrNamesTheFieldThatIsNotMapped) {
  const auto files = shared_documents("valid");
  if (files.empty())
    GTEST_SKIP() << "SKIPPED: no real EPCIS documents beside the checkout (" QC_SHARED_DATA_DIR ")";
  const std::map<std::string, std::string> expected{
      {"AggregationEvent.json", "taken 1"},
      {"AggregationEvent_with_digitalLink.json", "taken 1"},
      {"AssociationEvent.json", "epcisBody.eventList[0].type: not mapped yet"},
      {"Combination_of_different_event.json", "epcisBody.eventList[0].action: "},
      {"ObjectEvent.json", "epcisBody.eventList[0].action: "},
      {"ObjectEvent_all_possible_fields.json",
       "epcisBody.eventList[0].errorDeclaration: not mapped yet"},
      {"ObjectEvent_with_digitalLink.json", "epcisBody.eventList[0].action: "},
      {"ObjectEvent_with_error_declaration.json", "epcisBody.eventList[0].action: "},
      {"ObjectEvent_with_sensorData.json", "epcisBody.eventList[0].action: "},
      {"SensorData_with_combined_events.json", "epcisBody.eventList[0].action: "},
      {"TransactionEvent.json", "epcisBody.eventList[0].type: not mapped yet"},
      {"TransformationEvent.json", "taken 1"},
      {"TransformationEvent_all_possible_fields.json",
       "epcisBody.eventList[0].errorDeclaration: not mapped yet"},
      {"TransformationEvent_with_digitalLink.json", "taken 1"},
      {"epcisDocWithAllGS1Keys.json", "epcisBody.eventList[0].action: "},
  };
  EXPECT_EQ(files.size(), expected.size());
  for (const auto& path : files) {
    const Intake intake = read_epcis(read_file(path), options());
    const std::string outcome = intake.problems.empty()
                                    ? "taken " + std::to_string(intake.records.size())
                                    : intake.problems.front().text();
    const auto wanted = expected.find(path.filename().string());
    ASSERT_NE(wanted, expected.end()) << path << ": " << outcome;
    EXPECT_THAT(outcome, testing::StartsWith(wanted->second)) << path;
    for (const IntakeProblem& problem : intake.problems) {
      EXPECT_THAT(problem.where, testing::StartsWith("epcisBody.eventList[")) << path;
    }
  }
}

TEST(EpcisDocuments, EachInvalidOneIsRefusedWithItsReason) {
  const auto files = shared_documents("invalid");
  if (files.empty())
    GTEST_SKIP() << "SKIPPED: no real EPCIS documents beside the checkout (" QC_SHARED_DATA_DIR ")";
  const std::map<std::string, std::string> reasons{
      {"Combination_of_events_with_missing_mandatory_fields.json",
       "epcisBody.eventList[0].action: is missing (EPCIS 2.0 requires it)"},
      {"EPCISDocument_without_context.json",
       "@context: is missing: an EPCIS 2.0 document names its vocabularies there"},
      {"ObjectEvent_with_invalid_action.json",
       "epcisBody.eventList[0].action: \"CREATE\" should be ADD, OBSERVE or DELETE"},
      {"ObjectEvent_with_invalid_eventTime_format.json",
       "epcisBody.eventList[0].eventTime: \"22-07-2026\" should be an RFC 3339 time with its "
       "offset, such as "
       "2026-11-23T08:00:00+08:00"},
      {"ObjectEvent_with_quantity_as_text.json",
       "epcisBody.eventList[0].quantityList[0].quantity: \"twenty\" should be a number, not "
       "text"},
      {"ObjectEvent_without_identifier_list.json",
       "epcisBody.eventList[0].epcList: is missing: an ObjectEvent names what it is about in "
       "epcList or quantityList"},
  };
  EXPECT_EQ(files.size(), reasons.size());
  for (const auto& path : files) {
    const Intake intake = read_epcis(read_file(path), options());
    EXPECT_THAT(intake.records, IsEmpty()) << path;
    EXPECT_THAT(problems(read_file(path)), Contains(reasons.at(path.filename().string()))) << path;
  }
}

}  // namespace
}  // namespace qc::cli
