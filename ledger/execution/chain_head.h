// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/digest.h"
#include "ledger/execution/block.h"
#include "ledger/log/merkle_log.h"

namespace qc::ledger {

/// Where a chain stands after its newest executed block: what the next block builds on, besides the
/// state itself. Small; storage keeps it with the block, or rebuilds it from the block's seal.
struct ChainHead {
  std::uint64_t height = 0;
  std::uint64_t time_ms = 0;
  /// Leaf hash of its seal: the next seal's parent.
  Digest seal_leaf{};
  Digest state_root{};
  /// Hash of the validator set for the next block (`next` of its seal).
  Digest validators{};
  /// The log, that seal included.
  Frontier log;

  static ChainHead after(const ExecutedBlock& block);
  bool operator==(const ChainHead&) const = default;
};

}  // namespace qc::ledger
