// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/frame.h"
#include "ledger/base/result.h"
#include "node/config/config.h"
#include "node/peer/link_times.h"
#include "node/peer/peer_state.h"

namespace qc::node {

/// What happens on the links. Called on the network's own thread: must be quick and never block.
class PeerHandler {
 public:
  PeerHandler() = default;
  virtual ~PeerHandler() = default;
  PeerHandler(const PeerHandler&) = delete;
  PeerHandler& operator=(const PeerHandler&) = delete;
  PeerHandler(PeerHandler&&) = delete;
  PeerHandler& operator=(PeerHandler&&) = delete;

  virtual void link_up(chain::PeerId peer) = 0;
  virtual void link_down(chain::PeerId peer) = 0;
  /// A frame other than hello and ping. From an observer only kFetchBlocks.
  virtual void frame_received(chain::PeerId peer, chain::FrameType type, std::string body) = 0;
  /// Whether a node with this TLS key, which is no validator's, may follow as an observer.
  virtual bool admits_observer(std::string_view spki) = 0;
  /// For the hello.
  virtual std::uint64_t certified_height() = 0;
};

/// A validator as a link's other end.
struct ValidatorPeer {
  /// Complete name.
  std::string name;
  /// SubjectPublicKeyInfo DER of its node's TLS key; pins the link.
  std::string tls_spki;
  /// Where to dial it; nothing where it is not configured.
  std::optional<Endpoint> address;
};

/// The authenticated links between this node and the validators, and from observers.
///
/// TLS 1.3 both ways, each end known by its public key alone: no certificate authority, no name in
/// a certificate and no date counts. One link a pair: the validator with the lower place dials, an
/// observer dials every validator. Queues are bounded; what does not fit is dropped and counted,
/// as everything that matters is sent again. One thread of its own does all I/O.
class PeerNetwork {
 public:
  struct Options {
    std::string chain_id;
    std::string certificate_pem;
    std::string private_key_pem;
    /// SubjectPublicKeyInfo DER of that key: a validator's node without a vote does not dial
    /// itself.
    std::string own_spki;
    Endpoint listen;
    /// In the order of the validator set.
    std::vector<ValidatorPeer> validators;
    /// This node's place among them; nothing for an observer.
    std::optional<std::uint32_t> self;
    /// Bytes that wait to be sent on one link.
    std::uint64_t queue_bytes = std::uint64_t{64} << 20;
    /// Links that are being set up, and links of observers.
    std::size_t handshakes_max = 64;
    std::size_t observers_max = 64;
    LinkTimes times;
  };

  /// Listens and begins to dial. Fails when the address cannot be bound, saying who to ask.
  /// `handler` must outlive the network, and is called from now on.
  static ledger::Result<std::unique_ptr<PeerNetwork>> start(Options options, PeerHandler& handler);

  /// As stop().
  ~PeerNetwork();
  PeerNetwork(const PeerNetwork&) = delete;
  PeerNetwork& operator=(const PeerNetwork&) = delete;
  PeerNetwork(PeerNetwork&&) = delete;
  PeerNetwork& operator=(PeerNetwork&&) = delete;

  /// Queues a frame; dropped where there is no link or its queue is full. From any thread.
  void send(chain::PeerId to, chain::FramePriority priority, chain::Frame frame);
  void broadcast_validators(chain::FramePriority priority, const chain::Frame& frame);
  void broadcast_all(chain::FramePriority priority, const chain::Frame& frame);
  /// Ends a link whose other end has sent garbage; it may come back.
  void disconnect(chain::PeerId peer, std::string_view reason);

  /// The port that is listened on.
  std::uint16_t port() const;
  /// One for each validator but this node, in the order of the set; certified_height and lag_blocks
  /// stay 0 (the caller knows them from consensus).
  std::vector<PeerState> peers() const;
  /// Whether there is a link to this validator now.
  bool connected(chain::PeerId validator) const;
  /// Frames dropped because a queue was full, since the start.
  std::uint64_t dropped_frames() const;

  /// Closes every link and joins the thread. The handler is not called any more afterwards.
  void stop();

 private:
  class Impl;
  explicit PeerNetwork(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace qc::node
