// SPDX-License-Identifier: Apache-2.0
// How a company joins: requested, approved by k of n, active (docs/domain.md, Enrolment).
#include <algorithm>
#include <set>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/key.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/enrolment.h"
#include "ledger/rules/party_rights.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::EnrolmentApplication;
using quality::v1::EnrolmentDecision;
using quality::v1::EnrolmentRequest;
using quality::v1::PartyStatus;

namespace {

bool is_open(const RuleContext& context, const PartyStatus& party) {
  // Network parameters are set once in genesis, so the window cannot shrink under an application.
  const std::uint64_t window = context.start.network().parameters().enrolment_window_ms();
  return party.state() == quality::v1::PARTY_STATE_REQUESTED &&
         context.block_time_ms - party.requested_at_ms() <= window;
}

const quality::v1::NewKey* first_admin_key(const EnrolmentApplication& application) {
  for (const quality::v1::NewKey& key : application.keys()) {
    if (key.purpose() == quality::v1::KEY_PURPOSE_ADMIN) return &key;
  }
  return nullptr;
}

Judgement check_signature(const EnrolmentRequest& record, const EnrolmentApplication& application) {
  const quality::v1::NewKey* admin = first_admin_key(application);
  if (admin != nullptr) {
    const auto key = PublicKey::from_spki(admin->spki());
    if (key && key->verify(enrolment_message(record.application()), record.signature())) return {};
  }
  return refuse(OutcomeCode::kBadSignature, "enrolment_request.signature",
                "it is not the first admin key's over these application bytes; sign them again");
}

Judgement check_keys(RuleContext& context, const EnrolmentApplication& application) {
  int place = 0;
  for (const quality::v1::NewKey& key : application.keys()) {
    const std::string field = element("enrolment_request", "application.keys", place++);
    const std::string subject = key_subject(hash(context.network.algorithm, key.spki()));
    if (!context.state.status<quality::v1::KeyStatus>(subject).spki().empty()) {
      return refuse(OutcomeCode::kDuplicate, field + ".spki",
                    "the key is on the chain already; a key is enrolled once: make a new one");
    }
    auto proven = check_possession(context, application.code(), key, field);
    if (!proven) return proven;
  }
  return {};
}

Judgement check_applicant(const RuleContext& context, const PartyStatus& party,
                          const EnrolmentApplication& application) {
  const std::string field = "enrolment_request.application.code";
  if (party.state() == quality::v1::PARTY_STATE_ACTIVE ||
      party.state() == quality::v1::PARTY_STATE_SUSPENDED) {
    return refuse(OutcomeCode::kDuplicate, field, application.code() + " is enrolled already");
  }
  if (is_open(context, party)) {
    return refuse(OutcomeCode::kDuplicate, field,
                  application.code() + " has an open application; wait for its decision");
  }
  return {};
}

std::vector<std::uint32_t> kinds_of(RuleContext& context,
                                    const google::protobuf::RepeatedPtrField<std::string>& codes) {
  std::vector<std::uint32_t> kinds;
  for (const std::string& code : codes) {
    kinds.push_back(static_cast<std::uint32_t>(context.start.party(code).kind()));
  }
  return kinds;
}

/// Kinds of the governance parties that have not refused.
std::vector<std::uint32_t> kinds_still_free(RuleContext& context, const PartyStatus& party) {
  google::protobuf::RepeatedPtrField<std::string> free;
  for (const std::string& code : context.start.network().governance()) {
    if (std::ranges::find(party.refusals(), code) == party.refusals().end()) *free.Add() = code;
  }
  return kinds_of(context, free);
}

Judgement check_decision(RuleContext& context, const PartyStatus& party,
                         const EnrolmentDecision& record) {
  const auto& governance = context.start.network().governance();
  const std::string actor(context.organisation);
  if (std::ranges::find(governance, actor) == governance.end()) {
    return refuse(OutcomeCode::kNotAllowed, "enrolment_decision",
                  "only governance parties of the network decide on applications");
  }
  if (party.state() != quality::v1::PARTY_STATE_REQUESTED) {
    return refuse(OutcomeCode::kWrongState, "enrolment_decision.code",
                  record.code() + " has no open application");
  }
  if (!is_open(context, party)) {
    return refuse(OutcomeCode::kWrongState, "enrolment_decision.code",
                  "the application of " + record.code() + " has expired; it must be made again");
  }
  if (party.application_hash() != record.application_hash()) {
    return refuse(OutcomeCode::kBadReference, "enrolment_decision.application_hash",
                  "it is not the open application's hash; read that application again");
  }
  if (std::ranges::find(party.approvals(), actor) != party.approvals().end() ||
      std::ranges::find(party.refusals(), actor) != party.refusals().end()) {
    return refuse(OutcomeCode::kDuplicate, "enrolment_decision.code",
                  actor + " has decided on this application already");
  }
  return {};
}

Judgement activate(RuleContext& context, PartyStatus& party, const std::string& code) {
  const auto keys = party.requested_keys();
  party.clear_requested_keys();
  party.set_state(quality::v1::PARTY_STATE_ACTIVE);
  if (party.active_since_ms() == 0) party.set_active_since_ms(context.block_time_ms);
  return enrol_keys(context, party, code, keys, "enrolment_decision.application_hash");
}

}  // namespace

std::string enrolment_message(std::string_view application) {
  std::string message("qc/enrolment/v1");
  message.push_back('\0');
  message.append(application);
  return message;
}

Digest application_hash(HashAlgorithm algorithm, std::string_view application) {
  return tagged_hash(algorithm, "qc/enrolment/v1", {application});
}

Judgement apply(RuleContext& context, const EnrolmentRequest& record) {
  const auto parsed = parse_canonical<EnrolmentApplication>(record.application());
  if (!parsed) {
    return refuse(OutcomeCode::kMalformed, "enrolment_request.application", parsed.error().message);
  }
  const EnrolmentApplication& application = *parsed;
  if (application.chain_id() != context.network.chain_id) {
    return refuse(OutcomeCode::kInvalidField, "enrolment_request.application.chain_id",
                  "the application is for \"" + application.chain_id() + "\", this chain is \"" +
                      context.network.chain_id + "\"");
  }
  const std::string subject = party_id(application.code());
  auto party = context.state.status<PartyStatus>(subject);
  if (auto fine = check_applicant(context, party, application); !fine) return fine;
  if (auto fine = check_signature(record, application); !fine) return fine;
  if (auto fine = check_keys(context, application); !fine) return fine;
  party.set_state(quality::v1::PARTY_STATE_REQUESTED);
  party.set_kind(application.kind());
  *party.mutable_name() = application.name();
  party.set_gln(application.gln());
  party.set_application_hash(
      to_bytes(application_hash(context.network.algorithm, record.application())));
  party.set_requested_at_ms(context.block_time_ms);
  party.clear_approvals();
  party.clear_refusals();
  *party.mutable_requested_keys() = application.keys();
  context.state.set_status(subject, party);
  return {};
}

Judgement apply(RuleContext& context, const EnrolmentDecision& record) {
  const std::string subject = party_id(record.code());
  auto party = context.state.status<PartyStatus>(subject);
  if (auto fine = check_decision(context, party, record); !fine) return fine;
  const ApprovalRule* rule = context.start.approval_rule();
  if (rule == nullptr) {
    return refuse(OutcomeCode::kWrongState, "enrolment_decision",
                  "the network has no approval rule");
  }
  if (record.decision() == EnrolmentDecision::DECISION_APPROVE) {
    party.add_approvals(std::string(context.organisation));
    if (rule->satisfied_by(kinds_of(context, party.approvals()))) {
      if (auto active = activate(context, party, record.code()); !active) return active;
    }
  } else {
    party.add_refusals(std::string(context.organisation));
    if (!rule->satisfied_by(kinds_still_free(context, party))) {
      party.set_state(quality::v1::PARTY_STATE_REFUSED);
      party.clear_requested_keys();
    }
  }
  context.state.set_status(subject, party);
  return {};
}

}  // namespace qc::ledger
