// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/hash.h"
#include "ledger/note.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

struct Config;

/// What never changes while the node runs.
struct NodeIdentity {
  /// `<network name>/<64 hex digits>`, also the origin of every checkpoint.
  std::string chain_id;
  /// Genesis document, exact bytes.
  std::string genesis;
  ledger::HashAlgorithm hash = ledger::HashAlgorithm::kSha256;
  /// Complete name: `<network name>/<short name>`.
  std::string name;
  /// Key of the 0x01 line on every checkpoint that this node serves.
  ledger::NoteKey log_key;
  /// The node's TLS certificate and its private key, PEM: the gRPC server's identity.
  std::string tls_certificate_pem;
  std::string tls_private_key_pem;
  std::uint64_t started_at_ms = 0;
};

/// Another node as this one sees it.
struct PeerState {
  /// Short name of a validator; for an observer the first digits of its key.
  std::string name;
  bool connected = false;
  /// The certified height that it last reported; a claim.
  std::uint64_t certified_height = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

/// How the node is doing now.
struct NodeStatus {
  /// "validator", "observer", or "halted: <reason>".
  std::string role;
  std::uint64_t view = 0;
  /// Short name of the present primary.
  std::string primary;
  std::uint64_t certified_height = 0;
  std::uint64_t executed_height = 0;
  std::uint64_t log_size = 0;
  std::uint64_t block_time_ms = 0;
  std::uint64_t mempool_submissions = 0;
  std::uint64_t mempool_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  /// Whether new submissions are taken now, and if not why, as one sentence.
  bool accepts_submissions = true;
  std::string refusal;
  std::vector<PeerState> peers;
};

/// What a running node shows to the services in front of it. All members may be called from any
/// thread and none blocks on the consensus thread.
class NodeView {
 public:
  using HeightReached = std::function<void(std::shared_ptr<const storage::ReadView>)>;
  using Ticket = std::uint64_t;

  NodeView() = default;
  virtual ~NodeView() = default;
  NodeView(const NodeView&) = delete;
  NodeView& operator=(const NodeView&) = delete;
  NodeView(NodeView&&) = delete;
  NodeView& operator=(NodeView&&) = delete;

  virtual const Config& config() const = 0;
  virtual const NodeIdentity& identity() const = 0;

  /// The newest certified state; null until the first block of this network is certified (seconds
  /// after its very first start). Its note carries the quorum's cosignatures and this node's log
  /// line.
  virtual std::shared_ptr<const storage::ReadView> latest() const = 0;

  /// Calls `reached` once with the newest certified state when that is at or above `height`: at
  /// once on this thread if it is already, else later on a thread of the node. With null when the
  /// node stops or has too many waiters.
  virtual Ticket wait_for_height(std::uint64_t height, HeightReached reached) = 0;
  /// As Ingress::cancel.
  virtual bool cancel_wait(Ticket ticket) = 0;

  virtual NodeStatus status() const = 0;
};

}  // namespace qc::node
