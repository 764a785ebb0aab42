// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "chain/batch.h"
#include "chain/block_range.h"
#include "chain/checkpoint_proof.h"
#include "chain/renewal.h"
#include "consensus/replica/replica.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/chain_state.h"
#include "storage/store.h"

namespace qc::node {

class Metrics;

/// A committed proposal with its content.
struct DeliveredBlock {
  consensus::Proposal proposal;
  Digest digest{};
  std::vector<chain::SharedBatch> batches;
};

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
/// The owner of the chain's state and the only writer of the store.
class Executor {
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

  /// Where the ledger stood when the process started.
  struct Start {
    std::unique_ptr<ledger::ChainState> chain;
    /// Executed and durable, but not applied to the store yet, in order.
    std::vector<std::shared_ptr<const ledger::ExecutedBlock>> uncertified;
  };

  /// `store` and `handler` must outlive the executor; begins at `run`.
  Executor(Options options, Start start, storage::Store& store, ExecutorHandler& handler);
  /// As stop().
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  Executor(Executor&&) = delete;
  Executor& operator=(Executor&&) = delete;

  void run();
  /// Finishes the block at hand, drops what waits (consensus delivers it again after a restart),
  /// joins.
  void stop();

  // From any thread. Consensus' window bounds what waits.
  void deliver(DeliveredBlock block);
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
  using Job = std::variant<DeliveredBlock, consensus::Certifiable, consensus::StoreCertified,
                           chain::FetchedRange, PeerCosignature>;

  void push(Job job);
  void work();
  ledger::Result<void> handle(DeliveredBlock& job);
  ledger::Result<void> handle(consensus::Certifiable& job);
  ledger::Result<void> handle(consensus::StoreCertified& job);
  ledger::Result<void> handle(chain::FetchedRange& job);
  ledger::Result<void> handle(PeerCosignature& job);
  ledger::Result<void> every_second();

  /// The block of this height that waits for its certificate, or null.
  std::shared_ptr<const ledger::ExecutedBlock> waiting(std::uint64_t height) const;
  ledger::Result<std::shared_ptr<const ledger::ExecutedBlock>> execute(
      const ledger::Block& block, const consensus::Proposal& proposal);
  void count(const ledger::ExecutedBlock& block, std::chrono::nanoseconds execution,
             std::chrono::nanoseconds writing) const;
  ledger::Result<void> announce(const ledger::ExecutedBlock& block);
  ledger::Result<void> execute_fetched(const chain::FetchedBlock& fetched);
  ledger::Result<void> execute_all(const chain::FetchedRange& range, std::uint64_t proven);
  /// Whether a note for this height is news to readers.
  bool adds_to_published(std::uint64_t proven) const;
  /// Signatures as of then, or later, are worth a new note.
  std::uint64_t worth_publishing_s() const;
  /// The newest checkpoint's note with the newer signatures that others hold: an observer is told
  /// of them by nobody, but asks.
  ledger::Result<void> take_younger(const chain::FetchedRange& range);
  /// Hands the executed blocks up to `height` to the store. An empty note publishes nothing.
  ledger::Result<void> publish(std::uint64_t height, const std::string& note);
  ledger::Result<void> announce_synced(const chain::FetchedRange& range);
  /// The note with these lines (at most 15) and the log's own.
  ledger::Result<std::string> make_note(const ledger::Checkpoint& checkpoint,
                                        std::vector<ledger::NoteSignature> lines) const;
  ledger::Result<std::string> own_note(const std::string& foreign_note) const;
  ledger::Result<ledger::NoteSignature> cosign(const ledger::Checkpoint& checkpoint,
                                               std::uint64_t block_time_ms) const;
  /// Newer signatures are gathered for the newest checkpoint, where this set may sign it.
  void begin_renewal();
  ledger::Result<void> sign_again();
  ledger::Result<void> publish_renewed();
  ledger::Checkpoint newest_checkpoint() const;
  ledger::Checkpoint checkpoint_of(const ledger::ExecutedBlock& block) const;

  const Options options_;
  /// Of the set that this executor is of.
  const Digest set_hash_;
  storage::Store& store_;
  ExecutorHandler& handler_;
  std::unique_ptr<ledger::ChainState> chain_;
  std::deque<std::shared_ptr<const ledger::ExecutedBlock>> uncertified_;
  /// Of the newest certified checkpoint.
  chain::Renewal renewal_;
  /// This validator's index in its set, which an observer is not in.
  std::optional<std::uint32_t> self_;
  std::vector<consensus::OrderedBatch> fetched_batches_;

  std::atomic<std::uint64_t> executed_height_{0};
  std::atomic<std::uint64_t> as_of_s_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::jthread thread_;
};

/// The certified checkpoint that a view's note and seal make.
ledger::Result<chain::CheckpointProof> proof_of(const storage::ReadView& view);

}  // namespace qc::node
