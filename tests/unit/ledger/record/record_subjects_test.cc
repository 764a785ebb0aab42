// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/record_subjects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hex.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {
namespace {

using quality::v1::Record;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kOrganisation = "91350100M000100Y43";
const std::string kOther = "91110000600037341L";
const std::string kGtin = "06901234567892";
const std::string kActor = party_id(kOrganisation);
const std::string kClass = class_id(kGtin);
const std::string kLot = lot_id(kGtin, "L1");
const std::string kItem = item_id(kGtin, "S1");

RecordSubjects subjects(const Record& record, bool by_regulator = false) {
  return subjects_of(record, {.organisation = kOrganisation, .by_regulator = by_regulator});
}

std::vector<std::string> below(const RecordSubjects& subjects) {
  std::vector<std::string> pairs;
  for (const auto& [list, child] : subjects.below) pairs.push_back(list + " <- " + child);
  return pairs;
}

std::string pair(const std::string& of, const std::string& child) {
  return below_id(of) + " <- " + child;
}

TEST(RecordSubjects, ALotIsListedUnderItsClassWhichStaysOutOfIt) {
  Record record;
  record.mutable_lot_registration()->set_gtin(kGtin);
  record.mutable_lot_registration()->set_lot("L1");
  record.mutable_lot_registration()->set_plant_gln("0614141000005");
  const RecordSubjects found = subjects(record);
  EXPECT_THAT(found.named, ElementsAre(kLot, kActor, place_id("0614141000005")));
  EXPECT_THAT(below(found), ElementsAre(pair(kClass, kLot)));
  EXPECT_THAT(found.see, IsEmpty());
  EXPECT_EQ(found.opens, "");
}

TEST(RecordSubjects, AnItemSeesTheLotThatIsStated) {
  Record record;
  record.mutable_item_registration()->set_gtin(kGtin);
  record.mutable_item_registration()->set_serial("S1");
  EXPECT_THAT(subjects(record).named, ElementsAre(kItem, kActor));
  EXPECT_THAT(below(subjects(record)), ElementsAre(pair(kClass, kItem)));
  EXPECT_THAT(subjects(record).see, IsEmpty());

  record.mutable_item_registration()->set_lot("L1");
  const RecordSubjects found = subjects(record);
  EXPECT_THAT(found.named, ElementsAre(kItem, kActor));
  EXPECT_THAT(below(found),
              ElementsAre(pair(kClass, kItem), pair(kClass, kLot), pair(kLot, kItem)));
  ASSERT_EQ(found.see.size(), 1U);
  EXPECT_EQ(found.see[0].subject, kItem);
  EXPECT_EQ(found.see[0].id, kLot);
}

TEST(RecordSubjects, AProductRegistrationNamesTheClass) {
  Record record;
  record.mutable_product_registration()->set_gtin(kGtin);
  record.mutable_product_registration()->mutable_brand_owner()->set_code(kOther);
  EXPECT_THAT(subjects(record).named, ElementsAre(kClass, kActor, party_id(kOther)));
  EXPECT_THAT(subjects(record).below, IsEmpty());
}

TEST(RecordSubjects, EventsAtClassLevelGoToItsList) {
  Record record;
  auto& body = *record.mutable_aggregation();
  body.mutable_parent()->set_id(logistic_unit_id("106141412345678908"));
  body.add_children()->mutable_object()->set_gtin(kGtin);
  auto& item = *body.add_children()->mutable_object();
  item.set_gtin(kGtin);
  item.set_serial("S1");
  item.set_lot("L1");
  body.set_place(place_id("0614141000005"));
  const RecordSubjects found = subjects(record);
  EXPECT_THAT(found.named, ElementsAre(logistic_unit_id("106141412345678908"), below_id(kClass),
                                       kItem, kActor, place_id("0614141000005")));
  EXPECT_THAT(below(found),
              ElementsAre(pair(kClass, kItem), pair(kClass, kLot), pair(kLot, kItem)));
  EXPECT_THAT(subjects(record, true).named, testing::Contains(kClass));
}

TEST(RecordSubjects, ATransformationStandsInTheHistoriesOfInputsAndOutputs) {
  Record record;
  auto& input = *record.mutable_transformation()->add_inputs()->mutable_object();
  input.set_gtin("04012345987652");
  input.set_lot("IN");
  auto& output = *record.mutable_transformation()->add_outputs()->mutable_object();
  output.set_gtin(kGtin);
  output.set_lot("L1");
  const RecordSubjects found = subjects(record);
  EXPECT_THAT(found.named, ElementsAre(lot_id("04012345987652", "IN"), kLot, kActor));
  EXPECT_EQ(found.below.size(), 2U);
}

TEST(RecordSubjects, ACertificateNamesObjectsAtTheirLevelPartiesItselfAndThePlace) {
  Record record;
  auto& body = *record.mutable_inspection_certificate();
  body.set_number("A/1");
  body.add_objects()->set_gtin(kGtin);
  auto& lot = *body.add_objects();
  lot.set_gtin(kGtin);
  lot.set_lot("L1");
  body.add_objects()->set_id(holding_id(kOther, lot_id(kGtin, "L2")));
  body.mutable_customer()->set_code(kOther);
  body.mutable_maker()->set_name("某厂");
  body.set_sample(sample_id(kOther, "S"));
  body.set_supersedes("A/0");
  body.set_place(place_id("0614141000005"));
  const RecordSubjects found = subjects(record);
  EXPECT_THAT(found.named,
              ElementsAre(kClass, kLot, holding_id(kOther, lot_id(kGtin, "L2")),
                          lot_id(kGtin, "L2"), kActor, party_id(kOther), party_name_id("某厂"),
                          certificate_id(kOrganisation, "A/1"), sample_id(kOther, "S"),
                          certificate_id(kOrganisation, "A/0"), place_id("0614141000005")));
  EXPECT_THAT(below(found), ElementsAre(pair(kClass, kLot), pair(kClass, lot_id(kGtin, "L2"))));
  EXPECT_EQ(found.opens, certificate_id(kOrganisation, "A/1"));
  EXPECT_THAT(found.about,
              ElementsAre(sample_id(kOther, "S"), certificate_id(kOrganisation, "A/0")));
}

TEST(RecordSubjects, ACustomerWhoIsKeptBackIsNoSubject) {
  Record record;
  record.mutable_inspection_certificate()->set_number("1");
  record.add_commitments()->set_field("inspection_certificate.customer");
  EXPECT_THAT(subjects(record).named, ElementsAre(kActor, certificate_id(kOrganisation, "1")));
}

TEST(RecordSubjects, AnActionIsAboutTheCertificateAndItsReplacement) {
  Record record;
  record.mutable_certificate_action()->set_certificate(certificate_id(kOther, "1"));
  EXPECT_THAT(subjects(record).about, ElementsAre(certificate_id(kOther, "1")));
  record.mutable_certificate_action()->set_replacement("2");
  EXPECT_THAT(subjects(record).about,
              ElementsAre(certificate_id(kOther, "1"), certificate_id(kOther, "2")));
  EXPECT_THAT(subjects(record).named,
              ElementsAre(kActor, certificate_id(kOther, "1"), certificate_id(kOther, "2")));
}

TEST(RecordSubjects, ASampleOpensAHistoryAndARegulatorsNamesTheClass) {
  Record record;
  record.mutable_sample_taken()->set_number("S");
  record.mutable_sample_taken()->mutable_object()->set_gtin(kGtin);
  record.mutable_sample_taken()->mutable_sampled_party()->set_code(kOther);
  EXPECT_THAT(subjects(record).named, ElementsAre(below_id(kClass), kActor, party_id(kOther),
                                                  sample_id(kOrganisation, "S")));
  EXPECT_THAT(subjects(record, true).named,
              ElementsAre(kClass, kActor, party_id(kOther), sample_id(kOrganisation, "S")));
  EXPECT_EQ(subjects(record).opens, sample_id(kOrganisation, "S"));
}

TEST(RecordSubjects, CustodyIsOpenedByTheSenderAndConfirmedByTheReceiver) {
  Record sent;
  sent.mutable_custody_transfer()->set_number("N");
  sent.mutable_custody_transfer()->set_receiver(kOther);
  auto& object = *sent.mutable_custody_transfer()->add_objects()->mutable_object();
  object.set_gtin(kGtin);
  object.set_lot("L1");
  EXPECT_THAT(subjects(sent).named,
              ElementsAre(kLot, kActor, party_id(kOther), custody_id(kOrganisation, "N")));
  EXPECT_EQ(subjects(sent).opens, custody_id(kOrganisation, "N"));

  Record confirmed;
  confirmed.mutable_custody_confirmation()->set_sender(kOther);
  confirmed.mutable_custody_confirmation()->set_number("N");
  EXPECT_THAT(subjects(confirmed).named,
              ElementsAre(kActor, party_id(kOther), custody_id(kOther, "N")));
  EXPECT_THAT(subjects(confirmed).about, ElementsAre(custody_id(kOther, "N")));
}

TEST(RecordSubjects, ASpotCheckNamesPartiesByNameWhereNoCodeIsGiven) {
  Record record;
  auto& body = *record.mutable_spot_check_result();
  body.set_number("DC1");
  body.mutable_maker()->set_name("甲厂");
  body.mutable_sampled_party()->set_name("乙店");
  body.mutable_inspection_body()->set_code(kOther);
  EXPECT_THAT(subjects(record, true).named,
              ElementsAre(kActor, party_name_id("甲厂"), party_name_id("乙店"), party_id(kOther),
                          spot_check_id(kOrganisation, "DC1")));
}

TEST(RecordSubjects, GovernanceNamesPartiesKeysPrefixesAndTheNetwork) {
  Record grant;
  grant.mutable_prefix_grant()->set_prefix("6901234");
  grant.mutable_prefix_grant()->set_code(kOther);
  EXPECT_THAT(subjects(grant).named,
              ElementsAre(kActor, party_id(kOther), gs1_prefix_id("6901234")));

  Record revoke;
  revoke.mutable_key_revoke()->set_key_id(std::string(32, '\xAB'));
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "ab";
  EXPECT_THAT(subjects(revoke).named, ElementsAre(kActor, key_subject_id(hex)));

  Record add;
  add.mutable_key_add()->mutable_key()->set_spki("spki");
  EXPECT_THAT(subjects(add).named,
              ElementsAre(kActor, key_subject_id(to_hex(hash(HashAlgorithm::kSha256, "spki")))));

  Record action;
  action.mutable_member_action()->set_code(kOther);
  EXPECT_THAT(subjects(action).named, ElementsAre(kActor, party_id(kOther)));

  Record accreditation;
  accreditation.mutable_accreditation()->set_scheme("CMA");
  accreditation.mutable_accreditation()->set_number("1");
  accreditation.mutable_accreditation()->set_code(kOther);
  EXPECT_THAT(subjects(accreditation).named,
              ElementsAre(kActor, party_id(kOther), accreditation_id("CMA", "1")));

  Record network;
  network.mutable_founding_network()->add_validators()->set_organisation(kOther);
  network.mutable_founding_network()->mutable_validators(0)->set_spki("a");
  network.mutable_founding_network()->mutable_validators(0)->set_node_tls_spki("b");
  EXPECT_THAT(subjects_of(network, {}).named,
              ElementsAre(party_id(kOther), network_id(),
                          key_subject_id(to_hex(hash(HashAlgorithm::kSha256, "a"))),
                          key_subject_id(to_hex(hash(HashAlgorithm::kSha256, "b")))));
}

TEST(RecordSubjects, EverySubjectIsNamedOnce) {
  Record record;
  auto& body = *record.mutable_inspection_certificate();
  body.set_number("1");
  body.mutable_customer()->set_code(kOrganisation);
  body.mutable_maker()->set_code(kOrganisation);
  body.add_objects()->set_id(party_id(kOrganisation));
  EXPECT_THAT(subjects(record).named, ElementsAre(kActor, certificate_id(kOrganisation, "1")));
}

}  // namespace
}  // namespace qc::ledger
