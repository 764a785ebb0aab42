// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>

#include "node/node_view.h"
#include "node/rpc/call.h"
#include "node/rpc/services.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::node {
namespace {

std::uint64_t resident_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             &std::fclose);
  unsigned long total = 0;
  unsigned long resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return 0;
  return std::uint64_t{resident} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t cpu_milliseconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto ms = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
           static_cast<std::uint64_t>(time.tv_usec) / 1000;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

void fill_status(const NodeView& node, quality::v1::GetStatusResponse& response) {
  const NodeIdentity& identity = node.identity();
  const NodeStatus status = node.status();
  response.set_chain_id(identity.chain_id);
  response.set_name(identity.name);
  response.set_version(QC_VERSION);
  response.set_role(status.role);
  response.set_view(status.view);
  response.set_primary(status.primary);
  response.set_certified_height(status.certified_height);
  response.set_executed_height(status.executed_height);
  response.set_log_size(status.log_size);
  response.set_block_time_ms(status.block_time_ms);
  response.set_mempool_submissions(status.mempool_submissions);
  response.set_mempool_bytes(status.mempool_bytes);
  response.set_disk_free_bytes(status.disk_free_bytes);
  response.set_refusal(status.refusal);
  for (const PeerState& peer : status.peers) {
    quality::v1::PeerStatus& out = *response.add_peers();
    out.set_name(peer.name);
    out.set_connected(peer.connected);
    out.set_certified_height(peer.certified_height);
    out.set_bytes_sent(peer.bytes_sent);
    out.set_bytes_received(peer.bytes_received);
  }
  response.set_started_at_ms(identity.started_at_ms);
  response.set_rss_bytes(resident_bytes());
  response.set_cpu_ms(cpu_milliseconds());
}

// NOLINTBEGIN(readability-identifier-naming): gRPC's names.
class NodeService final : public quality::v1::NodeService::CallbackService {
 public:
  explicit NodeService(const RpcEnvironment& environment) : environment_(environment) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const quality::v1::GetStatusRequest* /*request*/,
                                      quality::v1::GetStatusResponse* response) override {
    if (const auto caller = caller_of(*context, environment_.gate); !caller) {
      return finish_at_once(context, to_status(caller.error()));
    }
    fill_status(environment_.node, *response);
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
