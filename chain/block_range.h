// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chain/checkpoint_proof.h"
#include "consensus/message/messages.h"
#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "ledger/log/seal.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::chain {

/// A block that other nodes have certified, checked against its seal (BlockRangeCheck).
struct FetchedBlock {
  ledger::Block block;
  consensus::Proposal proposal;
  std::string seal_text;
};

/// A stretch of certified blocks without a gap. `proof` certifies the last one or a later one.
struct FetchedRange {
  std::vector<FetchedBlock> blocks;
  CheckpointProof proof;
  /// What `proof` says where it is the last block's own checkpoint (or, without blocks, of one that
  /// is here already); nothing where a later one certifies the range.
  std::optional<ProvenCheckpoint> proven;
};

/// Where checked blocks end.
struct ChainEdge {
  std::uint64_t height = 0;
  std::string seal_text;
  std::uint64_t log_size = 0;
};

/// Judges the blocks that a peer sends, before anything of them is executed: every block against
/// its seal, the seals as a chain, each of them of the validator set that the seal before it names,
/// and the last one against a checkpoint that a quorum of that set cosigned. A range lies within
/// one set: an earlier set's keys extend nothing. Pure; any bytes may come.
class BlockRangeCheck {
 public:
  BlockRangeCheck(ledger::Network network, ledger::ValidatorSet validators);

  /// Takes the blocks out of `message`. They must go on at `edge`, which moves behind the last of
  /// them; after an error (which says what does not fit) it is anywhere. kFailedPrecondition where
  /// they begin after, or the checkpoint is not of, this set: no lie, whoever sent them is further
  /// or less far.
  ledger::Result<FetchedRange> range(quality::peer::v1::Blocks& message, ChainEdge& edge) const;

 private:
  ledger::Result<FetchedRange> proven(FetchedRange checked, const ChainEdge& edge) const;
  ledger::Result<FetchedBlock> block(quality::peer::v1::Block& message, ChainEdge& edge) const;
  ledger::Result<void> set_in_force(const ledger::Seal& seal, const ChainEdge& edge) const;
  ledger::Result<void> outcomes(const quality::peer::v1::Block& message,
                                const FetchedBlock& fetched, const ledger::Seal& seal,
                                ChainEdge& edge) const;

  const ledger::Network network_;
  const ledger::ValidatorSet validators_;
  const Digest set_hash_;
};

}  // namespace qc::chain
