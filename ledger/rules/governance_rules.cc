// SPDX-License-Identifier: Apache-2.0
// Members, keys and GS1 prefixes: who belongs to the network and what is theirs.
#include <algorithm>

#include "base/hex.h"
#include "ledger/crypto/key.h"
#include "ledger/name/subject_id.h"
#include "ledger/rules/party_rights.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::KeyStatus;
using quality::v1::MemberAction;
using quality::v1::NetworkStatus;
using quality::v1::PartyStatus;
using quality::v1::PrefixStatus;

namespace {

bool governs(const NetworkStatus& network, const std::string& code) {
  return std::ranges::find(network.governance(), code) != network.governance().end();
}

bool is_enrolled(const PartyStatus& party) {
  return party.state() == quality::v1::PARTY_STATE_ACTIVE ||
         party.state() == quality::v1::PARTY_STATE_SUSPENDED;
}

Judgement refuse_state(const std::string& code, const PartyStatus& party, std::string_view rule) {
  return refuse(
      OutcomeCode::kWrongState, "member_action.action",
      code + " is " + quality::v1::PartyState_Name(party.state()) + "; " + std::string(rule));
}

Judgement exit_member(RuleContext& context, PartyStatus& party, const MemberAction& record) {
  if (record.code() != context.organisation) {
    return refuse(OutcomeCode::kNotAllowed, "member_action.code",
                  "only the member itself leaves, by its own admin key");
  }
  if (governs(context.start.network(), record.code())) {
    return refuse(OutcomeCode::kNotAllowed, "member_action.action",
                  "a governance party cannot leave while the approval rule counts on it");
  }
  const auto seats = present_and_later_seats(context);
  const auto seat = std::ranges::find(seats, record.code(), &quality::v1::Validator::organisation);
  if (seat != seats.end()) {
    return refuse(OutcomeCode::kWrongState, "member_action.action",
                  record.code() + " runs the validator " + seat->name() +
                      "; it leaves when that is out of the set");
  }
  party.set_state(quality::v1::PARTY_STATE_LEFT);
  return {};
}

Judgement suspend_member(RuleContext& context, PartyStatus& party, const MemberAction& record) {
  if (governs(context.start.network(), record.code())) {
    return refuse(OutcomeCode::kNotAllowed, "member_action.code",
                  "a governance party cannot be suspended by one party alone");
  }
  if (party.state() != quality::v1::PARTY_STATE_ACTIVE) {
    return refuse_state(record.code(), party, "only an active member can be suspended");
  }
  party.set_state(quality::v1::PARTY_STATE_SUSPENDED);
  return {};
}

bool is_validators_key(RuleContext& context, std::string_view spki) {
  const auto seats = present_and_later_seats(context);
  return std::ranges::any_of(seats, [spki](const quality::v1::Validator& seat) {
    return seat.spki() == spki || seat.node_tls_spki() == spki;
  });
}

/// Another admin key of the party than `revoked`, good after this block.
bool has_other_admin_key(RuleContext& context, const PartyStatus& party, std::string_view revoked) {
  return std::ranges::any_of(party.keys(), [&](const std::string& id) {
    if (id == revoked) return false;
    const auto key = context.state.status<KeyStatus>(key_subject_id(to_hex(id)));
    return key.purpose() == quality::v1::KEY_PURPOSE_ADMIN && key.revoked_at_ms() == 0 &&
           (key.valid_to_ms() == 0 || key.valid_to_ms() > context.block_time_ms);
  });
}

}  // namespace

Judgement check_possession(const RuleContext& context, std::string_view organisation,
                           const quality::v1::NewKey& key, const std::string& field) {
  const auto public_key = PublicKey::from_spki(key.spki());
  if (!public_key) {
    return refuse(OutcomeCode::kInvalidField, field + ".spki", public_key.error().message);
  }
  const std::string message = possession_message(
      context.network.chain_id, organisation, static_cast<KeyPurpose>(key.purpose()), key.spki());
  if (public_key->verify(message, key.possession())) return {};
  return refuse(OutcomeCode::kBadSignature, field + ".possession",
                "the proof of possession is not this key's for this chain, organisation and "
                "purpose; sign it again");
}

Judgement enrol_keys(RuleContext& context, PartyStatus& party, const std::string& code,
                     const google::protobuf::RepeatedPtrField<quality::v1::NewKey>& keys,
                     const std::string& field) {
  int place = 0;
  for (const quality::v1::NewKey& key : keys) {
    const std::string at = field + "[" + std::to_string(place++) + "]";
    const Digest id = hash(context.network.algorithm, key.spki());
    const std::string subject = key_subject(id);
    if (!context.state.status<KeyStatus>(subject).spki().empty()) {
      return refuse(OutcomeCode::kDuplicate, at + ".spki",
                    "key " + to_hex(id) +
                        " is on the chain already; a key is enrolled once, for "
                        "one purpose, for ever: make a new one");
    }
    if (key.valid_to_ms() != 0 && key.valid_to_ms() <= context.block_time_ms) {
      return refuse(OutcomeCode::kWrongTime, at + ".valid_to_ms", "the key has expired already");
    }
    KeyStatus status;
    status.set_spki(key.spki());
    status.set_organisation(code);
    status.set_purpose(key.purpose());
    status.set_valid_from_ms(context.block_time_ms);
    status.set_valid_to_ms(key.valid_to_ms());
    context.state.set_status(subject, status);
    context.extra_subjects.push_back(subject);
    party.add_keys(to_bytes(id));
  }
  return {};
}

Judgement apply(RuleContext& context, const MemberAction& record) {
  const std::string subject = party_id(record.code());
  auto party = context.state.status<PartyStatus>(subject);
  if (!is_enrolled(party)) {
    return refuse(OutcomeCode::kUnknownOrganisation, "member_action.code",
                  record.code() + " is not a member of this network");
  }
  if (record.action() == MemberAction::ACTION_EXIT) {
    if (auto left = exit_member(context, party, record); !left) return left;
    context.state.set_status(subject, party);
    return {};
  }
  if (!is_regulator(*context.actor)) {
    return refuse(OutcomeCode::kNotAllowed, "member_action.action",
                  "only a regulator suspends or reinstates a member");
  }
  if (record.action() == MemberAction::ACTION_SUSPEND) {
    if (auto done = suspend_member(context, party, record); !done) return done;
  } else if (party.state() != quality::v1::PARTY_STATE_SUSPENDED) {
    return refuse_state(record.code(), party, "only a suspended member can be reinstated");
  } else {
    party.set_state(quality::v1::PARTY_STATE_ACTIVE);
  }
  context.state.set_status(subject, party);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::KeyAdd& record) {
  const std::string code(context.organisation);
  auto proven = check_possession(context, code, record.key(), "key_add.key");
  if (!proven) return proven;
  auto party = context.state.status<PartyStatus>(party_id(code));
  google::protobuf::RepeatedPtrField<quality::v1::NewKey> keys;
  *keys.Add() = record.key();
  if (auto enrolled = enrol_keys(context, party, code, keys, "key_add.key"); !enrolled) {
    // There is one key, not a list of them.
    Refusal refusal = std::move(enrolled).error();
    if (const auto at = refusal.field.find("[0]"); at != std::string::npos) {
      refusal.field.erase(at, 3);
    }
    return tl::unexpected<Refusal>(std::move(refusal));
  }
  context.state.set_status(party_id(code), party);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::KeyRevoke& record) {
  const std::string subject = key_subject_id(to_hex(record.key_id()));
  auto key = context.state.status<KeyStatus>(subject);
  if (key.spki().empty()) {
    return refuse(OutcomeCode::kUnknownSubject, "key_revoke.key_id",
                  "no such key on the chain: " + to_hex(record.key_id()));
  }
  if (key.organisation() != context.organisation) {
    return refuse(OutcomeCode::kNotAllowed, "key_revoke.key_id",
                  "the key is " + key.organisation() + "'s; an organisation revokes its own keys");
  }
  if (key.revoked_at_ms() != 0) {
    return refuse(OutcomeCode::kWrongState, "key_revoke.key_id", "the key is revoked already");
  }
  if (is_validators_key(context, key.spki())) {
    return refuse(OutcomeCode::kWrongState, "key_revoke.key_id",
                  "a validator runs with this key; replace it in the validator set first");
  }
  const auto party = context.state.status<PartyStatus>(party_id(context.organisation));
  if (key.purpose() == quality::v1::KEY_PURPOSE_ADMIN &&
      !has_other_admin_key(context, party, record.key_id())) {
    return refuse(OutcomeCode::kWrongState, "key_revoke.key_id",
                  "it is the organisation's last admin key; add another one first");
  }
  key.set_revoked_at_ms(context.block_time_ms);
  context.state.set_status(subject, key);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::PrefixGrant& record) {
  const auto holder = context.state.status<PartyStatus>(party_id(record.code()));
  if (!is_enrolled(holder)) {
    return refuse(OutcomeCode::kUnknownOrganisation, "prefix_grant.code",
                  record.code() + " is not a member of this network; enrol it first");
  }
  for (std::size_t length = 4; length <= record.prefix().size(); ++length) {
    const std::string_view prefix = std::string_view(record.prefix()).substr(0, length);
    const auto granted = context.state.status<PrefixStatus>(gs1_prefix_id(prefix));
    if (granted.holder().empty()) continue;
    return refuse(OutcomeCode::kDuplicate, "prefix_grant.prefix",
                  "prefix " + std::string(prefix) + " is granted to " + granted.holder());
  }
  PrefixStatus status = context.state.status<PrefixStatus>(gs1_prefix_id(record.prefix()));
  status.set_holder(record.code());
  context.state.set_status(gs1_prefix_id(record.prefix()), status);
  return {};
}

}  // namespace qc::ledger
