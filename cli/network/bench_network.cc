// SPDX-License-Identifier: Apache-2.0
#include "cli/network/bench_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/governance/enrolment.h"
#include "cli/governance/governance.h"
#include "cli/submit/submitter.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr const char* kLaboratory = "bench-laboratory";
constexpr const char* kMaker = "bench-maker";
constexpr const char* kGtin = "06901234567892";
constexpr const char* kStandard = "GB 4806.7-2023";
constexpr const char* kCategory = "food contact plastics";
constexpr const char* kScheme = "CMA";
constexpr std::size_t kLotsPerSubmission = 1000;
constexpr std::uint64_t kDayMs = 86'400'000;

std::string with_check_character(const std::string& first) {
  return first + ledger::uscc_check_character(first).value_or('0');
}
std::string laboratory_code() { return with_check_character("11370000MB2018999"); }
std::string maker_code() { return with_check_character("91370000MB2018998"); }

std::string lot_name(std::size_t number) { return fmt::format("BENCH-{:06}", number); }

/// Profiles of the founders, the regulator's first.
Result<std::vector<ClientProfile>> founders(const NetworkLayout& layout) {
  QC_TRY(const std::vector<std::string> nodes, layout.nodes());
  std::vector<ClientProfile> profiles;
  for (const std::string& node : nodes) {
    QC_TRY(ClientProfile profile, ClientProfile::load(layout.organisation(node)));
    profiles.push_back(std::move(profile));
  }
  const auto regulator = std::ranges::find_if(profiles, [](const ClientProfile& profile) {
    return profile.folder.filename().string().starts_with("regulator");
  });
  if (regulator == profiles.end()) {
    return fail(Code::kNotFound, "this network has no founder called regulator");
  }
  std::rotate(profiles.begin(), regulator, regulator + 1);
  return profiles;
}

Result<ClientProfile> enrol(const NetworkLayout& layout, const std::vector<ClientProfile>& parties,
                            const Applicant& applicant, const std::string& name) {
  QC_TRY(const ClientProfile invitation, ClientProfile::load(layout.invitation()));
  QC_TRY(const EnrolmentDraft draft,
         prepare_enrolment(applicant, invitation, layout.organisation(name)));
  QC_TRY(auto receipt, submit_enrolment(parties.front(), draft.request));
  for (const ClientProfile& party : parties) {
    QC_TRY(receipt,
           decide_enrolment(party, applicant.code, quality::v1::EnrolmentDecision::DECISION_APPROVE,
                            "", receipt.height()));
    QC_TRY(const auto member, find_member(party, applicant.code, receipt.height()));
    if (member.status().state() == quality::v1::PARTY_STATE_ACTIVE) {
      return draft.profile;
    }
  }
  return fail(Code::kFailedPrecondition, "all founders approved, but the rule wants more");
}

Result<ClientProfile> enrol_laboratory(const NetworkLayout& layout,
                                       const std::vector<ClientProfile>& parties) {
  return enrol(layout, parties,
               {.code = laboratory_code(),
                .name_zh = "压力测试检测有限公司",
                .name_en = "Bench Laboratory Ltd",
                .kind = quality::v1::PARTY_KIND_INSPECTION_BODY,
                .gln = "",
                .contract = "participation contract of the load test",
                .contract_version = "1"},
               kLaboratory);
}

Result<ClientProfile> enrol_maker(const NetworkLayout& layout,
                                  const std::vector<ClientProfile>& parties) {
  return enrol(layout, parties,
               {.code = maker_code(),
                .name_zh = "压力测试制造有限公司",
                .name_en = "Bench Maker Ltd",
                .kind = quality::v1::PARTY_KIND_ENTERPRISE,
                .gln = "",
                .contract = "participation contract of the load test",
                .contract_version = "1"},
               kMaker);
}

Result<void> accredit(const ClientProfile& regulator) {
  quality::v1::Record record = record_now();
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  auto& accreditation = *record.mutable_accreditation();
  accreditation.set_scheme(kScheme);
  accreditation.set_number("BENCH");
  accreditation.set_code(laboratory_code());
  auto& line = *accreditation.add_scope();
  line.set_standard(kStandard);
  line.set_category(kCategory);
  accreditation.set_valid_from("2020-01-01");
  accreditation.set_valid_to("2099-12-31");
  QC_TRY(const auto receipt, submit_record(regulator, regulator.signing_key, record));
  return {};
}

Result<void> register_lots(const ClientProfile& owner, std::size_t lots) {
  std::vector<std::string> records;
  quality::v1::Record product = record_now();
  product.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  auto& registration = *product.mutable_product_registration();
  registration.set_gtin(kGtin);
  registration.mutable_brand_owner()->set_code(owner.organisation);
  registration.mutable_name()->set_zh("压力测试饭盒");
  registration.set_category(kCategory);
  records.push_back(ledger::canonical_bytes(product));
  for (std::size_t i = 0; i < lots; ++i) {
    quality::v1::Record record = record_now();
    record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
    record.mutable_lot_registration()->set_gtin(kGtin);
    record.mutable_lot_registration()->set_lot(lot_name(i));
    record.mutable_lot_registration()->set_production_date("2026-01-05");
    records.push_back(ledger::canonical_bytes(record));
  }
  QC_TRY(const auto signer, open_key_file(owner.signing_key));
  QC_TRY(const auto packed,
         pack_records(records, owner, *signer, {.records_max = kLotsPerSubmission}));
  QC_TRY(const auto answers, submit_all(owner, packed, [](std::size_t) {}));
  for (const auto& answer : answers) {
    if (answer.state() != quality::v1::SUBMISSION_STATE_COMMITTED) {
      return fail(Code::kFailedPrecondition,
                  fmt::format("the lots could not be registered: {}", answer.message()));
    }
  }
  return {};
}

}  // namespace

Result<BenchSubjects> prepare_bench(const NetworkLayout& layout, std::size_t lots) {
  BenchSubjects subjects{.laboratory = {},
                         .accreditation = ledger::accreditation_id(kScheme, "BENCH"),
                         .gtin = kGtin,
                         .lots = {}};
  for (std::size_t i = 0; i < lots; ++i) {
    subjects.lots.push_back(lot_name(i));
  }
  // Written last, so that a preparation that was cut short is not taken for a whole one.
  const auto done = layout.organisation(kLaboratory) / fmt::format("prepared-{}", lots);
  if (std::filesystem::exists(done)) {
    QC_TRY(subjects.laboratory, ClientProfile::load(layout.organisation(kLaboratory)));
    return subjects;
  }
  if (std::filesystem::exists(layout.organisation(kLaboratory))) {
    return fail(
        Code::kFailedPrecondition,
        fmt::format("{} holds the bench's preparation for another number of lots, or a part "
                    "of one: use the same --lots, or a new network",
                    layout.organisation(kLaboratory).string()));
  }
  QC_TRY(const std::vector<ClientProfile> parties, founders(layout));
  QC_TRY(subjects.laboratory, enrol_laboratory(layout, parties));
  QC_TRY_VOID(accredit(parties.front()));
  // An enterprise may register products under a prefix that nobody holds.
  QC_TRY(const ClientProfile maker, enrol_maker(layout, parties));
  QC_TRY_VOID(register_lots(maker, lots));
  QC_TRY_VOID(write_file(done, ""));
  return subjects;
}

quality::v1::Record bench_certificate(const BenchSubjects& subjects, const std::string& run,
                                      std::uint64_t serial, std::size_t size) {
  quality::v1::Record record = record_now();
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  const std::uint64_t now = record.claimed_time_ms();
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  auto& certificate = *record.mutable_inspection_certificate();
  certificate.set_type(quality::v1::InspectionCertificate::TYPE_TESTING);
  certificate.set_number(fmt::format("{}-{}", run, serial));
  certificate.set_accreditation(subjects.accreditation);
  auto& object = *certificate.add_objects();
  object.set_gtin(subjects.gtin);
  object.set_lot(subjects.lots[serial % subjects.lots.size()]);
  certificate.set_category(kCategory);
  certificate.set_tested_from_ms(now - 2 * kDayMs);
  certificate.set_tested_to_ms(now - kDayMs);
  certificate.set_issued_at_ms(now);
  certificate.add_methods()->set_standard(kStandard);
  auto& result = *certificate.add_results();
  result.set_parameter("total migration");
  result.set_value("3.2");
  result.set_unit("mg/dm2");
  result.set_limit("<= 10");
  result.set_verdict(quality::v1::VERDICT_PASS);
  certificate.set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
  auto& signatory = *certificate.add_signatories();
  signatory.set_part(quality::v1::Signatory::PART_AUTHORISED);
  signatory.set_reference("A-001");
  const std::size_t bytes = record.ByteSizeLong();
  if (bytes < size) {
    // Free text has at most 2 000 code points.
    certificate.set_conclusion(std::string(std::min<std::size_t>(size - bytes, 2000), 'x'));
  }
  return record;
}

}  // namespace qc::cli
