// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hex.h"
#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/client/policy_follow.h"
#include "cli/client/session.h"
#include "cli/governance/validator_change.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/encoding.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using quality::v1::ListValidatorsResponse;
using quality::v1::ValidatorSetChange;

struct ValidatorOptions {
  std::string file;
  std::string name;
  std::string voting_key;
  std::string tls_key;
  std::string id;
  bool tls_enrolled = false;
};

std::string change_word(ValidatorSetChange::Change change) {
  switch (change) {
    case ValidatorSetChange::CHANGE_ADD:
      return "add";
    case ValidatorSetChange::CHANGE_REMOVE:
      return "remove";
    case ValidatorSetChange::CHANGE_REPLACE_KEY:
      return "replace-key";
    default:
      return "unknown";
  }
}

nlohmann::ordered_json set_json(const ListValidatorsResponse& response) {
  nlohmann::ordered_json out{{"height", response.height()},
                             {"first_height", response.first_height()},
                             {"quorum", response.quorum()},
                             {"set_hash", to_hex(response.set_hash())},
                             {"validators", nlohmann::ordered_json::array()},
                             {"waiting", nlohmann::ordered_json::array()},
                             {"open", nlohmann::ordered_json::array()}};
  for (const auto& validator : response.validators()) {
    out["validators"].push_back({{"name", validator.name()},
                                 {"organisation", validator.organisation()},
                                 {"spki", ledger::to_base64(validator.spki())},
                                 {"connected", validator.connected()},
                                 {"certified_height", validator.certified_height()}});
  }
  for (const auto& change : response.waiting()) {
    out["waiting"].push_back({{"height", change.height()},
                              {"change", change_word(change.change())},
                              {"name", change.validator().name()},
                              {"organisation", change.validator().organisation()}});
  }
  for (const auto& open : response.open()) {
    const auto& proposal = open.proposal();
    out["open"].push_back({{"id", to_hex(proposal.change_id())},
                           {"change", change_word(proposal.change().change())},
                           {"name", proposal.change().validator().name()},
                           {"organisation", proposal.change().validator().organisation()},
                           {"approvals", proposal.approvals()},
                           {"waiting_for", open.waiting_for()},
                           {"lapses_at_ms", open.lapses_at_ms()}});
  }
  return out;
}

void print_set(const Session& session, const ListValidatorsResponse& response) {
  if (session.json) {
    fmt::print("{}\n", set_json(response).dump(2));
    return;
  }
  fmt::print("{} validators from height {} on, quorum {} (now at height {})\n",
             response.validators_size(), response.first_height(), response.quorum(),
             response.height());
  for (const auto& validator : response.validators()) {
    fmt::print("  {:<40} {:<20} {}\n", validator.name(), validator.organisation(),
               validator.connected() ? fmt::format("height {}", validator.certified_height())
                                     : "not connected");
  }
  for (const auto& change : response.waiting()) {
    fmt::print("waiting: {} {} ({}) from height {} on\n", change_word(change.change()),
               change.validator().name(), change.validator().organisation(), change.height());
  }
  for (const auto& open : response.open()) {
    fmt::print("proposed: {} {} ({}), {}\n  qc validator approve {}\n",
               change_word(open.proposal().change().change()),
               open.proposal().change().validator().name(),
               open.proposal().change().validator().organisation(), open.waiting_for(),
               to_hex(open.proposal().change_id()));
  }
}

/// Submits and shows what became of the set: decided or still proposed.
Result<ListValidatorsResponse> submit(const ClientProfile& profile,
                                      const ValidatorSetChange& change) {
  QC_TRY(const auto receipt, submit_validator_change(profile, change));
  return list_validators(profile, receipt.height());
}

Result<ListValidatorsResponse> add(const ClientProfile& profile, const ValidatorOptions& options) {
  QC_TRY(const std::string bytes, read_file(options.file));
  QC_TRY(const auto change, ledger::parse_canonical<ValidatorSetChange>(bytes));
  if (change.change() != ValidatorSetChange::CHANGE_ADD) {
    return fail(Code::kInvalidArgument, options.file + " holds no request to add a validator");
  }
  return submit(profile, change);
}

Result<ListValidatorsResponse> remove(const ClientProfile& profile,
                                      const ValidatorOptions& options) {
  QC_TRY(const std::string name, validator_name(profile.chain_id, options.name));
  QC_TRY(const ListValidatorsResponse set, list_validators(profile));
  for (const auto& validator : set.validators()) {
    if (validator.name() != name) continue;
    return submit(profile, validator_removal(name, validator.organisation()));
  }
  return fail(Code::kNotFound, "the set has no validator " + name + " (qc validator list)");
}

Result<ListValidatorsResponse> replace_key(const ClientProfile& profile,
                                           const ValidatorOptions& options) {
  QC_TRY(const auto receipt, replace_validator_key(profile, options.name, options.voting_key));
  return list_validators(profile, receipt.height());
}

Result<ListValidatorsResponse> approve(const ClientProfile& profile,
                                       const ValidatorOptions& options) {
  QC_TRY(const ListValidatorsResponse set, list_validators(profile));
  for (const auto& open : set.open()) {
    if (to_hex(open.proposal().change_id()) != options.id) continue;
    return submit(profile, open.proposal().change());
  }
  return fail(Code::kNotFound, "no open proposal has this id (qc validator list)");
}

Result<ListValidatorsResponse> list(const ClientProfile& profile,
                                    const ValidatorOptions& /*options*/) {
  return list_validators(profile);
}

Result<void> request(const Session& session, const ValidatorOptions& options) {
  QC_TRY(const ClientProfile profile, session.load_profile());
  QC_TRY(const auto voting, open_key_file(options.voting_key));
  QC_TRY(const auto tls, open_key_file(options.tls_key));
  QC_TRY(const ValidatorSetChange change,
         validator_addition(profile, options.name, *voting, *tls, options.tls_enrolled));
  QC_TRY_VOID(write_file(options.file, ledger::canonical_bytes(change)));
  fmt::print(
      "Give {} to a governance party, which proposes it:\n"
      "  qc --profile THEIRS validator add {}\n",
      options.file, options.file);
  return {};
}

Result<void> follow(const Session& session) {
  QC_TRY(const ClientProfile profile, session.load_profile());
  QC_TRY(const FollowedPolicy followed, follow_policy_file(profile));
  if (followed.earlier.empty()) {
    fmt::print("{} is of the present validators\n", profile.policy.string());
    return {};
  }
  fmt::print("{} is of the present validators now; for earlier receipts there is {}\n",
             profile.policy.string(), names_of(followed.earlier));
  return {};
}

using Act = Result<ListValidatorsResponse> (*)(const ClientProfile&, const ValidatorOptions&);

void run(Session& session, const ValidatorOptions& options, Act act) {
  const auto profile = session.load_profile();
  if (!profile) return session.fail(profile.error());
  const auto response = act(*profile, options);
  if (!response) return session.fail(response.error());
  print_set(session, *response);
}

void add_changes(CLI::App& validator, Session& session,
                 const std::shared_ptr<ValidatorOptions>& options) {
  auto* addition = validator.add_subcommand("add", "Propose a candidate's request to the parties");
  addition->add_option("FILE", options->file, "validator.request")->required();
  addition->footer("Example:\n  qc --profile ./regulator validator add ./mylab/validator.request");
  addition->callback([&session, options] { run(session, *options, &add); });

  auto* removal = validator.add_subcommand("remove", "Propose to take a validator out of the set");
  removal->add_option("NAME", options->name, "Short or complete name")->required();
  removal->footer("Example:\n  qc --profile ./regulator validator remove platform");
  removal->callback([&session, options] { run(session, *options, &remove); });

  auto* key = validator.add_subcommand(
      "replace-key", "Give a validator of one's own a new voting key; alone once in 24 h");
  key->add_option("NAME", options->name, "Short or complete name")->required();
  key->add_option("--key", options->voting_key, "New private key (Ed25519, PEM)")->required();
  key->footer(
      "Example:\n  qc key generate ./new-validator.pem --algorithm ed25519\n"
      "  qc --profile ./platform validator replace-key platform --key ./new-validator.pem");
  key->callback([&session, options] { run(session, *options, &replace_key); });

  auto* approval = validator.add_subcommand("approve", "Approve an open proposal");
  approval->add_option("ID", options->id, "64 hex digits, from qc validator list")->required();
  approval->footer(
      "Example:\n  qc --profile ./government validator approve "
      "8d39ba50abe50f77b6bb8ae7b6927aff7ffbeba35ad2837c0e51e82bcbcc60d5");
  approval->callback([&session, options] { run(session, *options, &approve); });
}

}  // namespace

void add_validator_commands(CLI::App& app, Session& session) {
  auto* validator = app.add_subcommand("validator", "The set of validators and its changes")
                        ->require_subcommand(1);
  const auto options = std::make_shared<ValidatorOptions>();

  auto* all = validator->add_subcommand("list", "The set, changes that wait, open proposals");
  all->footer("Example:\n  qc --profile ./regulator validator list");
  all->callback([&session, options] { run(session, *options, &list); });

  auto* ask = validator->add_subcommand(
      "request", "Sign the request by which one's own node becomes a validator");
  ask->add_option("FILE", options->file, "Request to write")->required();
  ask->add_option("--name", options->name, "Short name, [a-z][a-z0-9-]{0,31}")->required();
  ask->add_option("--key", options->voting_key, "Voting key (Ed25519, PEM)")->required();
  ask->add_option("--tls-key", options->tls_key, "The node's TLS key (PEM)")->required();
  ask->add_flag("--tls-enrolled", options->tls_enrolled,
                "The TLS key is on the chain already, as an observer's");
  ask->footer(
      "Example:\n  qc --profile ./mylab validator request ./validator.request --name lab "
      "--key ./node/validator.pem \\\n    --tls-key ./node/tls.pem");
  ask->callback([&session, options] {
    if (const auto done = request(session, *options); !done) session.fail(done.error());
  });
  add_changes(*validator, session, options);

  auto* policy = validator->add_subcommand(
      "follow", "Bring the profile's policy to the present set, proven by the seals");
  policy->footer("Example:\n  qc --profile ./mylab validator follow");
  policy->callback([&session] {
    if (const auto done = follow(session); !done) session.fail(done.error());
  });
}

}  // namespace qc::cli
