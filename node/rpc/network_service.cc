// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/approval_rule.h"
#include "ledger/digest.h"
#include "ledger/policy.h"
#include "ledger/state_view.h"
#include "ledger/subject.h"
#include "ledger/subject_id.h"
#include "node/node_view.h"
#include "node/rpc/call.h"
#include "node/rpc/freshness_note.h"
#include "node/rpc/network_reader.h"
#include "node/rpc/services.h"
#include "quality/v1/services.grpc.pb.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

Result<std::optional<quality::v1::PartyStatus>> party_status(const storage::ReadView& view,
                                                             std::string_view code) {
  return ledger::find_status<quality::v1::PartyStatus>(view.state(), view.network().algorithm,
                                                       ledger::party_id(code));
}

/// Who still has to approve an application, as one sentence.
Result<std::string> waiting_for(const storage::ReadView& view,
                                const quality::v1::PartyStatus& status) {
  QC_TRY(const quality::v1::NetworkStatus network, network_status(view));
  QC_TRY(const ledger::ApprovalRule rule,
         ledger::ApprovalRule::parse(network.parameters().approval_rule()));
  std::vector<std::uint32_t> kinds;
  for (const std::string& code : status.approvals()) {
    QC_TRY(const auto approver, party_status(view, code));
    if (approver) kinds.push_back(static_cast<std::uint32_t>(approver->kind()));
  }
  const std::string missing = rule.missing(kinds);
  return fmt::format("{} approved{}{}", status.approvals_size(),
                     missing.empty() ? "" : ", still missing: ", missing);
}

/// The USCC or LEI in some spelling of a party.
Result<std::string> party_code(std::string_view spelling) {
  QC_TRY(const std::string id, ledger::canonical_subject_id(spelling));
  std::optional<ledger::SubjectId> subject = ledger::parse_subject_id(id);
  if (!subject || subject->kind != ledger::SubjectKind::kParty) {
    return fail(Code::kInvalidArgument,
                fmt::format("code: \"{}\" is no party; give its USCC (18 characters) or LEI (20)",
                            spelling));
  }
  return std::move(subject->components.front());
}

Result<void> fill_member(const storage::ReadView& view, const std::string& code,
                         quality::v1::PartyStatus status, quality::v1::Member& member) {
  for (const std::string& bytes : status.keys()) {
    const std::optional<ledger::Digest> key_id = ledger::digest_from(bytes);
    if (!key_id) return fail(Code::kDataLoss, "a party's status holds a damaged key id");
    QC_TRY(auto key, ledger::find_status<quality::v1::KeyStatus>(
                         view.state(), view.network().algorithm, ledger::key_subject(*key_id)));
    if (key) *member.add_keys() = *std::move(key);
  }
  if (status.state() == quality::v1::PARTY_STATE_REQUESTED) {
    QC_TRY(*member.mutable_waiting_for(), waiting_for(view, status));
  }
  member.set_code(code);
  *member.mutable_status() = std::move(status);
  return {};
}

Result<void> get_member(const storage::ReadView& view, const quality::v1::GetMemberRequest& request,
                        quality::v1::Member& member) {
  QC_TRY(const std::string code, party_code(request.code()));
  QC_TRY(auto status, party_status(view, code));
  if (!status) {
    return fail(Code::kNotFound,
                fmt::format("no record names the party {} up to height {}", code, view.height()));
  }
  return fill_member(view, code, *std::move(status), member);
}

/// Parties of one page that are looked at; most of those that records name are no members.
constexpr std::size_t kMaxPartiesLookedAt = 5'000;
constexpr std::uint32_t kDefaultMembers = 100;
constexpr std::uint32_t kMaxMembers = 1'000;

bool wanted(const quality::v1::ListMembersRequest& request, quality::v1::PartyState state) {
  return request.states().empty() ||
         std::ranges::find(request.states(), state) != request.states().end();
}

Result<void> list_members(const storage::ReadView& view,
                          const quality::v1::ListMembersRequest& request,
                          quality::v1::ListMembersResponse& response) {
  const std::uint32_t limit =
      request.limit() == 0 ? kDefaultMembers : std::min(request.limit(), kMaxMembers);
  response.set_height(view.height());
  std::string after = request.after();
  for (std::size_t looked_at = 0; looked_at < kMaxPartiesLookedAt;) {
    QC_TRY(const std::vector<std::string> codes, view.parties(after, limit));
    if (codes.empty()) return {};
    for (const std::string& code : codes) {
      QC_TRY(auto status, party_status(view, code));
      after = code;
      ++looked_at;
      if (!status || !wanted(request, status->state())) continue;
      QC_TRY_VOID(fill_member(view, code, *std::move(status), *response.add_members()));
      if (response.members_size() >= static_cast<int>(limit)) {
        response.set_next(after);
        return {};
      }
    }
  }
  response.set_next(after);
  return {};
}

Result<void> get_network(const storage::ReadView& view, const NodeIdentity& identity,
                         quality::v1::GetNetworkResponse& response) {
  QC_TRY(quality::v1::NetworkStatus status, network_status(view));
  response.set_chain_id(identity.chain_id);
  response.set_genesis(identity.genesis);
  *response.mutable_parameters() = std::move(*status.mutable_parameters());
  response.set_height(view.height());
  response.set_block_time_ms(view.seal().time_ms);
  response.set_log_size(view.log_size());
  return {};
}

Result<void> list_validators(const storage::ReadView& view, const NodeView& node,
                             quality::v1::ListValidatorsResponse& response) {
  QC_TRY(const quality::v1::NetworkStatus status, network_status(view));
  const NodeStatus seen = node.status();
  for (const quality::v1::Validator& validator : status.validators()) {
    quality::v1::ValidatorInfo& info = *response.add_validators();
    info.set_name(validator.name());
    info.set_organisation(validator.organisation());
    info.set_spki(validator.spki());
    const std::string_view short_name = ledger::short_name(validator.name());
    const auto peer = std::ranges::find(seen.peers, short_name, &PeerState::name);
    if (validator.name() == node.identity().name) {
      info.set_connected(true);
      info.set_certified_height(view.height());
    } else if (peer != seen.peers.end()) {
      info.set_connected(peer->connected);
      info.set_certified_height(peer->certified_height);
    }
  }
  response.set_set_hash(ledger::to_bytes(view.seal().next));
  response.set_quorum(static_cast<std::uint32_t>(
      ledger::quorum(static_cast<std::size_t>(std::max(status.validators_size(), 1)))));
  response.set_height(view.height());
  return {};
}

Result<void> get_policy(const storage::ReadView& view, const NodeIdentity& identity,
                        quality::v1::GetPolicyResponse& response) {
  QC_TRY(ledger::ValidatorSet validators, certifying_set(view));
  QC_TRY(std::vector<ledger::NoteKey> logs, log_keys(view, identity.log_key));
  const ledger::NetworkPolicy policy{
      .origin = identity.chain_id, .logs = std::move(logs), .validators = std::move(validators)};
  response.set_policy(policy.format());
  return {};
}

// NOLINTBEGIN(readability-identifier-naming): gRPC's names.
class NetworkService final : public quality::v1::NetworkService::CallbackService {
 public:
  explicit NetworkService(const RpcEnvironment& environment) : environment_(environment) {}

  grpc::ServerUnaryReactor* GetNetwork(grpc::CallbackServerContext* context,
                                       const quality::v1::GetNetworkRequest* /*request*/,
                                       quality::v1::GetNetworkResponse* response) override {
    return answer_from_state(environment_, context, 0, [this, response](const auto& view) {
      set_freshness(environment_.node, view, *response->mutable_freshness());
      return get_network(view, environment_.node.identity(), *response);
    });
  }

  grpc::ServerUnaryReactor* GetMember(grpc::CallbackServerContext* context,
                                      const quality::v1::GetMemberRequest* request,
                                      quality::v1::Member* response) override {
    return answer_from_state(
        environment_, context, request->min_height(), [this, request, response](const auto& view) {
          set_freshness(environment_.node, view, *response->mutable_freshness());
          return get_member(view, *request, *response);
        });
  }

  grpc::ServerUnaryReactor* ListMembers(grpc::CallbackServerContext* context,
                                        const quality::v1::ListMembersRequest* request,
                                        quality::v1::ListMembersResponse* response) override {
    return answer_from_state(environment_, context, 0, [this, request, response](const auto& view) {
      set_freshness(environment_.node, view, *response->mutable_freshness());
      return list_members(view, *request, *response);
    });
  }

  grpc::ServerUnaryReactor* ListValidators(grpc::CallbackServerContext* context,
                                           const quality::v1::ListValidatorsRequest* /*request*/,
                                           quality::v1::ListValidatorsResponse* response) override {
    return answer_from_state(environment_, context, 0, [this, response](const auto& view) {
      set_freshness(environment_.node, view, *response->mutable_freshness());
      return list_validators(view, environment_.node, *response);
    });
  }

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const quality::v1::GetCheckpointRequest* request,
                                          quality::v1::GetCheckpointResponse* response) override {
    return answer_from_state(environment_, context, request->min_height(),
                             [this, response](const auto& view) -> Result<void> {
                               set_freshness(environment_.node, view,
                                             *response->mutable_freshness());
                               response->set_checkpoint(view.checkpoint_note());
                               response->set_height(view.height());
                               return {};
                             });
  }

  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context,
                                      const quality::v1::GetPolicyRequest* /*request*/,
                                      quality::v1::GetPolicyResponse* response) override {
    return answer_from_state(environment_, context, 0, [this, response](const auto& view) {
      return get_policy(view, environment_.node.identity(), *response);
    });
  }

 private:
  const RpcEnvironment& environment_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

std::unique_ptr<grpc::Service> make_network_service(const RpcEnvironment& environment) {
  return std::make_unique<NetworkService>(environment);
}

}  // namespace qc::node
