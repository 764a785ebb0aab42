// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/execution/block.h"
#include "ledger/execution/chain_state.h"
#include "ledger/execution/replay_window.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/state_view.h"
#include "storage/read_view.h"
#include "storage/stored_block.h"

namespace qc::storage {

/// The ledger on disk.
///
/// Two kinds of data with two promises. What cannot be made again — blocks, submissions, outcomes,
/// record bytes — is written in one synced batch a block (`commit_block`) before this node's
/// cosignature leaves: q cosignatures mean on disk at q organisations. What follows from blocks —
/// subjects, state tree, log hashes, indexes — is written behind (`apply_certified`): only for
/// certified heights, without the write-ahead log, in sorted batches, with the height that it
/// reaches inside the same batch, and every column family is flushed together; after a crash it
/// stands at some earlier height and the blocks above are executed again (`recovery`).
///
/// Threads: `commit_block` from one thread, `apply_certified` from one thread (the executor's for
/// both is fine), everything const from any. Every error of a writing function is fatal to the node
/// and must not be retried.
class Store {
 public:
  struct Options {
    /// Shared by all tables; the greater part of what a reading node should give.
    std::uint64_t block_cache_bytes = std::uint64_t{128} << 20;
    /// Memory for what is written behind. Twice this is the most that a restart executes again.
    std::uint64_t write_buffer_bytes = std::uint64_t{64} << 20;
    /// A flush is begun after so many blocks at the latest, so that on a quiet chain, too, a
    /// restart has little to execute again.
    std::uint64_t flush_blocks_max = 2048;
    /// Of RocksDB, over all tables.
    int open_files_max = 1024;
  };

  /// Opens the database in `directory`, or makes a new one (its parent must exist).
  /// Fails, saying what to do: another process has it (kUnavailable), it belongs to another chain
  /// or hash algorithm or was written by a newer format (kFailedPrecondition), it is damaged
  /// (kDataLoss).
  static ledger::Result<std::unique_ptr<Store>> open(const std::string& directory,
                                                     const ledger::Network& network);
  static ledger::Result<std::unique_ptr<Store>> open(const std::string& directory,
                                                     const ledger::Network& network,
                                                     const Options& options);

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;
  /// Flushes and closes, unless a view still needs the database: then its end does.
  ~Store();

  /// True until `commit_genesis`.
  bool empty() const;

  /// Makes block 0 durable and applies it, as nobody needs to certify it. Only on an empty store.
  ledger::Result<void> commit_genesis(std::string_view document,
                                      const ledger::ExecutedBlock& executed);

  /// Makes an executed block durable, one synced batch. It must follow the durable one (asserted).
  /// `proposal` is the bytes of the agreed proposal in the encoding of consensus. When it returns,
  /// the cosignature may leave.
  ledger::Result<void> commit_block(const ledger::Block& block, std::string_view proposal,
                                    const ledger::ExecutedBlock& executed);

  /// Writes behind what follows from certified blocks, and publishes the view of the last of them.
  /// `blocks` follow the applied height without a gap and are durable (asserted); none at all means
  /// a new note for the same height. `note` certifies the last one. The last block of a validator
  /// set (its `successor` is set) must be the last of a call: its note is kept for ever
  /// (ReadView::handovers).
  ledger::Result<void> apply_certified(
      std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks, std::string_view note);

  /// The highest block that is on disk; 0 also when empty.
  std::uint64_t durable_height() const;
  /// The highest block that is applied: the height of latest(), and after a start how far the
  /// derived data reaches.
  std::uint64_t applied_height() const;

  /// What a start finds.
  struct Recovery {
    /// Blocks (applied_height, durable_height] must be executed again, in order, on `head`, with
    /// `replay`, and checked with `check_reexecuted`; then apply those that are certified.
    std::uint64_t applied_height = 0;
    std::uint64_t durable_height = 0;
    /// The chain after applied_height.
    ledger::ChainHead head;
    ledger::ReplayWindow replay;
    /// The newest certified checkpoint that this store was given, and its height: at or above
    /// applied_height, at or below durable_height. Empty where there is none.
    std::string note;
    std::uint64_t note_height = 0;
  };
  /// Needs a store that is not empty (asserted). `replay_window_ms` is the longest that the
  /// network's parameter has been; 24 h is always enough.
  ledger::Result<Recovery> recovery(std::uint64_t replay_window_ms = 86'400'000) const;

  /// A durable block for execution, certified or not: its submissions parsed, their signatures
  /// unknown. kOutOfRange above durable_height() and for block 0.
  ledger::Result<ledger::Block> block_for_execution(std::uint64_t height) const;

  /// That executing a durable block again gave what it gave before: outcomes, drops, seal. An error
  /// names height and difference, and is fatal: this machine or this program cannot be trusted.
  ledger::Result<void> check_reexecuted(const ledger::ExecutedBlock& executed) const;

  /// A durable block, certified or not, for those who sync; kOutOfRange above durable_height().
  ledger::Result<FullBlock> full_block(std::uint64_t height) const;

  /// The newest certified state. Null when empty, and after a crash until the blocks up to
  /// Recovery::note_height are applied again: no height is shown without what certifies it.
  std::shared_ptr<const ReadView> latest() const;

  /// The base of ledger::ChainState: always the newest applied state, whatever that is at the
  /// moment. As long-lived as the store.
  const ledger::StateView& state() const;
  const ledger::NodeStore& nodes() const;

  /// Notes for ever that a voting key votes beside this database, before its first vote. A journal
  /// that is missing later is then known to be lost and not just not begun. `key_id` is opaque.
  ledger::Result<void> note_voting_key(std::string_view key_id);
  ledger::Result<bool> knows_voting_key(std::string_view key_id) const;

  /// Begins to flush what was written behind, and waits for it: before a clean stop, so that the
  /// next start executes nothing again.
  ledger::Result<void> flush();

  /// Offline check of everything, slow: the chain of seals, every submission's records against its
  /// signed root, outcomes against their roots, the log's hashes and root, and, where `deep`, every
  /// history link and the whole state tree from its leaves. The first difference is the error
  /// (kDataLoss). Checks no signatures: `qc verify` and execution do.
  enum class VerifyDepth : std::uint8_t { kBlocks, kDeep };
  ledger::Result<void> verify(VerifyDepth depth) const;

  /// For the metrics. Times are of the synced write of a block.
  struct Stats {
    std::uint64_t commits = 0;
    std::uint64_t commit_ns_total = 0;
    std::uint64_t commit_ns_last = 0;
    std::uint64_t applies = 0;
    std::uint64_t apply_ns_total = 0;
    std::uint64_t records = 0;
    std::uint64_t record_bytes = 0;
    /// Live table files and memory tables, as RocksDB estimates them.
    std::uint64_t table_bytes = 0;
    std::uint64_t memory_bytes = 0;
  };
  Stats stats() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace qc::storage
