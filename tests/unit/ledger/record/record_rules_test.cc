// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/record_rules.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {
namespace {

using quality::v1::InspectionCertificate;
using quality::v1::Record;

constexpr std::string_view kLaboratory = "91350100M000100Y43";
constexpr std::string_view kMaker = "91110000600037341L";
constexpr std::string_view kLei = "5493001KJTIIGC8Y1R12";
constexpr std::uint64_t kNow = 1'795'419'543'123;
constexpr std::uint64_t kDay = 86'400'000;

std::string ed25519_spki(char fill) {
  // y = 0x...: any point of large order does; these bytes decode to one.
  std::string raw =
      from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").value();
  if (fill == 'b')
    raw = from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c").value();
  if (fill == 'c')
    raw = from_hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025").value();
  return from_hex("302a300506032b6570032100").value() + raw;
}

Record envelope() {
  Record record;
  record.set_claimed_time_ms(kNow);
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  return record;
}

Record certificate() {
  Record record = envelope();
  auto& body = *record.mutable_inspection_certificate();
  body.set_type(InspectionCertificate::TYPE_TESTING);
  body.set_number("2026-FOOD/0017");
  body.set_accreditation("urn:qc:accreditation:CMA:221500010001");
  body.mutable_customer()->set_code(std::string(kMaker));
  auto& object = *body.add_objects();
  object.set_gtin("06901234567892");
  object.set_lot("L2026A");
  body.set_sampled_at_ms(kNow - 9 * kDay);
  body.set_received_at_ms(kNow - 8 * kDay);
  body.set_tested_from_ms(kNow - 7 * kDay);
  body.set_tested_to_ms(kNow - 3 * kDay);
  body.set_issued_at_ms(kNow - kDay);
  body.add_methods()->set_standard("GB 5009.12-2023");
  auto& result = *body.add_results();
  result.set_parameter("铅 (Pb)");
  result.set_value("<0.02");
  result.set_unit("mg/kg");
  result.set_limit("<= 0.5");
  result.set_verdict(quality::v1::VERDICT_PASS);
  body.set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
  auto& signatory = *body.add_signatories();
  signatory.set_part(quality::v1::Signatory::PART_AUTHORISED);
  signatory.set_reference("LC-0012");
  return record;
}

Record lot() {
  Record record = envelope();
  auto& body = *record.mutable_lot_registration();
  body.set_gtin("06901234567892");
  body.set_lot("L2026A");
  body.set_production_date("2026-11-01");
  body.set_best_before("2027-10-31");
  body.mutable_quantity()->set_value("12000");
  body.mutable_quantity()->set_unit("H87");
  body.set_plant_gln("0614141000005");
  return record;
}

Record item() {
  Record record = envelope();
  auto& body = *record.mutable_item_registration();
  body.set_gtin("06901234567892");
  body.set_serial("S/1");
  body.set_lot("L2026A");
  body.set_production_date("2026-11-01");
  return record;
}

Record aggregation() {
  Record record = envelope();
  auto& body = *record.mutable_aggregation();
  body.set_action(quality::v1::Aggregation::ACTION_ADD);
  body.mutable_parent()->set_id(logistic_unit_id("106141412345678908"));
  auto& child = *body.add_children();
  child.mutable_object()->set_gtin("06901234567892");
  child.mutable_object()->set_lot("L2026A");
  child.mutable_quantity()->set_value("24");
  child.mutable_quantity()->set_unit("H87");
  body.add_children()->mutable_object()->set_id("https://id.gs1.org/8004/400000112345");
  body.set_place(place_id("0614141000005"));
  body.set_event_time_ms(kNow);
  return record;
}

Record transformation() {
  Record record = envelope();
  auto& body = *record.mutable_transformation();
  auto& input = *body.add_inputs()->mutable_object();
  input.set_gtin("04012345987652");
  input.set_lot("IN1");
  auto& output = *body.add_outputs()->mutable_object();
  output.set_gtin("06901234567892");
  output.set_lot("L2026A");
  body.set_event_time_ms(kNow);
  return record;
}

Record transfer() {
  Record record = envelope();
  auto& body = *record.mutable_custody_transfer();
  body.set_number("DN-1");
  body.add_objects()->mutable_object()->set_id(logistic_unit_id("106141412345678908"));
  body.set_receiver(std::string(kMaker));
  body.set_purpose(quality::v1::CUSTODY_PURPOSE_SALE);
  body.set_event_time_ms(kNow);
  return record;
}

Record confirmation() {
  Record record = envelope();
  auto& body = *record.mutable_custody_confirmation();
  body.set_sender(std::string(kMaker));
  body.set_number("DN-1");
  body.set_event_time_ms(kNow);
  return record;
}

Record sample() {
  Record record = envelope();
  auto& body = *record.mutable_sample_taken();
  body.set_number("S-1");
  body.mutable_object()->set_gtin("06901234567892");
  body.mutable_object()->set_lot("L2026A");
  body.mutable_sampled_party()->set_name("聊城市某超市");
  body.set_sampled_at_ms(kNow);
  body.set_method_standard("GB/T 2828.1-2012");
  body.set_seal_number("F-77");
  return record;
}

Record action() {
  Record record = envelope();
  auto& body = *record.mutable_certificate_action();
  body.set_certificate(certificate_id(kLaboratory, "2026-FOOD/0017"));
  body.set_action(quality::v1::CertificateAction::ACTION_WITHDRAW);
  body.set_reason("wrong sample tested");
  return record;
}

Record spot_check() {
  Record record = envelope();
  auto& body = *record.mutable_spot_check_result();
  body.set_number("DC26371500001");
  body.set_product_name("花生油");
  body.mutable_maker()->set_name("某某油脂有限公司");
  body.mutable_sampled_party()->set_name("某某超市");
  auto& result = *body.add_results();
  result.set_parameter("黄曲霉毒素B1");
  result.set_value("25.3");
  result.set_unit("μg/kg");
  result.set_limit("≤20");
  result.set_verdict(quality::v1::VERDICT_FAIL);
  body.set_verdict(quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  return record;
}

Record accreditation() {
  Record record = envelope();
  auto& body = *record.mutable_accreditation();
  body.set_scheme("CMA");
  body.set_number("221500010001");
  body.set_code(std::string(kLaboratory));
  body.add_scope()->set_standard("GB 5009.12-2023");
  body.set_valid_from("2024-01-01");
  body.set_valid_to("2029-12-31");
  return record;
}

Record product() {
  Record record = envelope();
  auto& body = *record.mutable_product_registration();
  body.set_gtin("06901234567892");
  body.mutable_brand_owner()->set_code(std::string(kMaker));
  body.mutable_name()->set_zh("花生油");
  body.mutable_name()->set_en("Peanut oil");
  body.set_category("食用植物油");
  body.add_standards("GB 2716-2018");
  return record;
}

quality::v1::NewKey new_key(char fill, quality::v1::KeyPurpose purpose) {
  quality::v1::NewKey key;
  key.set_spki(ed25519_spki(fill));
  key.set_purpose(purpose);
  key.set_possession(std::string(64, 's'));
  return key;
}

quality::v1::EnrolmentApplication application() {
  quality::v1::EnrolmentApplication application;
  application.set_chain_id("quality-chain.example/test/" + std::string(64, 'a'));
  application.set_code(std::string(kMaker));
  application.mutable_name()->set_zh("某某油脂有限公司");
  application.set_kind(quality::v1::PARTY_KIND_ENTERPRISE);
  application.set_gln("0614141000005");
  application.set_contract_digest(std::string(32, 'd'));
  application.set_contract_version("2026-1");
  *application.add_keys() = new_key('a', quality::v1::KEY_PURPOSE_ADMIN);
  *application.add_keys() = new_key('b', quality::v1::KEY_PURPOSE_SIGNING);
  return application;
}

Record enrolment(const quality::v1::EnrolmentApplication& of) {
  Record record;
  record.set_claimed_time_ms(kNow);
  record.mutable_enrolment_request()->set_application(canonical_bytes(of));
  record.mutable_enrolment_request()->set_signature(std::string(64, 's'));
  return record;
}

Record decision() {
  Record record;
  record.set_claimed_time_ms(kNow);
  auto& body = *record.mutable_enrolment_decision();
  body.set_code(std::string(kMaker));
  body.set_application_hash(std::string(32, 'h'));
  body.set_decision(quality::v1::EnrolmentDecision::DECISION_APPROVE);
  return record;
}

Record member_action() {
  Record record;
  record.set_claimed_time_ms(kNow);
  record.mutable_member_action()->set_code(std::string(kMaker));
  record.mutable_member_action()->set_action(quality::v1::MemberAction::ACTION_SUSPEND);
  record.mutable_member_action()->set_reason("licence expired");
  return record;
}

Record key_add() {
  Record record;
  record.set_claimed_time_ms(kNow);
  *record.mutable_key_add()->mutable_key() = new_key('a', quality::v1::KEY_PURPOSE_SIGNING);
  return record;
}

Record key_revoke() {
  Record record;
  record.set_claimed_time_ms(kNow);
  record.mutable_key_revoke()->set_key_id(std::string(32, 'k'));
  return record;
}

Record prefix_grant() {
  Record record;
  record.set_claimed_time_ms(kNow);
  record.mutable_prefix_grant()->set_prefix("6901234");
  record.mutable_prefix_grant()->set_code(std::string(kMaker));
  return record;
}

Record founding_network() {
  Record record;
  auto& parameters = *record.mutable_founding_network()->mutable_parameters();
  parameters.set_approval_rule(
      "regulator and 2 of (government, association, university, platform)");
  parameters.set_replay_window_ms(3'600'000);
  parameters.set_time_zone(1920);
  parameters.set_protocol(1);
  parameters.set_enrolment_window_ms(1);
  parameters.set_submission_subjects_max(20'000);
  parameters.set_block_subjects_max(50'000);
  auto& validator = *record.mutable_founding_network()->add_validators();
  validator.set_name("quality-chain.example/test/regulator");
  validator.set_organisation(std::string(kLaboratory));
  validator.set_spki(ed25519_spki('a'));
  validator.set_node_tls_spki(ed25519_spki('b'));
  return record;
}

Record founding_party() {
  Record record;
  auto& body = *record.mutable_founding_party();
  body.set_code(std::string(kLaboratory));
  body.mutable_name()->set_zh("监管局");
  body.set_kind(quality::v1::PARTY_KIND_REGULATOR);
  auto key = new_key('c', quality::v1::KEY_PURPOSE_ADMIN);
  key.clear_possession();
  *body.add_keys() = key;
  return record;
}

RecordContext context() { return {.organisation = kLaboratory}; }

std::string judged(const Record& record, const RecordContext& in) {
  const auto verdict = check_record(record, in);
  if (verdict) return "fine";
  return quality::v1::OutcomeCode_Name(static_cast<int>(verdict.error().code)) + " " +
         verdict.error().field;
}

/// A change to a right record and what becomes of it.
struct Case {
  const char* expected;
  std::function<void(Record&)> change;
};

void expect(const Record& right, const std::vector<Case>& cases) {
  EXPECT_EQ(judged(right, context()), "fine")
      << explain(OutcomeCode::kInvalidField, "", right, context());
  for (const Case& one : cases) {
    Record record = right;
    one.change(record);
    EXPECT_EQ(judged(record, context()), one.expected) << record.ShortDebugString();
  }
}

TEST(RecordRules, JudgeTheEnvelope) {
  expect(
      lot(),
      {
          {"OUTCOME_MISSING_FIELD claimed_time_ms", [](Record& r) { r.clear_claimed_time_ms(); }},
          {"OUTCOME_MISSING_FIELD domain", [](Record& r) { r.clear_domain(); }},
          {"OUTCOME_MISSING_FIELD body", [](Record& r) { r.clear_body(); }},
          {"fine",
           [](Record& r) {
             r.add_references(3);
             r.add_references(0);
           }},
          {"OUTCOME_INVALID_FIELD references",
           [](Record& r) {
             r.add_references(3);
             r.add_references(3);
           }},
          {"OUTCOME_TOO_LARGE references",
           [](Record& r) {
             for (std::uint64_t i = 0; i < 65; ++i) r.add_references(i);
           }},
          {"OUTCOME_MISSING_FIELD commitments[0].field", [](Record& r) { r.add_commitments(); }},
          {"OUTCOME_INVALID_FIELD commitments[0].field",
           [](Record& r) { r.add_commitments()->set_field("a person's name"); }},
          {"OUTCOME_INVALID_FIELD commitments[0].digest",
           [](Record& r) {
             r.add_commitments()->set_field("a.b");
             r.mutable_commitments(0)->set_digest("short");
           }},
          {"OUTCOME_INVALID_FIELD commitments[1].field",
           [](Record& r) {
             for (int i = 0; i < 2; ++i) {
               r.add_commitments()->set_field("a.b");
               r.mutable_commitments(i)->set_digest(std::string(32, 'd'));
             }
           }},
          {"OUTCOME_INVALID_FIELD attachments[0].media_type",
           [](Record& r) { r.add_attachments()->set_media_type("Application/PDF"); }},
          {"OUTCOME_MISSING_FIELD attachments[0].digest",
           [](Record& r) { r.add_attachments()->set_media_type("application/pdf"); }},
          {"fine",
           [](Record& r) {
             auto& one = *r.add_attachments();
             one.set_media_type("application/pdf");
             one.set_digest(std::string(32, 'd'));
             one.set_size(0);
             one.set_title("report.pdf");
             one.set_location("https://example.com/report.pdf");
           }},
          {"OUTCOME_INVALID_FIELD attachments[0].location",
           [](Record& r) {
             auto& one = *r.add_attachments();
             one.set_media_type("application/pdf");
             one.set_digest(std::string(32, 'd'));
             one.set_location("http://example.com/report.pdf");
           }},
      });
}

TEST(RecordRules, RefuseEveryTypeThatIsNotJudgedYet) {
  const auto* oneof = Record::descriptor()->FindOneofByName("body");
  int refused = 0;
  for (int i = 0; i < oneof->field_count(); ++i) {
    Record record = envelope();
    record.GetReflection()->MutableMessage(&record, oneof->field(i));
    const std::string name = oneof->field(i)->name();
    EXPECT_EQ(record_type_name(record), name);
    refused += judged(record, context()) == "OUTCOME_NOT_SUPPORTED " + name ? 1 : 0;
    EXPECT_NE(judged(record, context()), "fine") << name;
  }
  EXPECT_EQ(refused, oneof->field_count() - 21);
}

TEST(RecordRules, JudgeLotRegistrations) {
  expect(
      lot(),
      {
          {"OUTCOME_INVALID_FIELD lot_registration.gtin",
           [](Record& r) { r.mutable_lot_registration()->set_gtin("06901234567890"); }},
          {"OUTCOME_INVALID_FIELD lot_registration.gtin",
           [](Record& r) { r.mutable_lot_registration()->set_gtin("6901234567892"); }},
          {"OUTCOME_MISSING_FIELD lot_registration.gtin",
           [](Record& r) { r.mutable_lot_registration()->clear_gtin(); }},
          {"OUTCOME_MISSING_FIELD lot_registration.lot",
           [](Record& r) { r.mutable_lot_registration()->clear_lot(); }},
          {"OUTCOME_INVALID_FIELD lot_registration.lot",
           [](Record& r) { r.mutable_lot_registration()->set_lot("批 1"); }},
          {"OUTCOME_INVALID_FIELD lot_registration.production_date",
           [](Record& r) { r.mutable_lot_registration()->set_production_date("2026-02-30"); }},
          {"OUTCOME_INVALID_FIELD lot_registration.best_before",
           [](Record& r) { r.mutable_lot_registration()->set_best_before("2026-10-31"); }},
          {"fine", [](Record& r) { r.mutable_lot_registration()->set_best_before("2026-11-01"); }},
          {"OUTCOME_INVALID_FIELD lot_registration.quantity.value",
           [](Record& r) { r.mutable_lot_registration()->mutable_quantity()->set_value("-1"); }},
          {"OUTCOME_MISSING_FIELD lot_registration.quantity.unit",
           [](Record& r) { r.mutable_lot_registration()->mutable_quantity()->clear_unit(); }},
          {"OUTCOME_INVALID_FIELD lot_registration.quantity.unit",
           [](Record& r) { r.mutable_lot_registration()->mutable_quantity()->set_unit("kg"); }},
          {"OUTCOME_INVALID_FIELD lot_registration.plant_gln",
           [](Record& r) { r.mutable_lot_registration()->set_plant_gln("0614141000006"); }},
          {"fine",
           [](Record& r) {
             r.mutable_lot_registration()->clear_quantity();
             r.mutable_lot_registration()->clear_plant_gln();
             r.mutable_lot_registration()->clear_production_date();
           }},
      });
}

TEST(RecordRules, JudgeItemRegistrations) {
  expect(item(),
         {
             {"OUTCOME_MISSING_FIELD item_registration.serial",
              [](Record& r) { r.mutable_item_registration()->clear_serial(); }},
             {"OUTCOME_INVALID_FIELD item_registration.serial",
              [](Record& r) { r.mutable_item_registration()->set_serial(std::string(21, 'x')); }},
             {"OUTCOME_INVALID_FIELD item_registration.lot",
              [](Record& r) { r.mutable_item_registration()->set_lot(".."); }},
             {"fine", [](Record& r) { r.mutable_item_registration()->clear_lot(); }},
             {"OUTCOME_INVALID_FIELD item_registration.best_before",
              [](Record& r) { r.mutable_item_registration()->set_best_before("2026-10-01"); }},
         });
}

TEST(RecordRules, JudgeAggregations) {
  expect(aggregation(),
         {
             {"OUTCOME_MISSING_FIELD aggregation.action",
              [](Record& r) { r.mutable_aggregation()->clear_action(); }},
             {"OUTCOME_MISSING_FIELD aggregation.parent.gtin",
              [](Record& r) { r.mutable_aggregation()->clear_parent(); }},
             {"OUTCOME_MISSING_FIELD aggregation.parent.serial",
              [](Record& r) {
                r.mutable_aggregation()->mutable_parent()->clear_id();
                r.mutable_aggregation()->mutable_parent()->set_gtin("06901234567892");
              }},
             {"OUTCOME_INVALID_FIELD aggregation.parent.id",
              [](Record& r) {
                r.mutable_aggregation()->mutable_parent()->set_id(place_id("0614141000005"));
              }},
             {"OUTCOME_INVALID_FIELD aggregation.parent.id",
              [](Record& r) {
                r.mutable_aggregation()->mutable_parent()->set_gtin("06901234567892");
              }},
             {"OUTCOME_MISSING_FIELD aggregation.children",
              [](Record& r) { r.mutable_aggregation()->clear_children(); }},
             {"fine",
              [](Record& r) {
                r.mutable_aggregation()->set_action(quality::v1::Aggregation::ACTION_DELETE);
                r.mutable_aggregation()->clear_children();
              }},
             {"OUTCOME_INVALID_FIELD aggregation.children[1].object",
              [](Record& r) {
                *r.mutable_aggregation()->mutable_children(1)->mutable_object() =
                    r.aggregation().children(0).object();
              }},
             {"OUTCOME_INVALID_FIELD aggregation.children[1].object",
              [](Record& r) {
                *r.mutable_aggregation()->mutable_children(1)->mutable_object() =
                    r.aggregation().parent();
              }},
             {"OUTCOME_INVALID_FIELD aggregation.children[0].quantity",
              [](Record& r) {
                r.mutable_aggregation()->mutable_children(0)->mutable_object()->set_serial("1");
              }},
             {"fine",
              [](Record& r) {
                r.mutable_aggregation()->mutable_children(0)->mutable_object()->clear_lot();
              }},
             {"OUTCOME_INVALID_FIELD aggregation.place",
              [](Record& r) {
                r.mutable_aggregation()->set_place("urn:epc:id:sgln:0614141.00000.0");
              }},
             {"OUTCOME_MISSING_FIELD aggregation.event_time_ms",
              [](Record& r) { r.mutable_aggregation()->clear_event_time_ms(); }},
             {"OUTCOME_TOO_LARGE aggregation.children",
              [](Record& r) {
                for (int i = 0; i < 2000; ++i) r.mutable_aggregation()->add_children();
              }},
         });
}

TEST(RecordRules, JudgeTransformations) {
  expect(
      transformation(),
      {
          {"OUTCOME_MISSING_FIELD transformation.inputs",
           [](Record& r) { r.mutable_transformation()->clear_inputs(); }},
          {"OUTCOME_MISSING_FIELD transformation.outputs",
           [](Record& r) { r.mutable_transformation()->clear_outputs(); }},
          {"OUTCOME_INVALID_FIELD transformation.outputs[0].object",
           [](Record& r) {
             *r.mutable_transformation()->mutable_outputs(0) = r.transformation().inputs(0);
           }},
          {"OUTCOME_INVALID_FIELD transformation.inputs[0].object.gtin",
           [](Record& r) {
             r.mutable_transformation()->mutable_inputs(0)->mutable_object()->set_gtin(
                 "04012345987653");
           }},
          {"OUTCOME_INVALID_FIELD transformation.outputs[0].quantity.value",
           [](Record& r) {
             r.mutable_transformation()->mutable_outputs(0)->mutable_quantity()->set_value("ten");
           }},
          {"OUTCOME_MISSING_FIELD transformation.event_time_ms",
           [](Record& r) { r.mutable_transformation()->clear_event_time_ms(); }},
      });
}

TEST(RecordRules, RefuseARecordThatNamesTooManySubjects) {
  Record record = transformation();
  for (int i = 0; i < 1100; ++i) {
    for (auto* one : {record.mutable_transformation()->add_inputs(),
                      record.mutable_transformation()->add_outputs()}) {
      one->mutable_object()->set_gtin("06901234567892");
    }
    record.mutable_transformation()->mutable_inputs(i + 1)->mutable_object()->set_lot(
        "i" + std::to_string(i));
    record.mutable_transformation()->mutable_outputs(i + 1)->mutable_object()->set_lot(
        "o" + std::to_string(i));
  }
  EXPECT_EQ(judged(record, context()), "OUTCOME_TOO_LARGE transformation");

  Record many = certificate();
  for (int i = 0; i < 63; ++i) {
    auto& object = *many.mutable_inspection_certificate()->add_objects();
    object.set_gtin("06901234567892");
    object.set_lot("x" + std::to_string(i));
  }
  EXPECT_EQ(judged(many, context()), "OUTCOME_TOO_LARGE inspection_certificate");
  many.mutable_inspection_certificate()->mutable_objects()->DeleteSubrange(0, 10);
  EXPECT_EQ(judged(many, context()), "fine");
}

TEST(RecordRules, JudgeCustody) {
  expect(
      transfer(),
      {
          {"OUTCOME_MISSING_FIELD custody_transfer.number",
           [](Record& r) { r.mutable_custody_transfer()->clear_number(); }},
          {"OUTCOME_MISSING_FIELD custody_transfer.objects",
           [](Record& r) { r.mutable_custody_transfer()->clear_objects(); }},
          {"OUTCOME_MISSING_FIELD custody_transfer.objects[0].object.lot",
           [](Record& r) {
             auto& object = *r.mutable_custody_transfer()->mutable_objects(0)->mutable_object();
             object.clear_id();
             object.set_gtin("06901234567892");
           }},
          {"OUTCOME_INVALID_FIELD custody_transfer.objects[0].object.id",
           [](Record& r) {
             r.mutable_custody_transfer()->mutable_objects(0)->mutable_object()->set_id(
                 below_id(class_id("06901234567892")));
           }},
          {"OUTCOME_INVALID_FIELD custody_transfer.receiver",
           [](Record& r) { r.mutable_custody_transfer()->set_receiver(std::string(kLaboratory)); }},
          {"fine",
           [](Record& r) { r.mutable_custody_transfer()->set_receiver(std::string(kLei)); }},
          {"OUTCOME_MISSING_FIELD custody_transfer.purpose",
           [](Record& r) { r.mutable_custody_transfer()->clear_purpose(); }},
          {"OUTCOME_MISSING_FIELD custody_transfer.event_time_ms",
           [](Record& r) { r.mutable_custody_transfer()->clear_event_time_ms(); }},
      });
  expect(confirmation(),
         {
             {"OUTCOME_MISSING_FIELD custody_confirmation.sender",
              [](Record& r) { r.mutable_custody_confirmation()->clear_sender(); }},
             {"OUTCOME_INVALID_FIELD custody_confirmation.sender",
              [](Record& r) {
                r.mutable_custody_confirmation()->set_sender(std::string(kLaboratory));
              }},
             {"OUTCOME_MISSING_FIELD custody_confirmation.number",
              [](Record& r) { r.mutable_custody_confirmation()->clear_number(); }},
             {"OUTCOME_MISSING_FIELD custody_confirmation.event_time_ms",
              [](Record& r) { r.mutable_custody_confirmation()->clear_event_time_ms(); }},
         });
}

TEST(RecordRules, JudgeSamples) {
  expect(sample(),
         {
             {"OUTCOME_MISSING_FIELD sample_taken.number",
              [](Record& r) { r.mutable_sample_taken()->clear_number(); }},
             {"OUTCOME_MISSING_FIELD sample_taken.object.gtin",
              [](Record& r) { r.mutable_sample_taken()->clear_object(); }},
             {"OUTCOME_INVALID_FIELD sample_taken.object.id",
              [](Record& r) {
                r.mutable_sample_taken()->clear_object();
                r.mutable_sample_taken()->mutable_object()->set_id(party_id(kMaker));
              }},
             {"OUTCOME_MISSING_FIELD sample_taken.sampled_party.code",
              [](Record& r) { r.mutable_sample_taken()->mutable_sampled_party()->clear_name(); }},
             {"OUTCOME_INVALID_FIELD sample_taken.sampled_party.code",
              [](Record& r) {
                r.mutable_sample_taken()->mutable_sampled_party()->set_code("91350100M000100Y44");
              }},
             {"OUTCOME_MISSING_FIELD sample_taken.sampled_at_ms",
              [](Record& r) { r.mutable_sample_taken()->clear_sampled_at_ms(); }},
             {"OUTCOME_INVALID_FIELD sample_taken.method_standard",
              [](Record& r) { r.mutable_sample_taken()->set_method_standard("GB/T 2828.1"); }},
             {"OUTCOME_INVALID_FIELD sample_taken.seal_number",
              [](Record& r) { r.mutable_sample_taken()->set_seal_number("a\tb"); }},
         });
}

TEST(RecordRules, JudgeWhatACertificateIsAbout) {
  expect(
      certificate(),
      {
          {"OUTCOME_MISSING_FIELD inspection_certificate.type",
           [](Record& r) { r.mutable_inspection_certificate()->clear_type(); }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.number",
           [](Record& r) { r.mutable_inspection_certificate()->set_number(std::string(65, '1')); }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.accreditation",
           [](Record& r) { r.mutable_inspection_certificate()->clear_accreditation(); }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->clear_accreditation();
             r.mutable_inspection_certificate()->set_type(InspectionCertificate::TYPE_DECLARATION);
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.accreditation",
           [](Record& r) {
             r.mutable_inspection_certificate()->set_accreditation(party_id(kLaboratory));
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.accreditation",
           [](Record& r) {
             r.mutable_inspection_certificate()->set_accreditation("CMA 221500010001");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.customer.code",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_customer()->set_code("91350100M000100Y4Z");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.objects",
           [](Record& r) { r.mutable_inspection_certificate()->clear_objects(); }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.objects[0].gtin",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_objects(0)->set_gtin("06901234567890");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.objects[1]",
           [](Record& r) {
             *r.mutable_inspection_certificate()->add_objects() =
                 r.inspection_certificate().objects(0);
           }},
          {"OUTCOME_TOO_LARGE inspection_certificate.objects",
           [](Record& r) {
             for (int i = 0; i < 64; ++i) r.mutable_inspection_certificate()->add_objects();
           }},
          {"fine",
           [](Record& r) {
             auto& object = *r.mutable_inspection_certificate()->mutable_objects(0);
             object.Clear();
             object.set_id(object_id(kLaboratory, "bridge 7"));
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.objects[0].id",
           [](Record& r) {
             auto& object = *r.mutable_inspection_certificate()->mutable_objects(0);
             object.Clear();
             object.set_id(lot_id("06901234567892", "L2026A"));
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.sample",
           [](Record& r) { r.mutable_inspection_certificate()->set_sample("S-1"); }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->set_sample(sample_id(kLaboratory, "S-1"));
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.supersedes",
           [](Record& r) { r.mutable_inspection_certificate()->set_supersedes("2026-FOOD/0017"); }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.signatories[0].reference",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_signatories(0)->set_reference("张三");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.signatories[0].reference",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_signatories(0)->set_reference("JohnSmith");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.signatories[0].part",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_signatories(0)->clear_part();
           }},
      });
}

TEST(RecordRules, JudgeTheTimesOfACertificate) {
  expect(certificate(),
         {
             {"OUTCOME_MISSING_FIELD inspection_certificate.issued_at_ms",
              [](Record& r) { r.mutable_inspection_certificate()->clear_issued_at_ms(); }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.issued_at_ms",
              [](Record& r) {
                r.mutable_inspection_certificate()->set_issued_at_ms(kNow - 4 * kDay);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.received_at_ms",
              [](Record& r) {
                r.mutable_inspection_certificate()->set_sampled_at_ms(kNow - 7 * kDay - kDay / 2);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.tested_from_ms",
              [](Record& r) {
                r.mutable_inspection_certificate()->set_received_at_ms(kNow - 6 * kDay);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.tested_to_ms",
              [](Record& r) {
                r.mutable_inspection_certificate()->set_tested_to_ms(kNow - 8 * kDay);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.issued_at_ms",
              [](Record& r) {
                r.mutable_inspection_certificate()->clear_tested_to_ms();
                r.mutable_inspection_certificate()->clear_tested_from_ms();
                r.mutable_inspection_certificate()->set_issued_at_ms(kNow - 10 * kDay);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.valid_until",
              [](Record& r) { r.mutable_inspection_certificate()->set_valid_until("2026-11-01"); }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.valid_until",
              [](Record& r) { r.mutable_inspection_certificate()->set_valid_until("next year"); }},
             {"fine",
              [](Record& r) { r.mutable_inspection_certificate()->set_valid_until("2027-11-01"); }},
         });
}

TEST(RecordRules, TheDayOfIssueIsADayOfTheNetworksZone) {
  Record record = certificate();
  auto& body = *record.mutable_inspection_certificate();
  body.set_issued_at_ms(parse_rfc3339("2026-11-22T20:00:00Z").value());
  body.set_valid_until("2026-11-22");
  RecordContext utc = context();
  utc.time_zone = kTimeZoneBias;
  EXPECT_EQ(judged(record, utc), "fine");
  EXPECT_EQ(judged(record, context()), "OUTCOME_INVALID_FIELD inspection_certificate.valid_until");
}

TEST(RecordRules, JudgeMethodsAndResults) {
  expect(
      certificate(),
      {
          {"OUTCOME_MISSING_FIELD inspection_certificate.methods",
           [](Record& r) { r.mutable_inspection_certificate()->clear_methods(); }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.methods[0].standard",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_methods(0)->set_standard("GB5009.12-2023");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.methods[0].other",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_methods(0)->set_other("own method");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.methods[0].standard",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_methods(0)->clear_standard();
           }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_methods(0)->clear_standard();
             r.mutable_inspection_certificate()->mutable_methods(0)->set_other(
                 "中国药典 2020 年版 通则 0212");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.results",
           [](Record& r) { r.mutable_inspection_certificate()->clear_results(); }},
          {"OUTCOME_TOO_LARGE inspection_certificate.results",
           [](Record& r) {
             for (int i = 0; i < 200; ++i) r.mutable_inspection_certificate()->add_results();
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.results[0].parameter",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->clear_parameter();
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.results[0].value",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->clear_value();
           }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->clear_value();
             r.add_commitments()->set_field("inspection_certificate.results[0].value");
             r.mutable_commitments(0)->set_digest(std::string(32, 'd'));
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.results[0].value",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_value("0,02");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.results[0].text",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_text("too");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.results[0].detection_limit",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_value("ND");
           }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_value("ND");
             r.mutable_inspection_certificate()->mutable_results(0)->set_detection_limit("0.005");
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.results[0].detection_limit",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_detection_limit("-1");
           }},
          {"OUTCOME_MISSING_FIELD inspection_certificate.results[0].verdict",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->clear_verdict();
           }},
          {"fine",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_method(1);
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.results[0].method",
           [](Record& r) {
             r.mutable_inspection_certificate()->mutable_results(0)->set_method(2);
           }},
          {"OUTCOME_INVALID_FIELD inspection_certificate.results[0].method",
           [](Record& r) {
             r.mutable_inspection_certificate()->add_methods()->set_standard("GB 5009.3-2016");
           }},
      });
}

TEST(RecordRules, ConformantNeedsAPassAndNoFail) {
  expect(certificate(),
         {
             {"OUTCOME_MISSING_FIELD inspection_certificate.verdict",
              [](Record& r) { r.mutable_inspection_certificate()->clear_verdict(); }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.verdict",
              [](Record& r) {
                r.mutable_inspection_certificate()->mutable_results(0)->set_verdict(
                    quality::v1::VERDICT_FAIL);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.verdict",
              [](Record& r) {
                r.mutable_inspection_certificate()->mutable_results(0)->set_verdict(
                    quality::v1::VERDICT_NOT_JUDGED);
              }},
             {"OUTCOME_INVALID_FIELD inspection_certificate.verdict",
              [](Record& r) {
                auto& added = *r.mutable_inspection_certificate()->add_results();
                added = r.inspection_certificate().results(0);
                added.set_verdict(quality::v1::VERDICT_FAIL);
              }},
             {"fine",
              [](Record& r) {
                r.mutable_inspection_certificate()->mutable_results(0)->set_verdict(
                    quality::v1::VERDICT_FAIL);
                r.mutable_inspection_certificate()->set_verdict(
                    quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
              }},
             {"fine",
              [](Record& r) {
                r.mutable_inspection_certificate()->mutable_results(0)->set_verdict(
                    quality::v1::VERDICT_NOT_JUDGED);
                r.mutable_inspection_certificate()->set_verdict(
                    quality::v1::OVERALL_VERDICT_NO_STATEMENT);
              }},
         });
}

TEST(RecordRules, NumbersAreGivenUnderASocialCreditCode) {
  RecordContext foreign = context();
  foreign.organisation = kLei;
  EXPECT_EQ(judged(certificate(), foreign), "OUTCOME_INVALID_FIELD inspection_certificate.number");
  EXPECT_EQ(judged(sample(), foreign), "OUTCOME_INVALID_FIELD sample_taken.number");
  EXPECT_EQ(judged(lot(), foreign), "fine");
}

TEST(RecordRules, JudgeActionsOnCertificates) {
  expect(action(),
         {
             {"OUTCOME_MISSING_FIELD certificate_action.certificate",
              [](Record& r) { r.mutable_certificate_action()->clear_certificate(); }},
             {"OUTCOME_INVALID_FIELD certificate_action.certificate",
              [](Record& r) { r.mutable_certificate_action()->set_certificate("2026-FOOD/0017"); }},
             {"OUTCOME_MISSING_FIELD certificate_action.action",
              [](Record& r) { r.mutable_certificate_action()->clear_action(); }},
             {"OUTCOME_MISSING_FIELD certificate_action.reason",
              [](Record& r) { r.mutable_certificate_action()->clear_reason(); }},
             {"OUTCOME_INVALID_FIELD certificate_action.effective_at_ms",
              [](Record& r) { r.mutable_certificate_action()->set_effective_at_ms(1); }},
             {"OUTCOME_INVALID_FIELD certificate_action.replacement",
              [](Record& r) { r.mutable_certificate_action()->set_replacement("2"); }},
             {"OUTCOME_MISSING_FIELD certificate_action.replacement",
              [](Record& r) {
                r.mutable_certificate_action()->set_action(
                    quality::v1::CertificateAction::ACTION_SUPERSEDE);
              }},
             {"fine",
              [](Record& r) {
                r.mutable_certificate_action()->set_action(
                    quality::v1::CertificateAction::ACTION_SUPERSEDE);
                r.mutable_certificate_action()->set_replacement("2");
              }},
             {"OUTCOME_INVALID_FIELD certificate_action.replacement",
              [](Record& r) {
                r.mutable_certificate_action()->set_action(
                    quality::v1::CertificateAction::ACTION_SUPERSEDE);
                r.mutable_certificate_action()->set_replacement("2026-FOOD/0017");
              }},
         });
}

TEST(RecordRules, JudgeSpotCheckResults) {
  expect(spot_check(),
         {
             {"OUTCOME_MISSING_FIELD spot_check_result.number",
              [](Record& r) { r.mutable_spot_check_result()->clear_number(); }},
             {"OUTCOME_MISSING_FIELD spot_check_result.product_name",
              [](Record& r) { r.mutable_spot_check_result()->clear_product_name(); }},
             {"fine",
              [](Record& r) {
                r.mutable_spot_check_result()->clear_product_name();
                r.mutable_spot_check_result()->mutable_object()->set_gtin("06901234567892");
              }},
             {"OUTCOME_INVALID_FIELD spot_check_result.spot_check",
              [](Record& r) {
                r.mutable_spot_check_result()->set_spot_check(sample_id(kLaboratory, "1"));
              }},
             {"OUTCOME_MISSING_FIELD spot_check_result.verdict",
              [](Record& r) { r.mutable_spot_check_result()->clear_verdict(); }},
             {"OUTCOME_INVALID_FIELD spot_check_result.verdict",
              [](Record& r) {
                r.mutable_spot_check_result()->set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
              }},
             {"fine",
              [](Record& r) {
                r.mutable_spot_check_result()->clear_results();
                r.mutable_spot_check_result()->set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
              }},
             {"OUTCOME_INVALID_FIELD spot_check_result.results[0].method",
              [](Record& r) { r.mutable_spot_check_result()->mutable_results(0)->set_method(1); }},
             {"OUTCOME_INVALID_FIELD spot_check_result.remarks",
              [](Record& r) { r.mutable_spot_check_result()->set_remarks("\xE3\x80\x80"); }},
         });
}

TEST(RecordRules, JudgeTheCatalogue) {
  expect(accreditation(),
         {
             {"OUTCOME_INVALID_FIELD accreditation.scheme",
              [](Record& r) { r.mutable_accreditation()->set_scheme("cma"); }},
             {"OUTCOME_MISSING_FIELD accreditation.number",
              [](Record& r) { r.mutable_accreditation()->clear_number(); }},
             {"OUTCOME_INVALID_FIELD accreditation.code",
              [](Record& r) { r.mutable_accreditation()->set_code(std::string(kLei)); }},
             {"OUTCOME_MISSING_FIELD accreditation.scope",
              [](Record& r) { r.mutable_accreditation()->clear_scope(); }},
             {"OUTCOME_INVALID_FIELD accreditation.scope[1].standard",
              [](Record& r) {
                r.mutable_accreditation()->add_scope()->set_standard("iso 9001:2015");
              }},
             {"OUTCOME_INVALID_FIELD accreditation.valid_to",
              [](Record& r) { r.mutable_accreditation()->set_valid_to("2023-12-31"); }},
             {"OUTCOME_MISSING_FIELD accreditation.valid_from",
              [](Record& r) { r.mutable_accreditation()->clear_valid_from(); }},
         });
  expect(product(),
         {
             {"OUTCOME_INVALID_FIELD product_registration.gtin",
              [](Record& r) { r.mutable_product_registration()->set_gtin("x"); }},
             {"OUTCOME_MISSING_FIELD product_registration.name.zh",
              [](Record& r) { r.mutable_product_registration()->clear_name(); }},
             {"OUTCOME_INVALID_FIELD product_registration.standards[0]",
              [](Record& r) { r.mutable_product_registration()->set_standards(0, "GB 2716"); }},
             {"OUTCOME_INVALID_FIELD product_registration.brand_owner.name",
              [](Record& r) {
                r.mutable_product_registration()->mutable_brand_owner()->set_name(" x");
              }},
         });
}

TEST(RecordRules, JudgeEnrolments) {
  EXPECT_EQ(judged(enrolment(application()), context()), "fine");
  const std::vector<std::pair<const char*, std::function<void(quality::v1::EnrolmentApplication&)>>>
      cases{
          {"OUTCOME_MISSING_FIELD enrolment_request.application.chain_id",
           [](auto& a) { a.clear_chain_id(); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.code",
           [](auto& a) { a.set_code("91350100M000100Y44"); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.name.zh",
           [](auto& a) { a.clear_name(); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.kind",
           [](auto& a) { a.clear_kind(); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.gln",
           [](auto& a) { a.set_gln("1"); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.contacts_commitment",
           [](auto& a) { a.set_contacts_commitment("x"); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.contract_digest",
           [](auto& a) { a.clear_contract_digest(); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.contract_version",
           [](auto& a) { a.clear_contract_version(); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.keys",
           [](auto& a) { a.mutable_keys()->RemoveLast(); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.keys",
           [](auto& a) { a.mutable_keys(0)->set_purpose(quality::v1::KEY_PURPOSE_SIGNING); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.keys",
           [](auto& a) { a.mutable_keys(1)->set_purpose(quality::v1::KEY_PURPOSE_ADMIN); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.keys[1].spki",
           [](auto& a) { a.mutable_keys(1)->set_spki(a.keys(0).spki()); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.keys[0].spki",
           [](auto& a) { a.mutable_keys(0)->set_spki("not a key"); }},
          {"OUTCOME_MISSING_FIELD enrolment_request.application.keys[0].possession",
           [](auto& a) { a.mutable_keys(0)->clear_possession(); }},
          {"OUTCOME_INVALID_FIELD enrolment_request.application.keys[2].purpose",
           [](auto& a) { *a.add_keys() = new_key('c', quality::v1::KEY_PURPOSE_VALIDATOR); }},
      };
  for (const auto& [expected, change] : cases) {
    auto changed = application();
    change(changed);
    EXPECT_EQ(judged(enrolment(changed), context()), expected);
  }
  expect(enrolment(application()),
         {
             {"OUTCOME_MALFORMED enrolment_request.application",
              [](Record& r) { r.mutable_enrolment_request()->set_application("\x01"); }},
             {"OUTCOME_MISSING_FIELD enrolment_request.application",
              [](Record& r) { r.mutable_enrolment_request()->clear_application(); }},
             {"OUTCOME_INVALID_FIELD enrolment_request.signature",
              [](Record& r) { r.mutable_enrolment_request()->set_signature("short"); }},
         });
}

TEST(RecordRules, JudgeGovernance) {
  expect(decision(),
         {
             {"OUTCOME_MISSING_FIELD enrolment_decision.decision",
              [](Record& r) { r.mutable_enrolment_decision()->clear_decision(); }},
             {"OUTCOME_MISSING_FIELD enrolment_decision.reason",
              [](Record& r) {
                r.mutable_enrolment_decision()->set_decision(
                    quality::v1::EnrolmentDecision::DECISION_REFUSE);
              }},
             {"OUTCOME_INVALID_FIELD enrolment_decision.application_hash",
              [](Record& r) { r.mutable_enrolment_decision()->set_application_hash("short"); }},
         });
  expect(member_action(), {
                              {"OUTCOME_MISSING_FIELD member_action.action",
                               [](Record& r) { r.mutable_member_action()->clear_action(); }},
                              {"OUTCOME_MISSING_FIELD member_action.reason",
                               [](Record& r) { r.mutable_member_action()->clear_reason(); }},
                              {"OUTCOME_MISSING_FIELD member_action.code",
                               [](Record& r) { r.mutable_member_action()->clear_code(); }},
                          });
  expect(key_add(),
         {
             {"OUTCOME_MISSING_FIELD key_add.key.spki",
              [](Record& r) { r.mutable_key_add()->clear_key(); }},
             {"OUTCOME_MISSING_FIELD key_add.key.purpose",
              [](Record& r) { r.mutable_key_add()->mutable_key()->clear_purpose(); }},
             {"OUTCOME_INVALID_FIELD key_add.key.purpose",
              [](Record& r) {
                r.mutable_key_add()->mutable_key()->set_purpose(quality::v1::KEY_PURPOSE_VALIDATOR);
              }},
             {"OUTCOME_INVALID_FIELD key_add.key.possession",
              [](Record& r) { r.mutable_key_add()->mutable_key()->set_possession("x"); }},
         });
  expect(key_revoke(), {
                           {"OUTCOME_INVALID_FIELD key_revoke.key_id",
                            [](Record& r) { r.mutable_key_revoke()->set_key_id("x"); }},
                       });
  expect(prefix_grant(), {
                             {"OUTCOME_INVALID_FIELD prefix_grant.prefix",
                              [](Record& r) { r.mutable_prefix_grant()->set_prefix("690"); }},
                             {"OUTCOME_MISSING_FIELD prefix_grant.code",
                              [](Record& r) { r.mutable_prefix_grant()->clear_code(); }},
                         });
}

TEST(RecordRules, FoundingRecordsStandInTheGenesisOnly) {
  RecordContext genesis;
  genesis.genesis = true;
  EXPECT_EQ(judged(founding_network(), genesis), "fine");
  EXPECT_EQ(judged(founding_party(), genesis), "fine");
  EXPECT_EQ(judged(founding_network(), context()), "OUTCOME_NOT_ALLOWED founding_network");
  EXPECT_EQ(judged(founding_party(), context()), "OUTCOME_NOT_ALLOWED founding_party");
  EXPECT_EQ(judged(lot(), genesis), "OUTCOME_NOT_ALLOWED lot_registration");
}

TEST(RecordRules, JudgeTheFoundingRecords) {
  RecordContext genesis;
  genesis.genesis = true;
  const std::vector<std::pair<const char*, std::function<void(quality::v1::NetworkParameters&)>>>
      cases{
          {"OUTCOME_MISSING_FIELD founding_network.parameters.approval_rule",
           [](auto& p) { p.clear_approval_rule(); }},
          {"OUTCOME_INVALID_FIELD founding_network.parameters.replay_window_ms",
           [](auto& p) { p.set_replay_window_ms(86'400'001); }},
          {"OUTCOME_INVALID_FIELD founding_network.parameters.time_zone",
           [](auto& p) { p.set_time_zone(480); }},
          {"OUTCOME_INVALID_FIELD founding_network.parameters.protocol",
           [](auto& p) { p.set_protocol(2); }},
          {"OUTCOME_MISSING_FIELD founding_network.parameters.enrolment_window_ms",
           [](auto& p) { p.clear_enrolment_window_ms(); }},
          {"OUTCOME_INVALID_FIELD founding_network.parameters.block_subjects_max",
           [](auto& p) { p.set_block_subjects_max(10); }},
      };
  for (const auto& [expected, change] : cases) {
    Record record = founding_network();
    change(*record.mutable_founding_network()->mutable_parameters());
    EXPECT_EQ(judged(record, genesis), expected);
  }
  Record record = founding_network();
  record.mutable_founding_network()->clear_validators();
  EXPECT_EQ(judged(record, genesis), "OUTCOME_MISSING_FIELD founding_network.validators");
  record = founding_network();
  record.mutable_founding_network()->mutable_validators(0)->set_spki("x");
  EXPECT_EQ(judged(record, genesis), "OUTCOME_INVALID_FIELD founding_network.validators[0].spki");
  record = founding_party();
  record.mutable_founding_party()->set_code("x");
  EXPECT_EQ(judged(record, genesis), "OUTCOME_INVALID_FIELD founding_party.code");
}

TEST(RecordRules, ASentenceNamesFieldRuleValueAndWhatWouldBeRight) {
  Record record = certificate();
  record.mutable_inspection_certificate()->mutable_objects(0)->set_gtin("06901234567890");
  EXPECT_EQ(explain(OutcomeCode::kInvalidField, "inspection_certificate.objects[0].gtin", record,
                    context()),
            "inspection_certificate.objects[0].gtin: check digit of \"06901234567890\" should be 2 "
            "(GS1 General "
            "Specifications 7.9)");

  record = certificate();
  auto& body = *record.mutable_inspection_certificate();
  body.set_tested_to_ms(parse_rfc3339("2026-11-20T09:00:00+08:00").value());
  body.set_issued_at_ms(parse_rfc3339("2026-11-19T17:00:00+08:00").value());
  EXPECT_EQ(
      explain(OutcomeCode::kInvalidField, "inspection_certificate.issued_at_ms", record, context()),
      "inspection_certificate.issued_at_ms: issued 2026-11-19T17:00:00+08:00 is before tested to "
      "2026-11-20T09:00:00+08:00; the order is sampled, received, tested from, tested to, issued");
}

TEST(RecordRules, ASentenceForAStatefulRefusalShowsTheValue) {
  EXPECT_EQ(
      explain(OutcomeCode::kDuplicate, "inspection_certificate.number", certificate(), context()),
      "inspection_certificate.number: \"2026-FOOD/0017\": your organisation has a certificate of "
      "this number on the chain already; a number is given once");
  EXPECT_EQ(
      explain(OutcomeCode::kOutOfScope, "inspection_certificate.results[0].parameter",
              certificate(), context()),
      "inspection_certificate.results[0].parameter: \"铅 (Pb)\": this parameter by this method "
      "is not in the scope of the accreditation for this category");
  EXPECT_EQ(explain(OutcomeCode::kUnknownOrganisation, ""),
            "this organisation is not known to the network; it must be enrolled first");
  EXPECT_EQ(explain(OutcomeCode::kWrongTime, "no.such[9999999999].field", certificate(), context()),
            "no.such[9999999999].field: this time is in the future of the block or contradicts "
            "another record's");
}

}  // namespace
}  // namespace qc::ledger
