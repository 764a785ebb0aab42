// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/founding.h"

#include <algorithm>
#include <utility>

#include "ledger/base/calendar.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/execution/block_execution.h"
#include "ledger/name/subject_id.h"
#include "ledger/rules/party_rights.h"
#include "ledger/rules/set_change_rules.h"

namespace qc::ledger {

namespace {

using quality::v1::FoundingNetwork;
using quality::v1::FoundingParty;
using quality::v1::Record;

Record network_record(const FoundingPlan& plan) {
  Record record;
  FoundingNetwork& network = *record.mutable_founding_network();
  quality::v1::NetworkParameters& parameters = *network.mutable_parameters();
  parameters.set_approval_rule(plan.approval_rule);
  parameters.set_replay_window_ms(plan.replay_window_ms);
  parameters.set_time_zone(static_cast<std::uint32_t>(static_cast<std::int32_t>(kTimeZoneBias) +
                                                      plan.time_zone_minutes));
  parameters.set_protocol(1);
  parameters.set_enrolment_window_ms(plan.enrolment_window_ms);
  parameters.set_submission_subjects_max(plan.submission_subjects_max);
  parameters.set_block_subjects_max(plan.block_subjects_max);
  for (const FoundingValidator& validator : plan.validators) {
    quality::v1::Validator& added = *network.add_validators();
    added.set_name(validator.name);
    added.set_organisation(validator.organisation);
    added.set_spki(validator.spki);
    added.set_node_tls_spki(validator.node_tls_spki);
  }
  return record;
}

Record party_record(const Founder& founder) {
  Record record;
  FoundingParty& party = *record.mutable_founding_party();
  party.set_code(founder.code);
  party.mutable_name()->set_zh(founder.name_zh);
  party.mutable_name()->set_en(founder.name_en);
  party.set_kind(static_cast<quality::v1::PartyKind>(founder.kind));
  party.set_gln(founder.gln);
  for (const FoundingKey& key : founder.keys) {
    quality::v1::NewKey& added = *party.add_keys();
    added.set_spki(key.spki);
    added.set_purpose(static_cast<quality::v1::KeyPurpose>(key.purpose));
  }
  return record;
}

Result<ValidatorSet> validator_set(const FoundingNetwork& network, std::string_view name) {
  std::vector<Validator> validators;
  for (const quality::v1::Validator& validator : network.validators()) {
    QC_TRY(PublicKey key, PublicKey::from_spki(validator.spki()));
    validators.push_back({validator.name(), std::move(key)});
  }
  QC_TRY(ValidatorSet set, ValidatorSet::make(std::move(validators)));
  if (set.network_name() != name) {
    return fail(Code::kInvalidArgument, "the validators' names begin with \"" +
                                            std::string(set.network_name()) +
                                            "\", the network is \"" + std::string(name) + "\"");
  }
  if (set.size() < kValidatorsMin && !name.starts_with("dev-")) {
    return fail(Code::kInvalidArgument,
                "a network has at least 4 validators; with fewer its name begins with \"dev-\"");
  }
  return set;
}

struct FoundingRecords {
  FoundingNetwork network;
  std::vector<FoundingParty> parties;
};

Result<FoundingRecords> read_records(const GenesisDocument& document) {
  FoundingRecords records;
  for (std::size_t i = 0; i < document.records.size(); ++i) {
    const std::string place = "genesis record " + std::to_string(i);
    const auto record = parse_canonical<Record>(document.records[i]);
    if (!record) return fail_at(place, record.error());
    const bool first = i == 0;
    if (first != record->has_founding_network() || first == record->has_founding_party()) {
      return fail(Code::kInvalidArgument,
                  place + ": the first record founds the network, each other one a party");
    }
    if (first) {
      records.network = record->founding_network();
    } else {
      records.parties.push_back(record->founding_party());
    }
  }
  return records;
}

const FoundingParty* find_party(const FoundingRecords& records, std::string_view code) {
  const auto found = std::ranges::find(records.parties, code, &FoundingParty::code);
  return found == records.parties.end() ? nullptr : &*found;
}

bool has_admin_key(const FoundingParty& party) {
  return std::ranges::any_of(party.keys(), [](const quality::v1::NewKey& key) {
    return key.purpose() == quality::v1::KEY_PURPOSE_ADMIN;
  });
}

/// The founders can run the network: somebody runs each validator, and together they can approve.
Result<void> check_founders(const FoundingRecords& records) {
  std::vector<std::uint32_t> kinds;
  for (const FoundingParty& party : records.parties) {
    if (!is_governing_kind(party.kind())) continue;
    kinds.push_back(static_cast<std::uint32_t>(party.kind()));
    if (!has_admin_key(party)) {
      return fail(Code::kInvalidArgument,
                  "founder " + party.code() + " governs the network, so it needs an admin key");
    }
  }
  for (const quality::v1::Validator& validator : records.network.validators()) {
    if (find_party(records, validator.organisation()) == nullptr) {
      return fail(Code::kInvalidArgument, "validator " + validator.name() + ": its organisation " +
                                              validator.organisation() + " is no founder");
    }
  }
  QC_TRY(const ApprovalRule rule,
         ApprovalRule::parse(records.network.parameters().approval_rule()));
  if (!rule.satisfied_by(kinds)) {
    return fail(Code::kInvalidArgument,
                "the approval rule \"" + rule.text() +
                    "\" can never be met; missing among the founders: " + rule.missing(kinds));
  }
  return {};
}

}  // namespace

Judgement apply(RuleContext& context, const FoundingNetwork& record) {
  if (context.state.get(network_id()).exists()) {
    return refuse(OutcomeCode::kDuplicate, "founding_network", "the network is founded once");
  }
  quality::v1::NetworkStatus status;
  *status.mutable_parameters() = record.parameters();
  *status.mutable_validators() = record.validators();
  context.state.set_status(network_id(), status);
  for (int i = 0; i < record.validators_size(); ++i) {
    const quality::v1::Validator& validator = record.validators(i);
    auto party = context.state.status<quality::v1::PartyStatus>(party_id(validator.organisation()));
    google::protobuf::RepeatedPtrField<quality::v1::NewKey> keys;
    quality::v1::NewKey& voting = *keys.Add();
    voting.set_spki(validator.spki());
    voting.set_purpose(quality::v1::KEY_PURPOSE_VALIDATOR);
    quality::v1::NewKey& tls = *keys.Add();
    tls.set_spki(validator.node_tls_spki());
    tls.set_purpose(quality::v1::KEY_PURPOSE_NODE_TLS);
    auto enrolled = enrol_keys(context, party, validator.organisation(), keys,
                               element("founding_network", "validators", i, "keys"));
    if (!enrolled) return enrolled;
    context.state.set_status(party_id(validator.organisation()), party);
  }
  return {};
}

Judgement apply(RuleContext& context, const FoundingParty& record) {
  const std::string subject = party_id(record.code());
  auto party = context.state.status<quality::v1::PartyStatus>(subject);
  if (party.state() == quality::v1::PARTY_STATE_ACTIVE) {
    return refuse(OutcomeCode::kDuplicate, "founding_party.code",
                  record.code() + " is listed twice among the founders");
  }
  party.set_state(quality::v1::PARTY_STATE_ACTIVE);
  party.set_kind(record.kind());
  *party.mutable_name() = record.name();
  party.set_gln(record.gln());
  party.set_active_since_ms(context.block_time_ms);
  auto enrolled = enrol_keys(context, party, record.code(), record.keys(), "founding_party.keys");
  if (!enrolled) return enrolled;
  context.state.set_status(subject, party);
  if (!is_governing_kind(record.kind())) return {};
  auto network = context.state.status<quality::v1::NetworkStatus>(network_id());
  network.add_governance(record.code());
  context.state.set_status(network_id(), network);
  context.extra_subjects.push_back(network_id());
  return {};
}

Result<Genesis> make_genesis(const FoundingPlan& plan, HashAlgorithm algorithm) {
  GenesisDocument document{.name = plan.name, .time_ms = plan.time_ms, .records = {}};
  document.records.push_back(canonical_bytes(network_record(plan)));
  for (const Founder& founder : plan.founders) {
    document.records.push_back(canonical_bytes(party_record(founder)));
  }
  return parse_genesis(document.encode(), algorithm);
}

Result<Genesis> parse_genesis(std::string bytes, HashAlgorithm algorithm) {
  QC_TRY(GenesisDocument document, GenesisDocument::parse(bytes));
  QC_TRY(const FoundingRecords records, read_records(document));
  QC_TRY(ValidatorSet validators, validator_set(records.network, document.name));
  QC_TRY_VOID(check_founders(records));
  const Digest hash = genesis_hash(algorithm, bytes);
  Network network{chain_id(document.name, hash), algorithm};
  Genesis genesis{.bytes = std::move(bytes),
                  .document = std::move(document),
                  .hash = hash,
                  .network = std::move(network),
                  .validators = std::move(validators)};
  // The records' own rules are judged by executing them.
  QC_TRY_VOID(execute_genesis(genesis));
  return genesis;
}

Result<ExecutedBlock> execute_genesis(const Genesis& genesis) {
  const HashAlgorithm algorithm = genesis.network.algorithm;
  const ChainHead nothing{.height = 0,
                          .time_ms = 0,
                          .seal_leaf = kZeroDigest,
                          .state_root = kZeroDigest,
                          .validators = genesis.validators.hash(algorithm),
                          .log = Frontier(algorithm)};
  const EmptyStateView state;
  const MemoryNodeStore nodes;
  const ReplayWindow replay;
  const ExecutionBase base{genesis.network, nothing, state, nodes, replay};
  BlockExecution execution(base, 0, genesis.document.time_ms);
  QC_TRY_VOID(execution.found(genesis.hash, genesis.document.records));
  return execution.finish(kZeroDigest, nothing.validators);
}

}  // namespace qc::ledger
