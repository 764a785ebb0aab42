// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "node/rpc/work_pool.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace qc::node {

class Ingress;
class MemberGate;
class NodeView;

/// What every service works with; outlives them all.
struct RpcEnvironment {
  NodeView& node;
  Ingress& ingress;
  const MemberGate& gate;
  /// Short work: receipts, answers to those who waited for a height.
  WorkPool& answers;
  /// Long work: whole histories with their proofs.
  WorkPool& exports;
};

std::unique_ptr<grpc::Service> make_submission_service(const RpcEnvironment& environment);
std::unique_ptr<grpc::Service> make_history_service(const RpcEnvironment& environment);
std::unique_ptr<grpc::Service> make_network_service(const RpcEnvironment& environment);
std::unique_ptr<grpc::Service> make_node_service(const RpcEnvironment& environment);

}  // namespace qc::node
