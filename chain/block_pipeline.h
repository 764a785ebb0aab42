// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "chain/batch.h"
#include "chain/block_range.h"
#include "chain/block_store.h"
#include "chain/renewal.h"
#include "consensus/message/actions.h"
#include "consensus/message/events.h"
#include "ledger/base/result.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/chain_state.h"

namespace qc::chain {

/// A committed proposal with its content.
struct DeliveredBlock {
  consensus::Proposal proposal;
  Digest digest{};
  std::vector<SharedBatch> batches;
};

/// Who hears what became of the blocks, at once and on the caller's thread. Must not call the
/// pipeline.
class PipelineHandler {
 public:
  PipelineHandler() = default;
  virtual ~PipelineHandler() = default;
  PipelineHandler(const PipelineHandler&) = delete;
  PipelineHandler& operator=(const PipelineHandler&) = delete;
  PipelineHandler(PipelineHandler&&) = delete;
  PipelineHandler& operator=(PipelineHandler&&) = delete;

  /// A delivered block is executed and durable: consensus is told, with this validator's
  /// cosignature.
  virtual ledger::Result<void> executed(const ledger::ExecutedBlock& block) = 0;
  /// The store has another newest checkpoint, or a younger note of the same; `blocks` are those
  /// that came with it.
  virtual void published(std::span<const ExecutedPtr> blocks) = 0;
  /// consensus::CheckpointCertified, of what was certified here.
  virtual void certified(consensus::CertifiedCheckpoint checkpoint) = 0;
  virtual void synced(consensus::Synced event) = 0;
};

/// Decides what is executed, what waits for its certificate, and what is published: from blocks
/// that consensus delivers or that others certified, and from certificates, to the store. One
/// thread; no clock. After an error the process must stop: the disk or this program cannot be
/// trusted.
class BlockPipeline {
 public:
  struct Options {
    ledger::Network network;
    ledger::ValidatorSet validators;
    /// Makes the log's line on every note that is published; null: without.
    const ledger::Signer* log_signer = nullptr;
    /// New signatures make a new note when that is so much younger, seconds (>= 1).
    std::uint64_t younger_s = 10;
  };

  /// Where the ledger stands.
  struct Start {
    std::unique_ptr<ledger::ChainState> chain;
    /// Executed and durable, but not applied to the store yet, in order.
    std::vector<ExecutedPtr> uncertified;
  };

  /// `store` and `handler` must outlive it.
  BlockPipeline(Options options, Start start, BlockStore& store, PipelineHandler& handler);

  /// Executes the next block and makes it durable. One that is here already is passed over: it was
  /// fetched meanwhile, and consensus learns of it by `synced`.
  ledger::Result<void> deliver(const DeliveredBlock& delivered);
  /// A quorum's counted votes for a block that waits: publishes it.
  ledger::Result<void> certify(const consensus::Certifiable& certifiable);
  /// A certificate that others made, of a block that waits or that has no note of its own.
  ledger::Result<void> store(const consensus::StoreCertified& foreign);
  /// Executes what others certified (BlockRangeCheck has judged it) and publishes what it proves.
  ledger::Result<void> apply(const FetchedRange& range);
  /// A validator's newer signature on the newest checkpoint, not verified yet.
  ledger::Result<void> cosignature(std::uint32_t validator, const consensus::CheckpointVote& vote);

  const ledger::ChainHead& head() const { return chain_->head(); }
  /// Unix seconds as of which the published checkpoint is known to be the newest; 0 without one.
  std::uint64_t as_of_s() const { return as_of_s_; }
  /// Whether the newest checkpoint is this set's to sign anew: no later one waits for its quorum.
  bool may_renew() const { return uncertified_.empty() && renewal_.begun(); }
  ledger::Checkpoint newest_checkpoint() const;

 private:
  /// The block of this height that waits for its certificate, or null.
  ExecutedPtr waiting(std::uint64_t height) const;
  ledger::Result<ExecutedPtr> execute(const ledger::Block& block,
                                      const consensus::Proposal& proposal);
  ledger::Result<void> execute_fetched(const FetchedBlock& fetched);
  ledger::Result<void> execute_all(const FetchedRange& range, std::uint64_t proven);
  /// Whether a note for this height is news to readers.
  bool adds_to_published(std::uint64_t proven) const;
  /// The newest checkpoint's note with the newer signatures that others hold: an observer is told
  /// of them by nobody, but asks.
  ledger::Result<void> take_younger(const FetchedRange& range);
  /// Hands the executed blocks up to `height` to the store. An empty note publishes nothing.
  ledger::Result<void> publish(std::uint64_t height, const std::string& note);
  ledger::Result<void> announce_synced(const FetchedRange& range);
  /// The note with these lines (at most 15, or a quorum's) and the log's own.
  ledger::Result<std::string> make_note(const ledger::Checkpoint& checkpoint,
                                        std::vector<ledger::NoteSignature> lines) const;
  /// The same cosignatures under this node's own log line.
  ledger::Result<std::string> own_note(const std::string& foreign_note) const;
  ledger::Checkpoint checkpoint_of(const ledger::ExecutedBlock& block) const;
  ledger::Checkpoint checkpoint_of(const BlockStore::Newest& newest) const;
  /// The store has another newest checkpoint or note: as of when it is, and newer signatures are
  /// gathered for it, where this set may sign it.
  void look_at_newest();
  /// As of when the note's cosignatures make its checkpoint the newest, unix seconds.
  std::uint64_t as_of(const std::string& note) const;

  const Options options_;
  /// Of the set that this pipeline is of.
  const Digest set_hash_;
  BlockStore& store_;
  PipelineHandler& handler_;
  std::unique_ptr<ledger::ChainState> chain_;
  std::deque<ExecutedPtr> uncertified_;
  /// Of the newest certified checkpoint.
  Renewal renewal_;
  std::uint64_t as_of_s_ = 0;
  std::vector<consensus::OrderedBatch> fetched_batches_;
};

/// What consensus is told of an executed block; `cosignature` is this validator's line, empty for
/// an observer.
consensus::Executed executed_event(const ledger::Network& network,
                                   const ledger::ExecutedBlock& block, std::string cosignature);

}  // namespace qc::chain
