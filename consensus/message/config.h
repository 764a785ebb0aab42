// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Who this replica is and the numbers it runs by. Constant during an epoch.
struct Config {
  Epoch epoch;
  /// This replica's place in the set, or nothing for an observer, which follows and never votes.
  std::optional<ReplicaIndex> self;

  /// Whether what the journal says must be compared with what the peers remember before the first
  /// vote. The host sets it where the journal was read from a disk, and again for the next epoch
  /// while `ReplicaStatus::proving` says that it is not done.
  bool prove_journal = false;

  /// W: only heights in (certified, certified + window] are in play. 1 .. kWindowMax.
  std::uint64_t window = 16;
  /// A proposal names at most so many batches (<= kProposalBatchesMax) of so many bytes in total. A
  /// single larger batch is proposed alone.
  std::size_t block_batches_max = 256;
  std::size_t block_bytes_max = std::size_t{4} << 20;
  /// With several heights in flight a primary waits so long for a block to fill.
  Duration fill_wait = Duration::milliseconds(5);

  /// How far a block time may be ahead of and behind this replica's wall clock, in milliseconds.
  std::uint64_t max_clock_ahead_ms = 2'000;
  std::uint64_t max_clock_behind_ms = 10'000;
  /// A batch once ordered is refused for so long, by block time, in milliseconds (the ledger's
  /// parameter).
  std::uint64_t replay_window_ms = 3'600'000;

  /// Batches of one author that are held before they are ordered; more are not acknowledged.
  std::size_t author_batches_max = 64;
  std::size_t author_bytes_max = std::size_t{64} << 20;
  /// Bytes held beyond their authors' quotas because proposals in play name them. (Those of
  /// certificates are always taken: a quorum held them within its own bounds.)
  std::size_t claimed_bytes_max = std::size_t{128} << 20;

  Duration resend_interval = Duration::milliseconds(1'000);
  Duration status_interval = Duration::milliseconds(2'000);
  /// So long a wanted batch may be on its way from its author before it is asked for.
  Duration fetch_delay = Duration::milliseconds(30);
  /// A batch or block that did not come is asked for again, from the next peer.
  Duration fetch_interval = Duration::milliseconds(250);
  /// The least time between two answers to one peer's status.
  Duration answer_interval = Duration::milliseconds(500);
  /// What is known about a batch that nobody mentions any more is forgotten after so long.
  Duration forget_interval = Duration::milliseconds(30'000);
  /// A primary whose link to this replica is down gets only so long, in the first n views since a
  /// commit.
  Duration link_down_timeout = Duration::milliseconds(200);
  /// The progress timer: its base before a quorum's round trips are measured; afterwards four round
  /// trips and two syncs, within these bounds; and its cap after doublings.
  Duration progress_timeout = Duration::milliseconds(1'000);
  Duration progress_timeout_base_min = Duration::milliseconds(500);
  Duration progress_timeout_base_max = Duration::milliseconds(5'000);
  Duration progress_timeout_max = Duration::milliseconds(30'000);
  /// What one sync of the journal is thought to take.
  Duration sync_time = Duration::milliseconds(20);
  /// Blocks of one primary under backlog that make a turn, whose throughput is compared with the
  /// others' last turns.
  std::uint64_t turn_blocks = 100;
  /// Bytes of batches and proposals that one peer may be sent on request in a `fetch_interval`.
  std::size_t serve_bytes_max = std::size_t{16} << 20;
};

/// A block as its successor sees it.
struct BlockPoint {
  Height height;
  /// Digest of its proposal; 32 zero bytes for genesis.
  Digest proposal{};
  std::uint64_t time_ms = 0;

  friend bool operator==(const BlockPoint&, const BlockPoint&) = default;
};

/// A batch that a recent block ordered.
struct OrderedBatch {
  Digest digest{};
  /// Time of the block that ordered it, unix milliseconds.
  std::uint64_t block_time_ms = 0;

  friend bool operator==(const OrderedBatch&, const OrderedBatch&) = default;
};

/// Where the host's ledger stands when the replica is made.
struct LedgerPosition {
  /// The newest block that is executed and durable; genesis at first.
  BlockPoint executed;
  /// Its checkpoint body and this replica's cosignature of it (empty for an observer and for
  /// genesis).
  std::string checkpoint;
  std::string cosignature;
  /// The newest block at or below `executed` that the ledger holds certified; genesis counts as
  /// certified (empty proof).
  BlockPoint certified_block;
  CertifiedCheckpoint certified;
  /// The batches that the blocks of the last `replay_window_ms` ordered, ascending by time.
  std::vector<OrderedBatch> ordered;
  /// The height from which another set votes, where the ledger has decided one already.
  std::optional<Height> next_epoch;
};

}  // namespace qc::consensus
