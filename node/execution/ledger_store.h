// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "chain/block_store.h"
#include "storage/store.h"

namespace qc::node {

class Metrics;

/// The node's database as the pipeline's store; measures what execution and writing take.
class LedgerStore final : public chain::BlockStore {
 public:
  /// Both must outlive it; `metrics` may be null.
  LedgerStore(storage::Store& store, Metrics* metrics) : store_(store), metrics_(metrics) {}

  /// The executor's thread takes up something new: what is executed is measured from here on.
  void begin() { since_ = Clock::now(); }

  ledger::Result<void> commit(const ledger::Block& block, const std::string& proposal_bytes,
                              const ledger::ExecutedBlock& executed) override;
  ledger::Result<void> apply(std::span<const chain::ExecutedPtr> blocks,
                             const std::string& note) override;
  Newest newest() const override;
  ledger::Result<chain::CheckpointProof> newest_proof() const override;
  const ledger::StateView& state() const override { return store_.state(); }

 private:
  using Clock = std::chrono::steady_clock;
  void count(const ledger::ExecutedBlock& block, std::chrono::nanoseconds execution,
             std::chrono::nanoseconds writing) const;

  storage::Store& store_;
  Metrics* metrics_;
  Clock::time_point since_ = Clock::now();
};

/// The certified checkpoint that a view's note and seal make.
ledger::Result<chain::CheckpointProof> proof_of(const storage::ReadView& view);

}  // namespace qc::node
