// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "node/answer/freshness_note.h"
#include "node/rpc/call.h"
#include "node/rpc/services.h"
#include "node/status/metrics.h"
#include "node/status/node_view.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::node {
namespace {

void fill_peers(const NodeStatus& status, quality::v1::GetStatusResponse& response) {
  for (const PeerState& peer : status.peers) {
    quality::v1::PeerStatus& out = *response.add_peers();
    out.set_name(peer.name);
    out.set_connected(peer.connected);
    out.set_certified_height(peer.certified_height);
    out.set_bytes_sent(peer.bytes_sent);
    out.set_bytes_received(peer.bytes_received);
    out.set_address(peer.address);
    out.set_trouble(peer.trouble);
    out.set_lag_blocks(peer.lag_blocks);
    out.set_silent_ms(peer.silent_ms);
  }
}

void fill_consensus(const NodeStatus& status, quality::v1::GetStatusResponse& response) {
  response.set_epoch(status.epoch);
  response.set_validators(static_cast<std::uint32_t>(status.validators));
  response.set_quorum(static_cast<std::uint32_t>(status.quorum));
  response.set_view(status.view);
  response.set_view_begun(status.view_begun);
  response.set_primary(status.primary);
  response.set_delivered_height(status.delivered_height);
  response.set_prepared_height(status.prepared_height);
  response.set_window(static_cast<std::uint32_t>(status.window));
  response.set_proposals_in_flight(static_cast<std::uint32_t>(status.proposals_in_flight));
  response.set_batches_held(static_cast<std::uint32_t>(status.batches_held));
  response.set_batches_ready(static_cast<std::uint32_t>(status.batches_ready));
  if (status.last_view_change) {
    quality::v1::ViewChange& change = *response.mutable_last_view_change();
    change.set_from(status.last_view_change->from);
    change.set_to(status.last_view_change->to);
    change.set_cause(status.last_view_change->cause);
    change.set_at_ms(status.last_view_change->at_ms);
  }
  response.set_view_changes(status.view_changes);
  response.set_views_without_commit(status.views_without_commit);
  response.set_may_vote(status.may_vote);
  response.set_not_voting(status.not_voting);
}

void fill_status(const NodeView& node, quality::v1::GetStatusResponse& response) {
  const NodeIdentity& identity = node.identity();
  const NodeStatus status = node.status();
  response.set_chain_id(identity.chain_id);
  response.set_name(identity.name);
  response.set_version(QC_VERSION);
  response.set_role(status.role);
  response.set_certified_height(status.certified_height);
  response.set_executed_height(status.executed_height);
  response.set_log_size(status.log_size);
  response.set_block_time_ms(status.block_time_ms);
  response.set_mempool_submissions(status.mempool_submissions);
  response.set_mempool_bytes(status.mempool_bytes);
  response.set_disk_free_bytes(status.disk_free_bytes);
  response.set_refusal(status.refusal);
  fill_consensus(status, response);
  fill_peers(status, response);
  set_freshness(status, status.certified_height, status.block_time_ms,
                *response.mutable_freshness());
  response.set_started_at_ms(identity.started_at_ms);
  response.set_evidence(static_cast<std::uint32_t>(status.evidence));
  response.set_damage(status.damage);
  response.set_rss_bytes(resident_bytes());
  response.set_cpu_ms(cpu_milliseconds());
}

constexpr std::uint32_t kEvidenceDefault = 20;
constexpr std::uint32_t kEvidenceMax = 100;
/// A page ends at so many bytes of files: clients take 4 MiB.
constexpr std::size_t kEvidenceBytesMax = std::size_t{3} << 20;

void list_evidence(const NodeView& node, const quality::v1::ListEvidenceRequest& request,
                   quality::v1::ListEvidenceResponse& response) {
  const std::uint32_t limit =
      request.limit() == 0 ? kEvidenceDefault : std::min(request.limit(), kEvidenceMax);
  const std::uint64_t count = node.status().evidence;
  std::size_t bytes = 0;
  for (EvidenceItem& item : node.evidence(request.from(), limit)) {
    bytes += item.file.size();
    if (response.entries_size() > 0 && bytes > kEvidenceBytesMax) break;
    quality::v1::EvidenceEntry& entry = *response.add_entries();
    entry.set_id(item.id);
    entry.set_kind(item.kind);
    entry.set_finding(item.finding);
    for (const std::string& culprit : item.culprits) entry.add_culprits(culprit);
    entry.set_found_at_ms(item.found_at_ms);
    entry.set_file(std::move(item.file));
  }
  response.set_count(static_cast<std::uint32_t>(count));
  const std::uint64_t next = request.from() + static_cast<std::uint64_t>(response.entries_size());
  response.set_next(response.entries_size() > 0 && next < count ? static_cast<std::uint32_t>(next)
                                                                : 0);
}

// NOLINTBEGIN(readability-identifier-naming): gRPC's names.
class NodeService final : public quality::v1::NodeService::CallbackService {
 public:
  explicit NodeService(const RpcEnvironment& environment) : environment_(environment) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const quality::v1::GetStatusRequest* /*request*/,
                                      quality::v1::GetStatusResponse* response) override {
    if (const auto caller = caller_of(*context, environment_.gate); !caller) {
      return finish_at_once(context, read_status(environment_.node, caller.error()));
    }
    fill_status(environment_.node, *response);
    return finish_at_once(context, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* ListEvidence(grpc::CallbackServerContext* context,
                                         const quality::v1::ListEvidenceRequest* request,
                                         quality::v1::ListEvidenceResponse* response) override {
    if (const auto caller = caller_of(*context, environment_.gate); !caller) {
      return finish_at_once(context, read_status(environment_.node, caller.error()));
    }
    list_evidence(environment_.node, *request, *response);
    return finish_at_once(context, grpc::Status::OK);
  }

 private:
  const RpcEnvironment& environment_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

std::unique_ptr<grpc::Service> make_node_service(const RpcEnvironment& environment) {
  return std::make_unique<NodeService>(environment);
}

}  // namespace qc::node
