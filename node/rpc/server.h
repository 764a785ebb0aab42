// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ledger/base/result.h"
#include "ledger/record/submission.h"

namespace qc::node {

class Ingress;
class NodeView;

/// The largest request: a whole SignedSubmission in its envelope. A client splits what is larger.
inline constexpr std::size_t kMaxRpcRequestSize = ledger::kMaxSubmissionSize + std::size_t{1024};

/// The node's gRPC face towards members: TLS 1.2 or newer with client certificates that are
/// required, and accepted by their public key alone when the chain knows it as a good key of an
/// active organisation; self-signed and expired certificates are as good as any. The services of
/// quality/v1/services.proto, grpc.health.v1 ("" = the process, "write" = takes submissions, "read"
/// = has a certified state) and server reflection.
///
/// Whoever is not a member is refused in the handshake, before a byte of HTTP/2. For members every
/// resource has a limit: streams and calls of a connection, message and metadata size, memory,
/// threads, idle and total age of connections. A key that is revoked loses its open connections at
/// its next call.
class RpcServer {
 public:
  /// Listens where the node's configuration says (port 0: any free one) and serves with the node's
  /// TLS identity. An error if the address cannot be bound or the identity is none. `node` and
  /// `ingress` must outlive the server.
  static ledger::Result<std::unique_ptr<RpcServer>> start(NodeView& node, Ingress& ingress);

  /// Shuts down with a grace of one second.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;
  RpcServer(RpcServer&&) = delete;
  RpcServer& operator=(RpcServer&&) = delete;

  /// The port that is listened on.
  std::uint16_t port() const;

  /// Takes no new calls, lets running ones end for `grace`, then cancels them, and returns when the
  /// last has gone. `node` and `ingress` must still work. Later calls do nothing.
  void shutdown(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit RpcServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace qc::node
