// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/log/note.h"
#include "node/peer/peer_state.h"
#include "node/status/evidence_item.h"
#include "node/status/freshness.h"

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

/// A change of the view as the operator sees it.
struct ViewChangeSeen {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  /// As name_of(consensus::ViewChangeCause).
  std::string cause;
  /// Unix milliseconds.
  std::uint64_t at_ms = 0;
};

/// How the node is doing now.
struct NodeStatus {
  /// What it is configured as, "validator" or "observer", or "halted: <reason>".
  std::string role;
  /// First height of the present validator set, its size and its quorum.
  std::uint64_t epoch = 0;
  std::uint64_t validators = 0;
  std::uint64_t quorum = 0;
  std::uint64_t view = 0;
  /// Whether the view has begun; false while its new view is awaited.
  bool view_begun = false;
  /// Short name of the present primary.
  std::string primary;
  /// Whether this node votes, and if not why and what to do, as one sentence.
  bool may_vote = false;
  std::string not_voting;
  /// The last time that this process left a view; nothing if it never did. And how often.
  std::optional<ViewChangeSeen> last_view_change;
  std::uint64_t view_changes = 0;
  /// Views left since the last commit.
  std::uint64_t views_without_commit = 0;
  std::uint64_t certified_height = 0;
  std::uint64_t executed_height = 0;
  /// Committed and handed to execution; and with a prepared certificate in this view.
  std::uint64_t delivered_height = 0;
  std::uint64_t prepared_height = 0;
  /// Heights in (certified, certified + window] are in play; so many of them have a proposal.
  std::uint64_t window = 0;
  std::uint64_t proposals_in_flight = 0;
  /// Batches that are held, and that are ready to be ordered.
  std::uint64_t batches_held = 0;
  std::uint64_t batches_ready = 0;
  std::uint64_t log_size = 0;
  std::uint64_t block_time_ms = 0;
  std::uint64_t mempool_submissions = 0;
  std::uint64_t mempool_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  /// Whether new submissions are taken now, and if not why, as one sentence.
  bool accepts_submissions = true;
  std::string refusal;
  /// Whether the certified state is the network's newest, as far as this node can know.
  Freshness freshness;
  std::vector<PeerState> peers;
  /// Pieces of evidence against validators that are stored.
  std::uint64_t evidence = 0;
  /// What of the node's own data could not be read since its start, and what to do, as one
  /// sentence; empty where all of it could.
  std::string damage;
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

  /// A read of the node's own data has met damage (kDataLoss). From any thread.
  virtual void found_damage(const ledger::Error& error) = 0;

  /// Evidence against validators from place `from` on, oldest first, at most `limit`.
  virtual std::vector<EvidenceItem> evidence(std::size_t from, std::size_t limit) const = 0;
};

}  // namespace qc::node
