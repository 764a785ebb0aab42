// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "ledger/base/result.h"
#include "node/rpc/member_gate.h"
#include "node/rpc/services.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

class NodeView;

/// Trailing metadata of a refusal for lack of room: milliseconds.
inline constexpr const char* kRetryAfterKey = "retry-after-ms";

/// The error as gRPC carries it: the same number, and the sentence cut where it would not fit into
/// the 8 KiB of headers that clients accept.
grpc::Status to_status(const ledger::Error& error);

/// As to_status, for what a read of the node's own data gave: damage is noted for the operator, and
/// the caller is sent to another node without a word about this one's files.
grpc::Status read_status(NodeView& node, const ledger::Error& error);

/// Who calls, by the key of the connection and the newest certified state.
ledger::Result<Caller> caller_of(const grpc::CallbackServerContext& context,
                                 const MemberGate& gate);

/// A call that ends at once.
grpc::ServerUnaryReactor* finish_at_once(grpc::CallbackServerContext* context,
                                         const grpc::Status& status);

/// Fills the response from a certified state.
using AnswerFromState = std::function<ledger::Result<void>(const storage::ReadView&)>;

/// A read: checks the caller, waits until the node has certified `min_height` (not at all if it
/// has), answers. A cancelled or overdue call stops waiting.
grpc::ServerUnaryReactor* answer_from_state(const RpcEnvironment& environment,
                                            grpc::CallbackServerContext* context,
                                            std::uint64_t min_height, AnswerFromState answer);

}  // namespace qc::node
