// SPDX-License-Identifier: Apache-2.0
// Changes of the validator set: proposed, approved by k of n, queued, in force (docs/consensus.md).
#include "ledger/rules/set_change_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/approval_rule.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/key.h"
#include "ledger/name/subject_id.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::KeyStatus;
using quality::v1::NetworkStatus;
using quality::v1::NewKey;
using quality::v1::PartyStatus;
using quality::v1::ValidatorSetChange;

namespace {

using Seats = std::vector<quality::v1::Validator>;

bool governs(const NetworkStatus& network, std::string_view code) {
  return std::ranges::find(network.governance(), code) != network.governance().end();
}

const quality::v1::Validator* find_seat(const Seats& seats, std::string_view name) {
  const auto found = std::ranges::find(seats, name, &quality::v1::Validator::name);
  return found == seats.end() ? nullptr : &*found;
}

/// The queue without the changes that are in force at `height`: the set has them.
void fold(NetworkStatus& network, std::uint64_t height) {
  int in_force = 0;
  while (in_force < network.changes_size() && network.changes(in_force).height() <= height) {
    ++in_force;
  }
  if (in_force == 0) return;
  const Seats seats = validators_after(network, in_force);
  network.set_epoch(network.changes(in_force - 1).height());
  network.mutable_validators()->Assign(seats.begin(), seats.end());
  network.mutable_changes()->DeleteSubrange(0, in_force);
}

/// Proposals that nobody decided in the time that applications have too.
void forget_lapsed(NetworkStatus& network, std::uint64_t block_time_ms) {
  const std::uint64_t window = network.parameters().enrolment_window_ms();
  auto& open = *network.mutable_open_changes();
  open.erase(std::remove_if(open.begin(), open.end(),
                            [&](const NetworkStatus::OpenChange& change) {
                              return block_time_ms - change.opened_at_ms() > window;
                            }),
             open.end());
}

/// What one change meets: the network and the set that the queue leads to.
struct Meeting {
  NetworkStatus network;
  Seats seats;
  /// The seat that it is about as it stands there; nothing where it is to be added.
  std::optional<quality::v1::Validator> seat;
  bool small_allowed = false;
};

Judgement check_standing(const RuleContext& context, const ValidatorSetChange& record,
                         const Meeting& met) {
  const bool own_key = record.change() == ValidatorSetChange::CHANGE_REPLACE_KEY &&
                       record.validator().organisation() == context.organisation;
  if (own_key || governs(context.start.network(), context.organisation)) return {};
  if (record.change() == ValidatorSetChange::CHANGE_REPLACE_KEY && met.seat) {
    return refuse(OutcomeCode::kNotAllowed, "validator_set_change",
                  "only " + met.seat->organisation() +
                      ", whose validator it is, and the governance parties replace its key");
  }
  return refuse(OutcomeCode::kNotAllowed, "validator_set_change",
                "only governance parties of the network change the set of validators");
}

Judgement check_waiting(const ValidatorSetChange& record, const Meeting& met) {
  const std::string& organisation = record.validator().organisation();
  const auto waiting = std::ranges::find_if(
      met.network.changes(), [&organisation](const NetworkStatus::DecidedChange& change) {
        return change.validator().organisation() == organisation;
      });
  if (waiting == met.network.changes().end()) return {};
  return refuse(OutcomeCode::kWrongState, "validator_set_change.validator.organisation",
                "a change of " + organisation + " waits for height " +
                    std::to_string(waiting->height()) + "; the next one can be made from there on");
}

Judgement check_addition(RuleContext& context, const ValidatorSetChange& record,
                         const Meeting& met) {
  const quality::v1::Validator& added = record.validator();
  if (met.seat) {
    return refuse(OutcomeCode::kDuplicate, "validator_set_change.validator.name",
                  "the set has a validator " + added.name() + " already");
  }
  if (context.start.party(added.organisation()).state() != quality::v1::PARTY_STATE_ACTIVE) {
    return refuse(OutcomeCode::kUnknownOrganisation, "validator_set_change.validator.organisation",
                  added.organisation() + " is no active member of this network; enrol it first");
  }
  if (met.seats.size() >= kMaxValidators) {
    return refuse(OutcomeCode::kTooLarge, "validator_set_change",
                  "the set has " + std::to_string(met.seats.size()) + " validators, the most");
  }
  const std::string& other = met.seats.front().name();
  const std::string_view network = std::string_view(other).substr(0, other.rfind('/') + 1);
  if (added.name().rfind('/') + 1 != network.size() || !added.name().starts_with(network)) {
    return refuse(OutcomeCode::kInvalidField, "validator_set_change.validator.name",
                  "it should begin with \"" + std::string(network) + "\", as the others do");
  }
  return {};
}

Judgement check_seat(RuleContext& context, const ValidatorSetChange& record, const Meeting& met) {
  if (record.change() == ValidatorSetChange::CHANGE_ADD) {
    return check_addition(context, record, met);
  }
  if (!met.seat) {
    return refuse(OutcomeCode::kUnknownSubject, "validator_set_change.validator.name",
                  "the set has no validator " + record.validator().name());
  }
  if (met.seat->organisation() != record.validator().organisation()) {
    return refuse(OutcomeCode::kBadReference, "validator_set_change.validator.organisation",
                  "the validator is run by " + met.seat->organisation());
  }
  const std::size_t least = met.small_allowed ? 1 : kValidatorsMin;
  if (record.change() == ValidatorSetChange::CHANGE_REMOVE && met.seats.size() <= least) {
    return refuse(OutcomeCode::kWrongState, "validator_set_change.change",
                  "it would leave " + std::to_string(met.seats.size() - 1) +
                      " validators; a network has at least " + std::to_string(least));
  }
  return {};
}

/// A key that comes along is new to the chain and in the hands of the organisation.
Judgement check_new_keys(RuleContext& context, const ValidatorSetChange& record) {
  for (int i = 0; i < record.keys_size(); ++i) {
    const std::string field = element("validator_set_change", "keys", i);
    const Digest id = hash(context.network.algorithm, record.keys(i).spki());
    if (!context.state.status<KeyStatus>(key_subject(id)).spki().empty()) {
      return refuse(OutcomeCode::kDuplicate, field + ".spki",
                    "key " + to_hex(id) +
                        " is on the chain already; a key is enrolled once, for one purpose, for "
                        "ever: make a new one");
    }
    auto proven =
        check_possession(context, record.validator().organisation(), record.keys(i), field);
    if (!proven) return proven;
  }
  return {};
}

/// The key of the node's TLS certificate comes along or is enrolled already, as of an observer that
/// becomes a validator.
Judgement check_tls_key(RuleContext& context, const ValidatorSetChange& record,
                        const Meeting& met) {
  const std::string& spki = record.validator().node_tls_spki();
  if (spki.empty()) return {};
  const std::string field = "validator_set_change.validator.node_tls_spki";
  for (const quality::v1::Validator& seat : met.seats) {
    if (seat.node_tls_spki() != spki || seat.name() == record.validator().name()) continue;
    return refuse(OutcomeCode::kDuplicate, field, "it is the key of " + seat.name() + "'s node");
  }
  if (std::ranges::find(record.keys(), spki, &NewKey::spki) != record.keys().end()) return {};
  const auto key =
      context.state.status<KeyStatus>(key_subject(hash(context.network.algorithm, spki)));
  const bool good = key.purpose() == quality::v1::KEY_PURPOSE_NODE_TLS &&
                    key.organisation() == record.validator().organisation() &&
                    key.revoked_at_ms() == 0 &&
                    (key.valid_to_ms() == 0 || key.valid_to_ms() > context.block_time_ms);
  if (good) return {};
  return refuse(OutcomeCode::kBadReference, field,
                "it is neither among the new keys nor enrolled for " +
                    record.validator().organisation() + " as a node's TLS key, in force");
}

Judgement check_change(RuleContext& context, const ValidatorSetChange& record, const Meeting& met) {
  if (auto fine = check_standing(context, record, met); !fine) return fine;
  if (auto fine = check_seat(context, record, met); !fine) return fine;
  if (auto fine = check_waiting(record, met); !fine) return fine;
  if (auto fine = check_new_keys(context, record); !fine) return fine;
  return check_tls_key(context, record, met);
}

/// Whether the organisation's own word is enough.
bool decides_alone(RuleContext& context, const ValidatorSetChange& record) {
  if (record.change() != ValidatorSetChange::CHANGE_REPLACE_KEY ||
      record.validator().organisation() != context.organisation) {
    return false;
  }
  const auto party = context.state.status<PartyStatus>(party_id(context.organisation));
  const std::uint64_t last = party.validator_key_replaced_at_ms();
  return last == 0 || context.block_time_ms - last >= kKeyReplacementMs;
}

/// Counts the actor's word for the change; true when the rule is met.
tl::expected<bool, Refusal> approve(RuleContext& context, const ValidatorSetChange& record,
                                    NetworkStatus& network) {
  const std::string actor(context.organisation);
  const std::string id = to_bytes(set_change_id(context.network.algorithm, record));
  auto& open = *network.mutable_open_changes();
  auto known = std::ranges::find(open, id, &NetworkStatus::OpenChange::change_id);
  if (known == open.end()) {
    // One open proposal each: who makes another takes the earlier one back.
    open.erase(std::remove_if(open.begin(), open.end(),
                              [&actor](const auto& change) { return change.opener() == actor; }),
               open.end());
    NetworkStatus::OpenChange& opened = *open.Add();
    opened.set_change_id(id);
    *opened.mutable_change() = record;
    opened.set_opened_at_ms(context.block_time_ms);
    opened.set_opener(actor);
    known = std::prev(open.end());
  } else if (known->opener() == actor ||
             std::ranges::find(known->approvals(), actor) != known->approvals().end()) {
    return refuse(OutcomeCode::kDuplicate, "validator_set_change",
                  actor + " has proposed or approved this change already");
  }
  if (governs(context.start.network(), actor)) known->add_approvals(actor);
  const ApprovalRule* rule = context.start.approval_rule();
  std::vector<std::uint32_t> kinds;
  for (const std::string& code : known->approvals()) {
    kinds.push_back(static_cast<std::uint32_t>(context.start.party(code).kind()));
  }
  return rule != nullptr && rule->satisfied_by(kinds);
}

/// The change joins the queue; its new keys are enrolled, and the histories of the party and of the
/// key that goes have the deciding record.
Judgement decide(RuleContext& context, const ValidatorSetChange& record, Meeting& met) {
  const std::string& organisation = record.validator().organisation();
  const std::string party_subject = party_id(organisation);
  auto party = context.state.status<PartyStatus>(party_subject);
  auto enrolled =
      enrol_keys(context, party, organisation, record.keys(), "validator_set_change.keys");
  if (!enrolled) return enrolled;
  if (record.change() == ValidatorSetChange::CHANGE_REPLACE_KEY) {
    party.set_validator_key_replaced_at_ms(context.block_time_ms);
  }
  context.state.set_status(party_subject, party);
  if (met.seat) {
    context.extra_subjects.push_back(
        key_subject(hash(context.network.algorithm, met.seat->spki())));
  }

  NetworkStatus& network = met.network;
  auto& open = *network.mutable_open_changes();
  const std::string id = to_bytes(set_change_id(context.network.algorithm, record));
  open.erase(std::remove_if(open.begin(), open.end(),
                            [&id](const auto& change) { return change.change_id() == id; }),
             open.end());
  const std::uint64_t previous = network.changes().empty()
                                     ? network.epoch()
                                     : network.changes(network.changes_size() - 1).height();
  NetworkStatus::DecidedChange& decided = *network.add_changes();
  decided.set_height(activation_height(context.height, previous));
  decided.set_change(record.change());
  quality::v1::Validator& seat = *decided.mutable_validator();
  seat = met.seat ? *met.seat : record.validator();
  if (record.change() == ValidatorSetChange::CHANGE_REPLACE_KEY) {
    seat.set_spki(record.validator().spki());
    if (!record.validator().node_tls_spki().empty()) {
      seat.set_node_tls_spki(record.validator().node_tls_spki());
    }
  }
  return {};
}

Meeting meet(RuleContext& context, const ValidatorSetChange& record) {
  Meeting met;
  met.network = context.state.status<NetworkStatus>(network_id());
  fold(met.network, context.height);
  forget_lapsed(met.network, context.block_time_ms);
  met.seats = validators_after(met.network, met.network.changes_size());
  if (const auto* seat = find_seat(met.seats, record.validator().name())) met.seat = *seat;
  met.small_allowed = context.network.chain_id.starts_with("dev-");
  return met;
}

}  // namespace

Digest set_change_id(HashAlgorithm algorithm, const ValidatorSetChange& change) {
  return tagged_hash(algorithm, "qc/set-change/v1", {canonical_bytes(change)});
}

std::vector<quality::v1::Validator> present_and_later_seats(RuleContext& context) {
  const auto network = context.state.status<NetworkStatus>(network_id());
  int changes = 0;
  while (changes < network.changes_size() && network.changes(changes).height() <= context.height) {
    ++changes;
  }
  Seats seats;
  for (; changes <= network.changes_size(); ++changes) {
    const Seats then = validators_after(network, changes);
    seats.insert(seats.end(), then.begin(), then.end());
  }
  return seats;
}

Judgement apply(RuleContext& context, const ValidatorSetChange& record) {
  Meeting met = meet(context, record);
  if (auto fine = check_change(context, record, met); !fine) return fine;
  bool decided = decides_alone(context, record);
  if (!decided) {
    auto approved = approve(context, record, met.network);
    if (!approved) return tl::unexpected<Refusal>(std::move(approved).error());
    decided = *approved;
  }
  if (decided) {
    if (auto done = decide(context, record, met); !done) return done;
  }
  context.state.set_status(network_id(), met.network);
  return {};
}

}  // namespace qc::ledger
