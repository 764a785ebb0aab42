// SPDX-License-Identifier: Apache-2.0
// Samples, certificates, what becomes of certificates, spot checks.
#include "ledger/base/calendar.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/record_subjects.h"
#include "ledger/rules/party_rights.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::CertificateAction;
using quality::v1::CertificateStatus;
using quality::v1::InspectionCertificate;
using quality::v1::ThingStatus;

namespace {

constexpr std::string_view kCertificate = "inspection_certificate";

bool is_final(const CertificateStatus& status) {
  return status.state() == quality::v1::CERTIFICATE_STATE_SUPERSEDED ||
         status.state() == quality::v1::CERTIFICATE_STATE_WITHDRAWN;
}

/// A certificate may be taken off by its issuer, unless it is so already or a regulator suspended
/// it.
Judgement check_replaceable(const CertificateStatus& status, std::string_view issuer,
                            const std::string& field) {
  if (status.issuer() != issuer) {
    return refuse(OutcomeCode::kNotAllowed, field,
                  "the certificate is " + status.issuer() + "'s; only its issuer supersedes it");
  }
  if (is_final(status)) {
    return refuse(
        OutcomeCode::kWrongState, field,
        "the certificate is " + quality::v1::CertificateState_Name(status.state()) + " already");
  }
  if (status.state() == quality::v1::CERTIFICATE_STATE_SUSPENDED &&
      status.suspended_by_regulator()) {
    return refuse(OutcomeCode::kWrongState, field,
                  "regulator " + status.suspended_by() +
                      " suspended the certificate; it must be reinstated before");
  }
  return {};
}

void supersede(RuleContext& context, const std::string& old_id, CertificateStatus& old,
               const std::string& by) {
  old.set_state(quality::v1::CERTIFICATE_STATE_SUPERSEDED);
  old.set_superseded_by(by);
  context.state.set_status(old_id, old);
}

Judgement check_in_force(const RuleContext& context, const AccreditationScope& scope,
                         const InspectionCertificate& record) {
  const auto from = parse_date(scope.status.valid_from());
  const auto to = parse_date(scope.status.valid_to());
  const DayNumber issued = day_of(record.issued_at_ms(), context.time_zone);
  const DayNumber now = day_of(context.block_time_ms, context.time_zone);
  const auto outside = [&](DayNumber day) { return (from && day < *from) || (to && day > *to); };
  if (!outside(issued) && !outside(now)) return {};
  return refuse(OutcomeCode::kOutOfScope, "inspection_certificate.accreditation",
                "the accreditation is in force from " + scope.status.valid_from() + " to " +
                    scope.status.valid_to() + ", the certificate was issued on " +
                    format_date(issued) + " and recorded on " + format_date(now));
}

/// The text by which a scope line would name the method.
const std::string& method_text(const quality::v1::Method& method) {
  return method.standard().empty() ? method.other() : method.standard();
}

Judgement check_methods(const AccreditationScope& scope, const InspectionCertificate& record) {
  for (int i = 0; i < record.methods_size(); ++i) {
    const std::string& standard = method_text(record.methods(i));
    if (scope.covers(standard, record.category())) continue;
    return refuse(OutcomeCode::kOutOfScope, element(kCertificate, "methods", i),
                  "\"" + standard + "\" for category \"" + record.category() +
                      "\" is not in the scope of " + record.accreditation());
  }
  return {};
}

Judgement check_results(const AccreditationScope& scope, const InspectionCertificate& record) {
  for (int i = 0; i < record.results_size(); ++i) {
    const quality::v1::TestResult& result = record.results(i);
    const int method = result.method() == 0 ? 0 : static_cast<int>(result.method()) - 1;
    const std::string& standard = method_text(record.methods(method));
    if (scope.covers(standard, record.category(), result.parameter())) continue;
    return refuse(OutcomeCode::kOutOfScope, element(kCertificate, "results", i, "parameter"),
                  "\"" + result.parameter() + "\" by " + standard + " for category \"" +
                      record.category() + "\" is not in the scope of " + record.accreditation());
  }
  return {};
}

Judgement check_accreditation(RuleContext& context, const InspectionCertificate& record) {
  // Only declarations come without one; check_record sees to that.
  if (record.accreditation().empty()) return {};
  const std::string field = "inspection_certificate.accreditation";
  const AccreditationScope* scope = context.start.accreditation(record.accreditation());
  if (scope == nullptr) {
    return refuse(OutcomeCode::kOutOfScope, field,
                  record.accreditation() +
                      " was not on the chain before this block; a regulator "
                      "records accreditations");
  }
  if (scope->status.code() != context.organisation) {
    return refuse(OutcomeCode::kOutOfScope, field,
                  record.accreditation() + " is " + scope->status.code() + "'s accreditation");
  }
  if (auto fine = check_in_force(context, *scope, record); !fine) return fine;
  if (auto fine = check_methods(*scope, record); !fine) return fine;
  return check_results(*scope, record);
}

std::optional<std::string> lot_named_by(const quality::v1::ObjectRef& object) {
  if (!object.id().empty()) return lot_of(object.id());
  if (object.lot().empty()) return std::nullopt;
  return lot_id(object.gtin(), object.lot());
}

Judgement check_lots(RuleContext& context, const InspectionCertificate& record) {
  for (int i = 0; i < record.objects_size(); ++i) {
    const auto lot = lot_named_by(record.objects(i));
    if (!lot || context.state.status<quality::v1::LotStatus>(*lot).registered()) continue;
    return refuse(OutcomeCode::kUnknownSubject, element(kCertificate, "objects", i, "lot"),
                  *lot + " was never registered; its maker registers the lot first");
  }
  return {};
}

Judgement suspend(RuleContext& context, CertificateStatus& status, std::string_view field) {
  const bool by_regulator = is_regulator(*context.actor);
  const bool raises = status.state() == quality::v1::CERTIFICATE_STATE_SUSPENDED && by_regulator &&
                      !status.suspended_by_regulator();
  if (status.state() != quality::v1::CERTIFICATE_STATE_ISSUED && !raises) {
    return refuse(OutcomeCode::kWrongState, std::string(field),
                  "only a certificate in force can be suspended");
  }
  status.set_state(quality::v1::CERTIFICATE_STATE_SUSPENDED);
  status.set_suspended_by(std::string(context.organisation));
  status.set_suspended_by_regulator(by_regulator);
  return {};
}

Judgement reinstate(RuleContext& context, CertificateStatus& status, std::string_view field) {
  if (status.state() != quality::v1::CERTIFICATE_STATE_SUSPENDED) {
    return refuse(OutcomeCode::kWrongState, std::string(field),
                  "only a suspended certificate can be reinstated");
  }
  if (status.suspended_by() != context.organisation && !is_regulator(*context.actor)) {
    return refuse(OutcomeCode::kNotAllowed, std::string(field),
                  status.suspended_by() + " suspended it; they or a regulator reinstate it");
  }
  status.set_state(quality::v1::CERTIFICATE_STATE_ISSUED);
  status.clear_suspended_by();
  status.clear_suspended_by_regulator();
  return {};
}

Judgement supersede_by(RuleContext& context, const CertificateAction& record,
                       CertificateStatus& status) {
  const std::string field = "certificate_action.replacement";
  const std::string by = certificate_id(status.issuer(), record.replacement());
  const auto replacement = context.state.status<CertificateStatus>(by);
  if (by == record.certificate()) {
    return refuse(OutcomeCode::kBadReference, field, "a certificate cannot supersede itself");
  }
  if (replacement.state() != quality::v1::CERTIFICATE_STATE_ISSUED) {
    return refuse(OutcomeCode::kWrongState, field, by + " is not a certificate in force");
  }
  if (auto fine = check_replaceable(status, context.organisation, "certificate_action.action");
      !fine) {
    return fine;
  }
  status.set_state(quality::v1::CERTIFICATE_STATE_SUPERSEDED);
  status.set_superseded_by(by);
  return {};
}

Judgement act(RuleContext& context, const CertificateAction& record, CertificateStatus& status) {
  const std::string field = "certificate_action.action";
  switch (record.action()) {
    case CertificateAction::ACTION_SUSPEND:
      return suspend(context, status, field);
    case CertificateAction::ACTION_REINSTATE:
      return reinstate(context, status, field);
    case CertificateAction::ACTION_SUPERSEDE:
      return supersede_by(context, record, status);
    case CertificateAction::ACTION_WITHDRAW:
      status.set_state(quality::v1::CERTIFICATE_STATE_WITHDRAWN);
      return {};
    case CertificateAction::ACTION_AMEND:
      return {};
    default:
      return refuse(OutcomeCode::kInvalidField, field, "no such action");
  }
}

/// Opens a thing's history: its number must be new for who gives it.
Judgement open_thing(RuleContext& context, const std::string& subject, const std::string& field) {
  if (context.state.get(subject).exists()) {
    return refuse(OutcomeCode::kDuplicate, field,
                  subject + " is on the chain already; give a new number");
  }
  ThingStatus status;
  status.set_owner(std::string(context.organisation));
  status.set_log_index(context.log_index);
  context.state.set_status(subject, status);
  return {};
}

}  // namespace

Judgement apply(RuleContext& context, const quality::v1::SampleTaken& record) {
  if (too_late(context, record.sampled_at_ms())) {
    return refuse(OutcomeCode::kWrongTime, "sample_taken.sampled_at_ms",
                  "the sample was taken in the future of the block");
  }
  return open_thing(context, sample_id(context.organisation, record.number()),
                    "sample_taken.number");
}

Judgement apply(RuleContext& context, const InspectionCertificate& record) {
  const std::string subject = certificate_id(context.organisation, record.number());
  if (context.state.get(subject).exists()) {
    return refuse(OutcomeCode::kDuplicate, "inspection_certificate.number",
                  "number " + record.number() +
                      " is used already by this issuer; a certificate's "
                      "number is unique");
  }
  if (too_late(context, record.issued_at_ms())) {
    return refuse(OutcomeCode::kWrongTime, "inspection_certificate.issued_at_ms",
                  "issued more than 5 minutes after the block's time");
  }
  if (auto fine = check_accreditation(context, record); !fine) return fine;
  if (auto fine = check_lots(context, record); !fine) return fine;
  if (!record.supersedes().empty()) {
    const std::string old_id = certificate_id(context.organisation, record.supersedes());
    auto old = context.state.status<CertificateStatus>(old_id);
    auto fine = check_replaceable(old, context.organisation, "inspection_certificate.supersedes");
    if (!fine) return fine;
    supersede(context, old_id, old, subject);
  }
  CertificateStatus status;
  status.set_state(quality::v1::CERTIFICATE_STATE_ISSUED);
  status.set_issuer(std::string(context.organisation));
  status.set_log_index(context.log_index);
  status.set_verdict(record.verdict());
  context.state.set_status(subject, status);
  return {};
}

Judgement apply(RuleContext& context, const CertificateAction& record) {
  auto status = context.state.status<CertificateStatus>(record.certificate());
  const bool issuer = status.issuer() == context.organisation;
  const bool regulator_may = record.action() == CertificateAction::ACTION_SUSPEND ||
                             record.action() == CertificateAction::ACTION_REINSTATE;
  if (!issuer && !(regulator_may && is_regulator(*context.actor))) {
    return refuse(OutcomeCode::kNotAllowed, "certificate_action.certificate",
                  "the certificate is " + status.issuer() +
                      "'s; others cannot do this, regulators may suspend and reinstate");
  }
  if (is_final(status)) {
    return refuse(
        OutcomeCode::kWrongState, "certificate_action.certificate",
        "the certificate is " + quality::v1::CertificateState_Name(status.state()) + " for good");
  }
  if (auto done = act(context, record, status); !done) return done;
  context.state.set_status(record.certificate(), status);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::SpotCheckResult& record) {
  return open_thing(context, spot_check_id(context.organisation, record.number()),
                    "spot_check_result.number");
}

}  // namespace qc::ledger
