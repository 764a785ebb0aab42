// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "chain/checkpoint_proof.h"
#include "ledger/base/result.h"
#include "ledger/execution/block.h"
#include "ledger/log/seal.h"
#include "ledger/state/state_view.h"

namespace qc::chain {

using ExecutedPtr = std::shared_ptr<const ledger::ExecutedBlock>;

/// Where the pipeline keeps the chain. One thread writes.
class BlockStore {
 public:
  BlockStore() = default;
  virtual ~BlockStore() = default;
  BlockStore(const BlockStore&) = delete;
  BlockStore& operator=(const BlockStore&) = delete;
  BlockStore(BlockStore&&) = delete;
  BlockStore& operator=(BlockStore&&) = delete;

  /// A block above all that are here: durable when this returns.
  virtual ledger::Result<void> commit(const ledger::Block& block, const std::string& proposal_bytes,
                                      const ledger::ExecutedBlock& executed) = 0;
  /// What follows from the next committed blocks (perhaps none); `note` certifies the last one, or
  /// is empty.
  virtual ledger::Result<void> apply(std::span<const ExecutedPtr> blocks,
                                     const std::string& note) = 0;

  /// The newest applied block. `note` is empty where nobody has signed it, or the store holds no
  /// note of this very height.
  struct Newest {
    std::uint64_t height = 0;
    ledger::Seal seal;
    std::uint64_t log_size = 0;
    Digest log_root{};
    std::string note;
  };
  virtual Newest newest() const = 0;
  /// The proof that its note makes.
  virtual ledger::Result<CheckpointProof> newest_proof() const = 0;
  /// The state after it.
  virtual const ledger::StateView& state() const = 0;
};

}  // namespace qc::chain
