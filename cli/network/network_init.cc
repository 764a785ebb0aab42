// SPDX-License-Identifier: Apache-2.0
#include "cli/network/network_init.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/client/client_profile.h"
#include "cli/governance/enrolment.h"
#include "ledger/execution/founding.h"
#include "ledger/log/note.h"
#include "ledger/proof/policy.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::KeyAlgorithm;
using ledger::KeyPurpose;
using ledger::PublicKey;
using ledger::Result;

namespace {

/// The public halves of what a founding party holds.
struct PartyKeys {
  PublicKey admin;
  PublicKey signing;
  PublicKey tls_client;
  PublicKey validator;
  PublicKey node_tls;
  PublicKey log;
};

Result<PartyKeys> create_keys(const NetworkLayout& layout, const std::string& name) {
  const auto node = layout.node(name);
  const auto member = layout.organisation(name);
  constexpr KeyAlgorithm kP256 = KeyAlgorithm::kEcdsaP256Sha256;
  QC_TRY(PublicKey admin, create_key_file(member / "admin.pem", kP256));
  QC_TRY(PublicKey signing, create_key_file(member / "signing.pem", kP256));
  QC_TRY(PublicKey tls_client, create_key_file(member / "tls.pem", kP256));
  QC_TRY(PublicKey validator, create_key_file(node / "validator.pem", KeyAlgorithm::kEd25519));
  QC_TRY(PublicKey node_tls, create_key_file(node / "node_tls.pem", kP256));
  QC_TRY(PublicKey log, create_key_file(node / "log.pem", KeyAlgorithm::kEd25519));
  return PartyKeys{.admin = admin,
                   .signing = signing,
                   .tls_client = tls_client,
                   .validator = validator,
                   .node_tls = node_tls,
                   .log = log};
}

ledger::Founder founder(const PlannedParty& party, quality::v1::PartyKind kind,
                        const PartyKeys& keys) {
  return {.code = party.code,
          .name_zh = party.name_zh,
          .name_en = party.name_en,
          .kind = static_cast<std::uint32_t>(kind),
          .gln = party.gln,
          .keys = {{.spki = keys.admin.spki(), .purpose = KeyPurpose::kAdmin},
                   {.spki = keys.signing.spki(), .purpose = KeyPurpose::kSigning},
                   {.spki = keys.tls_client.spki(), .purpose = KeyPurpose::kTlsClient},
                   {.spki = keys.log.spki(), .purpose = KeyPurpose::kLog}}};
}

std::string peer_address(const NetworkPlan& plan, std::size_t place) {
  return fmt::format("127.0.0.1:{}", plan.base_port + 2 * place);
}
std::string member_address(const NetworkPlan& plan, std::size_t place) {
  return fmt::format("127.0.0.1:{}", plan.base_port + 2 * place + 1);
}

/// The node's configuration (docs/configuration.md); paths are relative to its own folder.
std::string node_config(const NetworkPlan& plan, std::size_t place, const std::string& chain_id) {
  std::string text = fmt::format(
      "# Node of {0} in {1}.\n"
      "data_dir = \"data\"\n"
      "genesis = \"../../genesis.bin\"\n"
      "chain = \"{2}\"\n"
      "name = \"{0}\"\n"
      "role = \"validator\"\n"
      "\n"
      "[keys]\n"
      "validator = \"validator.pem\"\n"
      "node_tls = \"node_tls.pem\"\n"
      "log = \"log.pem\"\n"
      "\n"
      "[rpc]\n"
      "listen = \"{3}\"\n"
      "\n"
      "[peer]\n"
      "listen = \"{4}\"\n",
      plan.parties[place].short_name, plan.name, chain_id, member_address(plan, place),
      peer_address(plan, place));
  for (std::size_t other = 0; other < plan.parties.size(); ++other) {
    if (other != place) {
      text += fmt::format("\n[[peer.link]]\nname = \"{}\"\naddress = \"{}\"\n",
                          plan.parties[other].short_name, peer_address(plan, other));
    }
  }
  return text;
}

/// The nodes as members see them, the one at `first` in front.
std::vector<NodeAddress> member_nodes(const NetworkPlan& plan, const std::vector<PartyKeys>& keys,
                                      std::size_t first) {
  std::vector<NodeAddress> nodes;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t place = (first + i) % keys.size();
    nodes.push_back(
        {.address = member_address(plan, place), .key_id = to_hex(keys[place].node_tls.id())});
  }
  return nodes;
}

ClientProfile member_profile(const std::filesystem::path& folder, std::string chain_id,
                             std::string organisation, std::vector<NodeAddress> nodes) {
  return {.folder = folder,
          .chain_id = std::move(chain_id),
          .organisation = std::move(organisation),
          .nodes = std::move(nodes),
          .admin_key = folder / "admin.pem",
          .signing_key = folder / "signing.pem",
          .tls_key = folder / "tls.pem",
          .policy = folder / "network.policy"};
}

Result<std::string> make_policy(const ledger::Genesis& genesis, const std::string& chain_id,
                                const std::vector<PartyKeys>& keys) {
  ledger::NetworkPolicy policy{.origin = chain_id, .logs = {}, .validators = genesis.validators};
  for (const PartyKeys& party : keys) {
    QC_TRY(ledger::NoteKey log,
           ledger::NoteKey::make(chain_id, ledger::NoteKeyType::kEd25519, party.log));
    policy.logs.push_back(std::move(log));
  }
  return policy.format();
}

Result<ledger::FoundingPlan> founding_plan(const NetworkPlan& plan,
                                           const std::vector<PartyKeys>& keys) {
  ledger::FoundingPlan founding;
  founding.name = plan.name;
  founding.time_ms = record_now().claimed_time_ms();
  founding.approval_rule = plan.approval_rule;
  for (std::size_t i = 0; i < plan.parties.size(); ++i) {
    const PlannedParty& party = plan.parties[i];
    QC_TRY(const quality::v1::PartyKind kind, parse_party_kind(party.kind));
    founding.founders.push_back(founder(party, kind, keys[i]));
    founding.validators.push_back({.name = plan.name + "/" + party.short_name,
                                   .organisation = party.code,
                                   .spki = keys[i].validator.spki(),
                                   .node_tls_spki = keys[i].node_tls.spki()});
  }
  return founding;
}

/// What all of a network's files are made from.
struct Foundation {
  std::vector<PartyKeys> keys;
  ledger::Genesis genesis;
  std::string chain_id;
  std::string policy;
};

Result<Foundation> found(const NetworkPlan& plan, const NetworkLayout& layout) {
  std::vector<PartyKeys> keys;
  for (const PlannedParty& party : plan.parties) {
    QC_TRY(PartyKeys party_keys, create_keys(layout, party.short_name));
    keys.push_back(std::move(party_keys));
  }
  QC_TRY(const ledger::FoundingPlan founding, founding_plan(plan, keys));
  QC_TRY(ledger::Genesis genesis, ledger::make_genesis(founding));
  const std::string chain_id = ledger::chain_id(plan.name, genesis.hash);
  QC_TRY(std::string policy, make_policy(genesis, chain_id, keys));
  return Foundation{.keys = std::move(keys),
                    .genesis = std::move(genesis),
                    .chain_id = chain_id,
                    .policy = std::move(policy)};
}

/// What every founder and everybody who joins needs: genesis, trust anchor, invitation.
Result<void> write_shared_files(const NetworkPlan& plan, const NetworkLayout& layout,
                                const Foundation& foundation) {
  QC_TRY_VOID(write_file(layout.genesis(), foundation.genesis.bytes));
  QC_TRY_VOID(write_file(layout.policy(), foundation.policy));
  QC_TRY_VOID(member_profile(layout.invitation(), foundation.chain_id, "",
                             member_nodes(plan, foundation.keys, 0))
                  .save());
  return write_file(layout.invitation() / "network.policy", foundation.policy);
}

/// One party's node and profile.
Result<void> write_party_files(const NetworkPlan& plan, const NetworkLayout& layout,
                               const Foundation& foundation, std::size_t place) {
  const PlannedParty& party = plan.parties[place];
  QC_TRY_VOID(write_file(layout.node_config(party.short_name),
                         node_config(plan, place, foundation.chain_id)));
  const auto folder = layout.organisation(party.short_name);
  QC_TRY_VOID(member_profile(folder, foundation.chain_id, party.code,
                             member_nodes(plan, foundation.keys, place))
                  .save());
  return write_file(folder / "network.policy", foundation.policy);
}

}  // namespace

Result<std::string> init_network(const NetworkPlan& plan, const NetworkLayout& layout) {
  if (std::filesystem::exists(layout.root())) {
    return fail(Code::kAlreadyExists,
                fmt::format("{} exists already: keys are never overwritten, name a new folder",
                            layout.root().string()));
  }
  QC_TRY(const Foundation foundation, found(plan, layout));
  QC_TRY_VOID(write_shared_files(plan, layout, foundation));
  for (std::size_t place = 0; place < plan.parties.size(); ++place) {
    QC_TRY_VOID(write_party_files(plan, layout, foundation, place));
  }
  return foundation.chain_id;
}

}  // namespace qc::cli
