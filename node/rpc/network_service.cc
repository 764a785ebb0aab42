// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ledger/consortium/approval_rule.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/name/subject_id.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/validator_history.h"
#include "ledger/state/state_view.h"
#include "ledger/state/subject.h"
#include "node/answer/freshness_note.h"
#include "node/answer/network_reader.h"
#include "node/rpc/call.h"
#include "node/rpc/services.h"
#include "node/status/node_view.h"
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

/// Who still has to approve what `approvals` have approved, as one sentence.
template <class Codes>
Result<std::string> waiting_for(const storage::ReadView& view, const Codes& approvals) {
  QC_TRY(const quality::v1::NetworkStatus network, network_status(view));
  QC_TRY(const ledger::ApprovalRule rule,
         ledger::ApprovalRule::parse(network.parameters().approval_rule()));
  std::vector<std::uint32_t> kinds;
  for (const std::string& code : approvals) {
    QC_TRY(const auto approver, party_status(view, code));
    if (approver) kinds.push_back(static_cast<std::uint32_t>(approver->kind()));
  }
  const std::string missing = rule.missing(kinds);
  return fmt::format("{} approved{}{}", approvals.size(),
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
    const std::optional<Digest> key_id = digest_from(bytes);
    if (!key_id) return fail(Code::kDataLoss, "a party's status holds a damaged key id");
    QC_TRY(auto key, ledger::find_status<quality::v1::KeyStatus>(
                         view.state(), view.network().algorithm, ledger::key_subject(*key_id)));
    if (key) *member.add_keys() = *std::move(key);
  }
  if (status.state() == quality::v1::PARTY_STATE_REQUESTED) {
    QC_TRY(*member.mutable_waiting_for(), waiting_for(view, status.approvals()));
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

/// Adds those of the parties that are wanted until the page is full; `after` becomes the last one
/// that was looked at.
Result<void> add_members(const storage::ReadView& view,
                         const quality::v1::ListMembersRequest& request,
                         const std::vector<std::string>& codes, std::size_t limit,
                         std::string& after, quality::v1::ListMembersResponse& response) {
  for (const std::string& code : codes) {
    if (std::cmp_greater_equal(response.members_size(), limit)) return {};
    QC_TRY(auto status, party_status(view, code));
    after = code;
    if (!status || !wanted(request, status->state())) continue;
    QC_TRY_VOID(fill_member(view, code, *std::move(status), *response.add_members()));
  }
  return {};
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
    looked_at += codes.size();
    QC_TRY_VOID(add_members(view, request, codes, limit, after, response));
    if (std::cmp_greater_equal(response.members_size(), limit)) break;
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

void fill_validator(const storage::ReadView& view, const NodeView& node, const NodeStatus& seen,
                    quality::v1::ValidatorInfo& info) {
  const std::string_view short_name = ledger::short_name(info.name());
  const auto peer = std::ranges::find(seen.peers, short_name, &PeerState::name);
  if (info.name() == node.identity().name) {
    info.set_connected(true);
    info.set_certified_height(view.height());
  } else if (peer != seen.peers.end()) {
    info.set_connected(peer->connected);
    info.set_certified_height(peer->certified_height);
  }
}

/// What is decided and proposed about the set and not in force at the next height.
Result<void> fill_changes(const storage::ReadView& view, const quality::v1::NetworkStatus& status,
                          quality::v1::ListValidatorsResponse& response) {
  for (const auto& change : status.changes()) {
    if (change.height() > view.height() + 1) *response.add_waiting() = change;
  }
  for (const auto& proposal : status.open_changes()) {
    const std::uint64_t lapses =
        proposal.opened_at_ms() + status.parameters().enrolment_window_ms();
    if (lapses < view.seal().time_ms) continue;
    quality::v1::OpenSetChange& open = *response.add_open();
    *open.mutable_proposal() = proposal;
    open.set_lapses_at_ms(lapses);
    QC_TRY(*open.mutable_waiting_for(), waiting_for(view, proposal.approvals()));
  }
  return {};
}

Result<void> list_validators(const storage::ReadView& view, const NodeView& node,
                             quality::v1::ListValidatorsResponse& response) {
  QC_TRY(const quality::v1::NetworkStatus status, network_status(view));
  QC_TRY(const ledger::ValidatorSchedule schedule, ledger::ValidatorSchedule::of(status));
  const ledger::ValidatorEpoch& epoch = schedule.at(view.height() + 1);
  const NodeStatus seen = node.status();
  for (std::size_t i = 0; i < epoch.validators.size(); ++i) {
    const ledger::Validator& validator = epoch.validators.validators()[i];
    quality::v1::ValidatorInfo& info = *response.add_validators();
    info.set_name(validator.name);
    info.set_organisation(epoch.organisations[i]);
    info.set_spki(validator.key.spki());
    fill_validator(view, node, seen, info);
  }
  response.set_set_hash(qc::to_bytes(view.seal().next));
  response.set_quorum(static_cast<std::uint32_t>(epoch.validators.quorum()));
  response.set_height(view.height());
  response.set_first_height(epoch.first_height);
  return fill_changes(view, status, response);
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

Result<void> follow_validators(const storage::ReadView& view, const NodeIdentity& identity,
                               const quality::v1::FollowValidatorsRequest& request,
                               quality::v1::FollowValidatorsResponse& response) {
  QC_TRY(const std::vector<ledger::FiledValidatorSet> sets, filed_sets(view, request.set_hash()));
  for (const ledger::FiledValidatorSet& set : sets) {
    quality::v1::FollowedValidatorSet& followed = *response.add_sets();
    for (const ledger::NamedKey& validator : set.validators) {
      quality::v1::FollowedValidatorSet::Member& member = *followed.add_validators();
      member.set_name(validator.name);
      member.set_spki(validator.spki);
    }
    if (!set.introduced_by) continue;
    followed.set_checkpoint(set.introduced_by->checkpoint);
    followed.set_seal(set.introduced_by->seal.text);
    followed.set_seal_index(set.introduced_by->seal.index);
    for (const Digest& node : set.introduced_by->seal.path) {
      followed.add_seal_path(qc::to_bytes(node));
    }
  }
  quality::v1::GetPolicyResponse policy;
  QC_TRY_VOID(get_policy(view, identity, policy));
  response.set_policy(policy.policy());
  response.set_height(view.height());
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
                                           const quality::v1::ListValidatorsRequest* request,
                                           quality::v1::ListValidatorsResponse* response) override {
    return answer_from_state(
        environment_, context, request->min_height(), [this, response](const auto& view) {
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

  grpc::ServerUnaryReactor* FollowValidators(
      grpc::CallbackServerContext* context, const quality::v1::FollowValidatorsRequest* request,
      quality::v1::FollowValidatorsResponse* response) override {
    return answer_from_state(environment_, context, 0, [this, request, response](const auto& view) {
      return follow_validators(view, environment_.node.identity(), *request, *response);
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
