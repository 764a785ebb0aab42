// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "chain/block_pipeline.h"
#include "chain/block_range.h"
#include "consensus/message/actions.h"
#include "consensus/message/events.h"
#include "ledger/crypto/signer.h"
#include "ledger/state/state_view.h"
#include "node/execution/ledger_store.h"
#include "storage/store.h"

namespace qc::node {

class Metrics;

/// Who hears what the executor has done; called on its thread.
class ExecutorHandler {
 public:
  ExecutorHandler() = default;
  virtual ~ExecutorHandler() = default;
  ExecutorHandler(const ExecutorHandler&) = delete;
  ExecutorHandler& operator=(const ExecutorHandler&) = delete;
  ExecutorHandler(ExecutorHandler&&) = delete;
  ExecutorHandler& operator=(ExecutorHandler&&) = delete;

  /// A block is executed and durable; the cosignature may leave.
  virtual void executed(consensus::Executed event) = 0;
  virtual void certified(consensus::CertifiedCheckpoint checkpoint) = 0;
  virtual void synced(consensus::Synced event) = 0;
  /// A new certified state, and the blocks that it adds.
  virtual void published(std::shared_ptr<const storage::ReadView> view,
                         std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks) = 0;
  /// This validator has signed the newest certified checkpoint anew: tell the others.
  virtual void cosigned_again(consensus::CheckpointVote vote) = 0;
  /// The disk or this program cannot be trusted any more: the process must stop.
  virtual void failed(ledger::Error error) = 0;
};

/// The thread that executes what consensus has committed, in order: block by block through the
/// rules, to the disk, then cosigned; and, once a quorum has cosigned, published to readers.
///
/// What is decided there is decided by the pipeline; this is its thread, its clock and its way to
/// the store, which nobody else writes.
class Executor final : private chain::PipelineHandler {
 public:
  struct Options {
    ledger::Network network;
    ledger::ValidatorSet validators;
    /// Complete name and key of this validator; null for an observer.
    std::string name;
    const ledger::Signer* signer = nullptr;
    /// Makes the log's line on every note that is served.
    const ledger::Signer* log_signer = nullptr;
    /// The newest certified checkpoint is signed anew when its as-of time is so old.
    std::chrono::seconds cosign_again{20};
    /// May be null.
    Metrics* metrics = nullptr;
  };

  using Start = chain::BlockPipeline::Start;

  /// `store` and `handler` must outlive the executor; begins at `run`.
  Executor(Options options, Start start, storage::Store& store, ExecutorHandler& handler);
  /// As stop().
  ~Executor() override;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  Executor(Executor&&) = delete;
  Executor& operator=(Executor&&) = delete;

  void run();
  /// Finishes the block at hand, drops what waits (consensus delivers it again after a restart),
  /// joins.
  void stop();

  // From any thread. Consensus' window bounds what waits.
  void deliver(chain::DeliveredBlock block);
  void certify(consensus::Certifiable certifiable);
  void store(consensus::StoreCertified foreign);
  void apply(chain::FetchedRange range);
  /// Another validator's new signature on the newest certified checkpoint, not verified yet.
  void cosignature(std::uint32_t validator, consensus::CheckpointVote vote);

  /// The newest applied state, for those who check signatures against it.
  const ledger::StateView& state() const { return store_.state(); }
  /// Greatest executed height, also counting blocks before the start.
  std::uint64_t executed_height() const;
  /// Unix seconds as of which the published checkpoint is known to be the newest; 0 without one.
  std::uint64_t as_of_s() const;

 private:
  struct PeerCosignature {
    std::uint32_t validator = 0;
    consensus::CheckpointVote vote;
  };
  using Job = std::variant<chain::DeliveredBlock, consensus::Certifiable, consensus::StoreCertified,
                           chain::FetchedRange, PeerCosignature>;

  void push(Job job);
  void work();
  ledger::Result<void> handle(const chain::DeliveredBlock& job) { return pipeline_.deliver(job); }
  ledger::Result<void> handle(const consensus::Certifiable& job) { return pipeline_.certify(job); }
  ledger::Result<void> handle(const consensus::StoreCertified& job) { return pipeline_.store(job); }
  ledger::Result<void> handle(const chain::FetchedRange& job) { return pipeline_.apply(job); }
  ledger::Result<void> handle(const PeerCosignature& job) {
    return pipeline_.cosignature(job.validator, job.vote);
  }
  ledger::Result<void> every_second();
  ledger::Result<ledger::NoteSignature> cosign(const ledger::Checkpoint& checkpoint,
                                               std::uint64_t block_time_ms) const;
  /// What other threads ask for.
  void show_progress();

  // PipelineHandler
  ledger::Result<void> executed(const ledger::ExecutedBlock& block) override;
  void published(std::span<const chain::ExecutedPtr> blocks) override;
  void certified(consensus::CertifiedCheckpoint checkpoint) override;
  void synced(consensus::Synced event) override;

  const Options options_;
  storage::Store& store_;
  ExecutorHandler& handler_;
  LedgerStore ledger_;
  chain::BlockPipeline pipeline_;
  /// This validator's index in its set, which an observer is not in.
  const std::optional<std::uint32_t> self_;

  std::atomic<std::uint64_t> executed_height_{0};
  std::atomic<std::uint64_t> as_of_s_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace qc::node
