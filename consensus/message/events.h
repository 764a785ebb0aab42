// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/message/config.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

// What happens to a replica.

/// A peer's message, verified: signatures inside are good (`verify_message`, verifier.h),
/// cosignatures and the proof of a certified checkpoint too (by the host), and `from` is who is at
/// the other end of the authenticated link.
struct MessageReceived {
  ReplicaIndex from;
  Message message;
  /// Of a CheckpointVote: the stamp that its cosignature signs, unix seconds. One that is older
  /// than the block's time certifies nothing (formats.md, Checkpoint) and is not counted.
  std::uint64_t cosigned_s = 0;
};

/// The host has verified a batch and stored it: from a peer, from its own mempool (`author` is
/// self) or found on disk after a restart. The replica acknowledges it to everybody unless the
/// author's quota is full.
struct BatchStored {
  Digest digest{};
  ReplicaIndex author;
  std::size_t bytes = 0;
  /// When the last of its submissions expires, unix milliseconds of block time; afterwards it is
  /// dropped.
  std::uint64_t expires_at_ms = 0;
};

/// A delivered block is executed and durable.
struct Executed {
  Height height;
  /// The checkpoint body after it, and this replica's cosignature of it (empty for an observer).
  std::string checkpoint;
  std::string cosignature;
  /// Set from the block on that decides a change of the validator set: the height from which the
  /// next set votes.
  std::optional<Height> next_epoch;
};

/// The host holds a certified checkpoint with its proof, e.g. made from `Actions::certify`.
struct CheckpointCertified {
  CertifiedCheckpoint checkpoint;
};

/// The host has fetched, checked and executed blocks up to here by itself, `checkpoint` being the
/// certified one of that height.
struct Synced {
  BlockPoint block;
  CertifiedCheckpoint checkpoint;
  /// The batches that the fetched blocks ordered.
  std::vector<OrderedBatch> ordered;
  std::optional<Height> next_epoch;
};

/// An authenticated link to a peer is up: it gets a status at once.
struct LinkUp {
  ReplicaIndex peer;
};
struct LinkDown {
  ReplicaIndex peer;
};

/// Time has passed; due at `Actions::next_tick` at the latest, harmless at any time.
struct Tick {};

using Event = std::variant<MessageReceived, BatchStored, Executed, CheckpointCertified, Synced,
                           LinkUp, LinkDown, Tick>;

}  // namespace qc::consensus
