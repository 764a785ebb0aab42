// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "chain/batch.h"
#include "chain/block_pipeline.h"
#include "chain/block_range.h"
#include "chain/message_verifier.h"
#include "consensus/replica/replica.h"
#include "ledger/execution/chain_state.h"
#include "tests/simulation/keyed_hash_authenticator.h"
#include "tests/simulation/node/memory_store.h"
#include "tests/simulation/node/torn_journal.h"

namespace qc::simulation {

class WholeNetwork;

/// Votes as keyed hashes (fast, and nobody can forge them here), hashes as the ledger's.
class SimulatedVotes final : public consensus::Authenticator {
 public:
  SimulatedVotes(consensus::ReplicaIndex self, std::uint16_t validators)
      : keyed_(self, validators) {}
  consensus::Signature sign(std::string_view statement) override { return keyed_.sign(statement); }
  bool verify(consensus::ReplicaIndex signer, std::string_view statement,
              const consensus::Signature& signature) const override {
    return keyed_.verify(signer, statement, signature);
  }
  Digest hash(std::string_view bytes) const override {
    return ledger::hash(ledger::HashAlgorithm::kSha256, bytes);
  }

 private:
  KeyedHashAuthenticator keyed_;
};

/// A node as it runs, without its threads and sockets: the real replica, the ledger's real
/// execution, checkpoints with real cosignatures, the real judges of batches, block ranges and
/// proofs, the real pipeline of blocks, the vote journal in its real format. Modelled here: the
/// driver's and block sync's order of doing things (node/pipeline/consensus_driver.cc,
/// node/sync/block_sync.cc), and the database (MemoryStore).
class WholeNode final : public chain::PipelineHandler {
 public:
  WholeNode(WholeNetwork& network, consensus::ReplicaIndex index, std::int64_t skew_ms);

  void start();
  void crash();
  bool up() const { return replica_ != nullptr; }
  /// As a machine's administrator: puts an older copy of the database in its place. While down.
  void roll_back(std::uint64_t blocks) { store_.roll_back(blocks); }
  void lose_derived() { store_.lose_derived(); }
  void set_disk_full(bool full) { store_.set_full(full); }

  void receive(consensus::ReplicaIndex from, const std::string& bytes);
  void receive_batch(consensus::ReplicaIndex author, const std::string& bytes);
  void receive_blocks(consensus::ReplicaIndex from, const std::string& bytes);
  /// What an honest peer answers to whoever lacks the blocks from `from` on.
  std::string blocks_from(std::uint64_t from) const;
  /// A client's submission. False if it is refused here.
  bool submit(const std::string& signed_submission);
  void link_up(consensus::ReplicaIndex peer) { step(consensus::LinkUp{peer}); }

  consensus::ReplicaIndex index() const { return index_; }
  const MemoryStore& store() const { return store_; }
  const consensus::Replica& replica() const { return *replica_; }
  /// Greatest height whose checkpoint the journal holds certified.
  std::uint64_t promised_height() const;
  /// Serves lies to those who sync.
  bool lies = false;
  /// Its cosignatures leave with a stamp before the block's time.
  bool stamps_early = false;

 private:
  struct HeldBatch {
    chain::SharedBatch batch;
    consensus::ReplicaIndex author;
    bool durable = false;
  };
  using ExecutedPtr = chain::ExecutedPtr;

  consensus::Now now() const;
  void later(std::int64_t delay_us, std::function<void()> action);
  void schedule_tick(consensus::Time at);

  // Startup.
  void execute_again();
  consensus::LedgerPosition position();
  std::string own_cosignature(const consensus::RecoveredState& promises) const;

  // The driver.
  void step(consensus::Event event);
  void handle(consensus::Actions actions);
  void sync_journal();
  void carry_out(consensus::Actions& actions);
  void take(const chain::SharedBatch& batch, consensus::ReplicaIndex author);

  // The executor.
  void execute_next();
  /// What the pipeline could not do; false where it could not.
  bool done(const ledger::Result<void>& result);
  std::string cosign(const ledger::Checkpoint& checkpoint, std::uint64_t time_ms) const;
  consensus::Message as_sent(const consensus::Message& message) const;
  chain::CheckpointProof proof() const { return *store_.newest_proof(); }

  // chain::PipelineHandler
  ledger::Result<void> executed(const ledger::ExecutedBlock& block) override;
  void published(std::span<const ExecutedPtr> blocks) override;
  void certified(consensus::CertifiedCheckpoint checkpoint) override;
  void synced(consensus::Synced event) override;

  // Block sync.
  void want(const consensus::FetchBlocks& wanted);
  void ask();
  std::string lie(std::string bytes);
  /// Consensus knows of everything that was executed.
  bool at_rest() const { return !announcing_; }
  const ledger::ChainHead& head() const { return pipeline_->head(); }

  WholeNetwork& network_;
  consensus::ReplicaIndex index_;
  std::int64_t skew_ms_;
  SimulatedVotes authenticator_;
  consensus::Config config_;
  chain::BlockRangeCheck range_check_;
  std::optional<chain::MessageVerifier> verifier_;

  // The disk.
  MemoryStore store_;
  TornJournal journal_;
  std::map<Digest, HeldBatch> batches_;

  // The process.
  std::unique_ptr<consensus::Replica> replica_;
  std::unique_ptr<chain::BlockPipeline> pipeline_;
  std::uint64_t life_ = 0;
  std::deque<consensus::Actions> waiting_;
  std::size_t in_sync_ = 0;
  bool syncing_ = false;
  std::deque<consensus::Delivery> execution_;
  bool executing_ = false;
  /// A block is durable that consensus has not heard of.
  bool announcing_ = false;
  std::uint64_t next_delivery_ = 0;
  std::uint64_t wanted_height_ = 0;
  std::vector<consensus::ReplicaIndex> sources_;
  std::optional<consensus::ReplicaIndex> asked_;
  std::uint64_t asked_number_ = 0;
  chain::ChainEdge asked_edge_;
  std::set<consensus::ReplicaIndex> banned_;
  consensus::Time tick_at_;
  bool tick_scheduled_ = false;
};

}  // namespace qc::simulation
