// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/text.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/key.h"
#include "ledger/name/check_digit.h"
#include "ledger/record/record_judge.h"
#include "ledger/record/record_rules.h"

namespace qc::ledger {
namespace {

using WireKeyPurpose = quality::v1::KeyPurpose;
using quality::v1::NewKey;
using quality::v1::ValidatorSetChange;

constexpr int kKeysMax = 16;
constexpr int kValidatorsMax = 100;
constexpr std::uint64_t kReplayWindowMsMax = 86'400'000;
constexpr std::uint32_t kTimeZoneMinutesMax = 840;
constexpr std::size_t kApprovalRuleBytesMax = 1000;

Fault granted_prefix_fault(std::string_view prefix) {
  const bool fits = prefix.size() >= 4 && prefix.size() <= 12 &&
                    prefix.find_first_not_of("0123456789") == std::string_view::npos;
  if (fits) return std::nullopt;
  return quote(prefix) + " should be a GS1 company prefix of 4 to 12 digits";
}

template <class Keys>
bool holds_purpose(const Keys& keys, WireKeyPurpose purpose) {
  return std::any_of(keys.begin(), keys.end(),
                     [purpose](const NewKey& key) { return key.purpose() == purpose; });
}

/// Keys of one application: distinct, for people and their programs, not for a node's votes.
template <class Keys>
void judge_keys(RecordJudge& judge, const Place& place, const Keys& keys) {
  std::set<std::string_view> distinct;
  for (int i = 0; i < keys.size(); ++i) {
    const Place key_place = place.element("keys", i);
    judge.new_key(key_place, keys[i]);
    judge.require(distinct.insert(keys[i].spki()).second, key_place.field("spki"),
                  "this key is listed twice; a key is enrolled once, for one purpose");
  }
}

void judge_application(RecordJudge& judge, const Place& place,
                       const quality::v1::EnrolmentApplication& application) {
  judge.text(place.field("chain_id"), application.chain_id(), name_fault);
  judge.text(place.field("code"), application.code(), party_code_fault);
  judge.names(place.field("name"), application.name());
  judge.chosen(place.field("kind"), application.kind(), "the kind of party");
  judge.optional_text(place.field("gln"), application.gln(), gln_fault);
  judge.optional_bytes(place.field("contacts_commitment"), application.contacts_commitment(),
                       kDigestSize);
  judge.bytes(place.field("contract_digest"), application.contract_digest(), kDigestSize);
  judge.text(place.field("contract_version"), application.contract_version(), component_fault);
  judge.count(place.field("keys"), application.keys_size(), 2, kKeysMax);
  judge_keys(judge, place, application.keys());
  for (int i = 0; i < application.keys_size(); ++i) {
    const WireKeyPurpose purpose = application.keys(i).purpose();
    judge.require(purpose != quality::v1::KEY_PURPOSE_VALIDATOR &&
                      purpose != quality::v1::KEY_PURPOSE_NODE_TLS,
                  place.element("keys", i).field("purpose"),
                  "a node's keys come with a change of the validator set, not with an application");
  }
  judge.require_present(holds_purpose(application.keys(), quality::v1::KEY_PURPOSE_ADMIN),
                        place.field("keys"), "keys with at least one admin key among them");
  judge.require_present(holds_purpose(application.keys(), quality::v1::KEY_PURPOSE_SIGNING),
                        place.field("keys"), "keys with at least one signing key among them");
}

void judge_parameters(RecordJudge& judge, const Place& place,
                      const quality::v1::NetworkParameters& parameters) {
  judge.require_present(
      !parameters.approval_rule().empty(), place.field("approval_rule"),
      "who admits members, such as \"regulator and 2 of (government, association)\"");
  judge.require(parameters.approval_rule().size() <= kApprovalRuleBytesMax,
                place.field("approval_rule"), "should have at most 1000 characters");
  judge.require(
      parameters.replay_window_ms() >= 1 && parameters.replay_window_ms() <= kReplayWindowMsMax,
      place.field("replay_window_ms"), "should be 1 to 86400000 ms (24 h)");
  judge.require(parameters.time_zone() >= kTimeZoneBias - kTimeZoneMinutesMax &&
                    parameters.time_zone() <= kTimeZoneBias + kTimeZoneMinutesMax,
                place.field("time_zone"),
                "should be the minutes east of UTC plus 1440, 1920 for +08:00");
  judge.require(parameters.protocol() == 1, place.field("protocol"), "should be 1");
  judge.require_present(parameters.enrolment_window_ms() != 0, place.field("enrolment_window_ms"),
                        "how long an application stays open, in ms");
  judge.require_present(parameters.submission_subjects_max() != 0,
                        place.field("submission_subjects_max"),
                        "how many subjects a submission may touch");
  judge.require_present(parameters.block_subjects_max() != 0, place.field("block_subjects_max"),
                        "how many subjects a block may touch");
  judge.require(parameters.block_subjects_max() >= parameters.submission_subjects_max(),
                place.field("block_subjects_max"), "should be at least submission_subjects_max");
}

void judge_validator(RecordJudge& judge, const Place& place,
                     const quality::v1::Validator& validator) {
  judge.text(place.field("name"), validator.name(), name_fault);
  judge.text(place.field("organisation"), validator.organisation(), party_code_fault);
  const auto judge_key = [&judge](const Place& at, const std::string& spki, bool ed25519) {
    judge.require_present(!spki.empty(), at, "a SubjectPublicKeyInfo in DER");
    if (judge.refused()) return;
    const Result<PublicKey> key = PublicKey::from_spki(spki);
    if (!key) return judge.refuse(OutcomeCode::kInvalidField, at, key.error().message);
    judge.require(!ed25519 || key->algorithm() == KeyAlgorithm::kEd25519, at,
                  "a validator's key should be an Ed25519 key");
  };
  judge_key(place.field("spki"), validator.spki(), true);
  judge_key(place.field("node_tls_spki"), validator.node_tls_spki(), false);
}

Fault validator_name_fault(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos && is_network_name(name.substr(0, slash)) &&
      is_short_name(short_name(name))) {
    return std::nullopt;
  }
  return quote(name) +
         " should be <network name>/<short name>, the short name [a-z][a-z0-9-]{0,31} and not "
         "\"none\"";
}

/// The new keys are those that the seat names, each once: the voting key always, the TLS key unless
/// it is enrolled already.
void judge_seat_keys(RecordJudge& judge, const Place& place, const ValidatorSetChange& change) {
  judge.count(place.field("keys"), change.keys_size(), 1, 2);
  for (int i = 0; i < change.keys_size(); ++i) {
    const NewKey& key = change.keys(i);
    const Place at = place.element("keys", i);
    judge.new_key(at, key);
    const WireKeyPurpose wanted =
        i == 0 ? quality::v1::KEY_PURPOSE_VALIDATOR : quality::v1::KEY_PURPOSE_NODE_TLS;
    judge.require(key.purpose() == wanted, at.field("purpose"),
                  i == 0 ? "the first key should be the voting key, of purpose validator"
                         : "the second key should be that of the node's TLS certificate");
    const std::string& named =
        i == 0 ? change.validator().spki() : change.validator().node_tls_spki();
    judge.require(key.spki() == named, at.field("spki"), "is not the one that the validator names");
    judge.require(key.valid_to_ms() == 0, at.field("valid_to_ms"),
                  "a validator's key has no end; it is replaced");
  }
}

}  // namespace

void judge(RecordJudge& judge, const Place& place, const ValidatorSetChange& change) {
  judge.chosen(place.field("change"), change.change(), "add, remove or replace key");
  const Place at = place.field("validator");
  const quality::v1::Validator& validator = change.validator();
  judge.text(at.field("name"), validator.name(), validator_name_fault);
  judge.text(at.field("organisation"), validator.organisation(), party_code_fault);
  if (change.change() == ValidatorSetChange::CHANGE_REMOVE) {
    judge.require(validator.spki().empty(), at.field("spki"), "is not for a removal");
    judge.require(validator.node_tls_spki().empty(), at.field("node_tls_spki"),
                  "is not for a removal");
    judge.require(change.keys().empty(), place.field("keys"), "are not for a removal");
    return;
  }
  judge.require_present(!validator.spki().empty(), at.field("spki"), "the voting key");
  if (change.change() == ValidatorSetChange::CHANGE_ADD) {
    judge.require_present(!validator.node_tls_spki().empty(), at.field("node_tls_spki"),
                          "the key of the node's TLS certificate");
  }
  judge_seat_keys(judge, place, change);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::EnrolmentRequest& request) {
  const Place at = place.field("application");
  judge.require_present(!request.application().empty(), at, "the application as it was signed");
  if (judge.refused()) return;
  const auto application =
      parse_canonical<quality::v1::EnrolmentApplication>(request.application());
  if (!application) return judge.refuse(OutcomeCode::kMalformed, at, application.error().message);
  judge_application(judge, at, *application);
  judge.bytes(place.field("signature"), request.signature(), kSignatureSize);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::EnrolmentDecision& decision) {
  judge.text(place.field("code"), decision.code(), party_code_fault);
  judge.bytes(place.field("application_hash"), decision.application_hash(), kDigestSize);
  judge.chosen(place.field("decision"), decision.decision(), "approve or refuse");
  if (decision.decision() == quality::v1::EnrolmentDecision::DECISION_REFUSE) {
    judge.require_present(!decision.reason().empty(), place.field("reason"),
                          "why the application is refused");
  }
  judge.optional_text(place.field("reason"), decision.reason(), free_text_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::MemberAction& action) {
  judge.text(place.field("code"), action.code(), party_code_fault);
  judge.chosen(place.field("action"), action.action(), "suspend, reinstate or exit");
  if (action.action() != quality::v1::MemberAction::ACTION_EXIT) {
    judge.require_present(!action.reason().empty(), place.field("reason"),
                          "why the member is suspended or reinstated");
  }
  judge.optional_text(place.field("reason"), action.reason(), free_text_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::KeyAdd& add) {
  judge.new_key(place.field("key"), add.key());
  judge.require(add.key().purpose() != quality::v1::KEY_PURPOSE_VALIDATOR,
                place.field("key").field("purpose"),
                "a validator's key comes with a change of the validator set");
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::KeyRevoke& revoke) {
  judge.bytes(place.field("key_id"), revoke.key_id(), kDigestSize);
  judge.optional_text(place.field("reason"), revoke.reason(), free_text_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::PrefixGrant& grant) {
  judge.text(place.field("prefix"), grant.prefix(), granted_prefix_fault);
  judge.text(place.field("code"), grant.code(), party_code_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::FoundingNetwork& network) {
  judge_parameters(judge, place.field("parameters"), network.parameters());
  judge.count(place.field("validators"), network.validators_size(), 1, kValidatorsMax);
  for (int i = 0; i < network.validators_size(); ++i) {
    judge_validator(judge, place.element("validators", i), network.validators(i));
  }
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::FoundingParty& party) {
  judge.text(place.field("code"), party.code(), party_code_fault);
  judge.names(place.field("name"), party.name());
  judge.chosen(place.field("kind"), party.kind(), "the kind of party");
  judge.optional_text(place.field("gln"), party.gln(), gln_fault);
  judge.count(place.field("keys"), party.keys_size(), 0, kKeysMax);
  judge_keys(judge, place, party.keys());
}

}  // namespace qc::ledger
