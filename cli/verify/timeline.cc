// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/hex.h"
#include "ledger/base/calendar.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/text.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::cli {

namespace {

namespace pb = quality::v1;
using ledger::SubjectKind;

constexpr int kListedMax = 3;

std::string cut(const std::string& text) {
  static constexpr std::size_t kShown = 120;
  if (text.size() <= kShown) return text;
  // Not inside a character of several bytes.
  std::size_t end = kShown;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

/// "TYPE_TESTING" is "testing": the words of an enum value behind its prefix.
std::string words(const std::string& value, std::string_view prefix) {
  std::string text = value.starts_with(prefix) ? value.substr(prefix.size()) : value;
  for (char& c : text) c = c == '_' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

std::string name_of(const pb::LocalizedName& name) {
  if (name.en().empty()) return name.zh();
  return name.zh().empty() ? name.en() : name.zh() + " (" + name.en() + ")";
}

std::string name_of(const pb::PartyRef& party) {
  if (party.name().empty()) return party.code();
  return party.code().empty() ? party.name() : party.name() + " (" + party.code() + ")";
}

std::string name_of(const pb::ObjectRef& object) {
  if (object.gtin().empty()) return object.id();
  std::string name = object.gtin();
  if (!object.lot().empty()) name += " lot " + object.lot();
  if (!object.serial().empty()) name += " serial " + object.serial();
  return name;
}

std::string quantity_of(const pb::Quantity& quantity) {
  return quantity.value().empty() ? "" : " " + quantity.value() + " " + quantity.unit();
}

std::string name_of(const pb::ObjectQuantity& part) {
  return name_of(part.object()) + quantity_of(part.quantity());
}

/// The first few of a list, and how many more there are.
template <class List>
std::string names_of(const List& list) {
  std::string text;
  for (int i = 0; i < std::min(list.size(), kListedMax); ++i) {
    if (i > 0) text += ", ";
    text += name_of(list[i]);
  }
  if (list.size() > kListedMax) text += fmt::format(" and {} more", list.size() - kListedMax);
  return text;
}

std::string with(std::string_view label, const std::string& value) {
  return value.empty() ? "" : fmt::format("{}{}", label, cut(value));
}

std::string verdict_of(pb::OverallVerdict verdict) {
  return words(pb::OverallVerdict_Name(verdict), "OVERALL_VERDICT_");
}

std::string summary(const pb::InspectionCertificate& record) {
  std::string standards;
  for (const auto& method : record.methods()) {
    if (!standards.empty()) standards += ", ";
    standards += method.standard().empty() ? cut(method.other()) : method.standard();
  }
  const auto failed = std::ranges::count_if(record.results(), [](const pb::TestResult& result) {
    return result.verdict() == pb::VERDICT_FAIL;
  });
  return fmt::format("{} certificate {}: {} — {}; {} result(s){}{}{}",
                     words(pb::InspectionCertificate::Type_Name(record.type()), "TYPE_"),
                     record.number(), names_of(record.objects()), verdict_of(record.verdict()),
                     record.results_size(),
                     failed > 0 ? fmt::format(", {} failed", failed) : std::string(),
                     with("; by ", standards), with("; replaces ", record.supersedes()));
}

std::string summary(const pb::SpotCheckResult& record) {
  return fmt::format("spot check {}: {}{} — {}{}{}", record.number(), record.product_name(),
                     with(", ", name_of(record.object())), verdict_of(record.verdict()),
                     with("; made by ", name_of(record.maker())),
                     with("; sampled at ", name_of(record.sampled_party())));
}

std::string summary(const pb::CertificateAction& record) {
  return fmt::format("certificate {}: {}{}{}", record.certificate(),
                     words(pb::CertificateAction::Action_Name(record.action()), "ACTION_"),
                     with(" by ", record.replacement()), with(" — ", record.reason()));
}

std::string summary(const pb::SampleTaken& record) {
  return fmt::format("sample {} taken of {}{}{}", record.number(), name_of(record.object()),
                     with(" at ", name_of(record.sampled_party())),
                     with(", seal ", record.seal_number()));
}

std::string summary(const pb::SampleReceived& record) {
  return fmt::format("sample {} received, seal {}{}", record.sample(),
                     record.seal_intact() ? "intact" : "BROKEN",
                     with("; condition: ", record.condition()));
}

std::string summary(const pb::LotRegistration& record) {
  return fmt::format("lot {} of {} registered{}{}{}", record.lot(), record.gtin(),
                     quantity_of(record.quantity()), with(", produced ", record.production_date()),
                     with(", best before ", record.best_before()));
}

std::string summary(const pb::ItemRegistration& record) {
  return fmt::format("item {} of {} registered, {}", record.serial(), record.gtin(),
                     record.lot().empty() ? "no lot stated" : "lot " + record.lot());
}

std::string summary(const pb::ProductRegistration& record) {
  return fmt::format("product {} registered: {}{}", record.gtin(), name_of(record.name()),
                     with(", ", record.category()));
}

std::string summary(const pb::Accreditation& record) {
  return fmt::format("accreditation {} {} of {}: {} scope line(s), {} to {}", record.scheme(),
                     record.number(), record.code(), record.scope_size(), record.valid_from(),
                     record.valid_to());
}

std::string summary(const pb::Aggregation& record) {
  return fmt::format("aggregation ({}): {} in {}",
                     words(pb::Aggregation::Action_Name(record.action()), "ACTION_"),
                     names_of(record.children()), name_of(record.parent()));
}

std::string summary(const pb::Transformation& record) {
  return fmt::format("transformation: {} into {}", names_of(record.inputs()),
                     names_of(record.outputs()));
}

std::string summary(const pb::CustodyTransfer& record) {
  return fmt::format("handed over to {} ({}): {}", record.receiver(),
                     words(pb::CustodyPurpose_Name(record.purpose()), "CUSTODY_PURPOSE_"),
                     names_of(record.objects()));
}

std::string summary(const pb::CustodyConfirmation& record) {
  return fmt::format("receipt confirmed of transfer {} from {}", record.number(), record.sender());
}

std::string summary(const pb::Recall& record) {
  return fmt::format("RECALL {} (level {}): {}{}", record.number(), record.level(),
                     names_of(record.objects()), with(" — ", record.reason()));
}

std::string summary(const pb::EnrolmentRequest& record) {
  const auto application = ledger::parse_canonical<pb::EnrolmentApplication>(record.application());
  if (!application) return "enrolment requested";
  return fmt::format("enrolment requested: {} {} ({})", application->code(),
                     name_of(application->name()),
                     words(pb::PartyKind_Name(application->kind()), "PARTY_KIND_"));
}

std::string summary(const pb::EnrolmentDecision& record) {
  return fmt::format("enrolment of {}: {}{}", record.code(),
                     words(pb::EnrolmentDecision::Decision_Name(record.decision()), "DECISION_"),
                     with(" — ", record.reason()));
}

std::string summary(const pb::MemberAction& record) {
  return fmt::format("member {}: {}{}", record.code(),
                     words(pb::MemberAction::Action_Name(record.action()), "ACTION_"),
                     with(" — ", record.reason()));
}

std::string summary(const pb::FoundingParty& record) {
  return fmt::format("founding party {}: {} ({}), {} key(s)", record.code(), name_of(record.name()),
                     words(pb::PartyKind_Name(record.kind()), "PARTY_KIND_"), record.keys_size());
}

std::string purpose_of(const pb::NewKey& key) {
  return words(pb::KeyPurpose_Name(key.purpose()), "KEY_PURPOSE_");
}

/// Members, keys, rights, the network itself.
std::optional<std::string> governance_summary(const pb::Record& record) {
  switch (record.body_case()) {
    case pb::Record::kEnrolmentRequest:
      return summary(record.enrolment_request());
    case pb::Record::kEnrolmentDecision:
      return summary(record.enrolment_decision());
    case pb::Record::kMemberAction:
      return summary(record.member_action());
    case pb::Record::kKeyAdd:
      return fmt::format("key added ({})", purpose_of(record.key_add().key()));
    case pb::Record::kKeyRevoke:
      return fmt::format("key {} revoked{}", to_hex(record.key_revoke().key_id()),
                         with(" — ", record.key_revoke().reason()));
    case pb::Record::kRoleGrant:
      return fmt::format("role {} granted to {}",
                         words(pb::Role_Name(record.role_grant().role()), "ROLE_"),
                         record.role_grant().code());
    case pb::Record::kRoleRevoke:
      return fmt::format("role {} taken from {}{}",
                         words(pb::Role_Name(record.role_revoke().role()), "ROLE_"),
                         record.role_revoke().code(), with(" — ", record.role_revoke().reason()));
    case pb::Record::kPrefixGrant:
      return fmt::format("GS1 prefix {} granted to {}", record.prefix_grant().prefix(),
                         record.prefix_grant().code());
    case pb::Record::kValidatorSetChange:
      return fmt::format(
          "validator set: {} {} of {}",
          words(pb::ValidatorSetChange::Change_Name(record.validator_set_change().change()),
                "CHANGE_"),
          record.validator_set_change().validator().name(),
          record.validator_set_change().validator().organisation());
    case pb::Record::kParameterChange:
      return "network parameters changed" + with(" — ", record.parameter_change().reason());
    case pb::Record::kFoundingNetwork:
      return fmt::format("network founded with {} validators",
                         record.founding_network().validators_size());
    case pb::Record::kFoundingParty:
      return summary(record.founding_party());
    default:
      return std::nullopt;
  }
}

/// Products and where they go.
std::optional<std::string> product_summary(const pb::Record& record) {
  switch (record.body_case()) {
    case pb::Record::kAccreditation:
      return summary(record.accreditation());
    case pb::Record::kProductRegistration:
      return summary(record.product_registration());
    case pb::Record::kLotRegistration:
      return summary(record.lot_registration());
    case pb::Record::kItemRegistration:
      return summary(record.item_registration());
    case pb::Record::kAggregation:
      return summary(record.aggregation());
    case pb::Record::kTransformation:
      return summary(record.transformation());
    case pb::Record::kCustodyTransfer:
      return summary(record.custody_transfer());
    case pb::Record::kCustodyConfirmation:
      return summary(record.custody_confirmation());
    case pb::Record::kAccessGrant:
      return "access to a restricted body granted to " + record.access_grant().reader();
    case pb::Record::kAccessLog:
      return "a restricted body was read" + with(" — ", record.access_log().purpose());
    default:
      return std::nullopt;
  }
}

/// Samples, certificates, spot checks.
std::optional<std::string> inspection_summary(const pb::Record& record) {
  switch (record.body_case()) {
    case pb::Record::kSampleTaken:
      return summary(record.sample_taken());
    case pb::Record::kSampleReceived:
      return summary(record.sample_received());
    case pb::Record::kInspectionCertificate:
      return summary(record.inspection_certificate());
    case pb::Record::kCertificateAction:
      return summary(record.certificate_action());
    case pb::Record::kEndorsement:
      return fmt::format("endorsement of the record at log index {}",
                         record.endorsement().log_index());
    case pb::Record::kSpotCheckPlan:
      return fmt::format("spot check {} planned: {} of {}{}", record.spot_check_plan().number(),
                         record.spot_check_plan().draw_count(),
                         record.spot_check_plan().list_length(),
                         with(" — ", record.spot_check_plan().title()));
    case pb::Record::kSpotCheckCommit:
      return "commitment to the draw of " + record.spot_check_commit().spot_check();
    case pb::Record::kSpotCheckReveal:
      return "reveal for the draw of " + record.spot_check_reveal().spot_check();
    case pb::Record::kSpotCheckDraw:
      return fmt::format("draw of {}: {} drawn", record.spot_check_draw().spot_check(),
                         record.spot_check_draw().drawn_size());
    case pb::Record::kSpotCheckResult:
      return summary(record.spot_check_result());
    default:
      return std::nullopt;
  }
}

/// Objections, complaints, recalls, corrections.
std::optional<std::string> incident_summary(const pb::Record& record) {
  switch (record.body_case()) {
    case pb::Record::kObjection:
      return fmt::format("objection {} against {}{}", record.objection().number(),
                         record.objection().against(), with(" — ", record.objection().grounds()));
    case pb::Record::kObjectionResult:
      return fmt::format("{} {}{}", record.objection_result().objection(),
                         record.objection_result().upheld() ? "upheld" : "not upheld",
                         with(" — ", record.objection_result().findings()));
    case pb::Record::kComplaint:
      return fmt::format("complaint {} about {}{}", record.complaint().number(),
                         name_of(record.complaint().object()),
                         with(" — ", record.complaint().text()));
    case pb::Record::kComplaintAction:
      return fmt::format("{}{}{}", record.complaint_action().complaint(),
                         with(": ", record.complaint_action().action()),
                         record.complaint_action().closed() ? " (closed)" : "");
    case pb::Record::kRecall:
      return summary(record.recall());
    case pb::Record::kRecallUpdate:
      return fmt::format("{}: recovered {}{}", record.recall_update().recall(),
                         names_of(record.recall_update().recovered()),
                         with(" — ", record.recall_update().text()));
    case pb::Record::kRecallClose:
      return fmt::format("{} closed{}", record.recall_close().recall(),
                         with(" — ", record.recall_close().findings()));
    case pb::Record::kCorrection:
      return fmt::format("CORRECTION of the record at log index {}{}",
                         record.correction().log_index(),
                         with(" — ", record.correction().reason()));
    case pb::Record::kSubjectLink:
      return fmt::format("link: {} is about {}{}",
                         record.subject_link().thing().empty()
                             ? fmt::format("the record at log index {}",
                                           record.subject_link().record_plus_one() - 1)
                             : record.subject_link().thing(),
                         names_of(record.subject_link().objects()),
                         with(" ", names_of(record.subject_link().parties())));
    default:
      return std::nullopt;
  }
}

template <class Status>
std::optional<Status> read(std::string_view bytes) {
  ledger::Result<Status> status = ledger::parse_canonical<Status>(bytes);
  if (!status) return std::nullopt;
  return *std::move(status);
}

std::string status_of_certificate(std::string_view bytes) {
  const auto status = read<pb::CertificateStatus>(bytes);
  if (!status || status->state() == pb::CERTIFICATE_STATE_UNSPECIFIED) return {};
  return "certificate " + words(pb::CertificateState_Name(status->state()), "CERTIFICATE_STATE_") +
         with(" by ", status->suspended_by()) + with(", see ", status->superseded_by());
}

std::string status_of_party(std::string_view bytes) {
  const auto status = read<pb::PartyStatus>(bytes);
  if (!status || status->state() == pb::PARTY_STATE_UNSPECIFIED) return {};
  return with("", name_of(status->name())) + (name_of(status->name()).empty() ? "" : ", ") +
         words(pb::PartyState_Name(status->state()), "PARTY_STATE_");
}

std::string recalls_of(const google::protobuf::RepeatedPtrField<std::string>& recalls) {
  return recalls.empty() ? "" : fmt::format(", UNDER RECALL ({})", recalls[0]);
}

std::string status_of_lot(std::string_view bytes) {
  const auto status = read<pb::LotStatus>(bytes);
  if (!status) return {};
  return (status->registered() ? "registered" : "not registered") + recalls_of(status->recalls());
}

std::string status_of_item(std::string_view bytes) {
  const auto status = read<pb::ItemStatus>(bytes);
  if (!status) return {};
  return (status->registered() ? "registered" : "not registered") +
         with(", held by ", status->holder()) + recalls_of(status->recalls());
}

std::string status_of_accreditation(std::string_view bytes) {
  const auto status = read<pb::AccreditationStatus>(bytes);
  if (!status) return {};
  return fmt::format("accreditation of {}, {} to {}", status->code(), status->valid_from(),
                     status->valid_to());
}

std::string status_of_key(std::string_view bytes) {
  const auto status = read<pb::KeyStatus>(bytes);
  if (!status) return {};
  return fmt::format("{} key of {}{}",
                     words(pb::KeyPurpose_Name(status->purpose()), "KEY_PURPOSE_"),
                     status->organisation(), status->revoked_at_ms() != 0 ? ", REVOKED" : "");
}

}  // namespace

std::string summarize(const quality::v1::Record& record) {
  static constexpr std::array kKinds{&governance_summary, &product_summary, &inspection_summary,
                                     &incident_summary};
  for (const auto& kind : kKinds) {
    if (std::optional<std::string> text = kind(record)) {
      // One line, whatever stands in free text.
      std::ranges::replace(*text, '\n', ' ');
      return *std::move(text);
    }
  }
  return "a record without content";
}

std::string summarize_record(std::string_view record_bytes) {
  const auto record = ledger::parse_canonical<pb::Record>(record_bytes);
  if (record) return summarize(*record);
  return fmt::format("{} bytes that this version cannot read", record_bytes.size());
}

std::string summarize_status(std::string_view subject_id, std::string_view status) {
  const auto id = ledger::parse_subject_id(subject_id);
  if (!id || status.empty()) return {};
  switch (id->kind) {
    case SubjectKind::kCertificate:
      return status_of_certificate(status);
    case SubjectKind::kParty:
      return status_of_party(status);
    case SubjectKind::kLot:
      return status_of_lot(status);
    case SubjectKind::kItem:
    case SubjectKind::kLogisticUnit:
      return status_of_item(status);
    case SubjectKind::kAccreditation:
      return status_of_accreditation(status);
    case SubjectKind::kKey:
      return status_of_key(status);
    default:
      return {};
  }
}

std::vector<TimelineEntry> timeline_of(const ledger::VerifyReport& report) {
  std::map<std::uint64_t, TimelineEntry> by_index;
  for (const ledger::ProvenSubject& subject : report.subjects) {
    for (const ledger::ProvenEntry& entry : subject.entries) {
      TimelineEntry& merged = by_index[entry.index];
      merged.index = entry.index;
      merged.subjects.push_back(subject.id);
      if (!entry.shown) continue;
      merged.time_ms = entry.time_ms;
      merged.organisation = entry.organisation;
      merged.record = entry.record;
    }
  }
  std::vector<TimelineEntry> timeline;
  timeline.reserve(by_index.size());
  for (auto& [index, entry] : by_index) timeline.push_back(std::move(entry));
  return timeline;
}

std::string format_timeline(const std::vector<TimelineEntry>& timeline, std::uint32_t time_zone) {
  std::string text;
  for (const TimelineEntry& entry : timeline) {
    if (entry.time_ms == 0) {
      text += fmt::format("  #{:<8} (in place, not shown)\n", entry.index);
      continue;
    }
    text += fmt::format("  #{:<8} {}  {}\n", entry.index,
                        ledger::format_rfc3339(entry.time_ms, time_zone),
                        summarize_record(entry.record));
    text += fmt::format("            signed by {}\n",
                        entry.organisation.empty() ? "the founding document" : entry.organisation);
  }
  return text;
}

}  // namespace qc::cli
