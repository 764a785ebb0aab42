// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message/config.h"
#include "consensus/message/messages.h"
#include "consensus/replica/replica.h"
#include "tests/simulation/keyed_hash_authenticator.h"

namespace qc::simulation {

/// What a block says in a simulation: its proposal and a state that hashes everything before it.
struct ToyBlock {
  consensus::BlockPoint point;
  std::vector<Digest> batches;
  Digest state{};
  /// Height, proposal digest and state: what validators cosign.
  std::string checkpoint;
};

/// A chain of blocks with deterministic "execution", durable from the moment of `append`. Knows no
/// replica.
class ToyLedger {
 public:
  explicit ToyLedger(std::uint64_t genesis_time_ms);

  /// Executes a proposal on top; the caller has checked that it is the next height.
  const ToyBlock& append(const consensus::Proposal& proposal, const Digest& digest,
                         const consensus::Authenticator& hasher);
  /// Takes over a block that another ledger executed.
  void adopt(const ToyBlock& block) { blocks_.push_back(block); }
  void certify(const consensus::CertifiedCheckpoint& checkpoint);

  const ToyBlock& newest() const { return blocks_.back(); }
  const ToyBlock& at(consensus::Height height) const { return blocks_[height.value]; }
  consensus::Height height() const { return blocks_.back().point.height; }
  const consensus::CertifiedCheckpoint& certified() const { return certified_; }
  consensus::LedgerPosition position(const std::string& cosignature) const;

 private:
  std::vector<ToyBlock> blocks_;
  consensus::CertifiedCheckpoint certified_;
};

/// What is signed when a checkpoint is cosigned.
std::string cosigned_bytes(const std::string& checkpoint);
/// A proof: a quorum of cosignatures under their voters.
std::string make_proof(const std::vector<consensus::Cosignature>& votes);
/// Whether the certified checkpoint is what its proof says, judged without any code of the
/// consensus module: the quorum is counted from the text of the protocol, ceil((n + f + 1) / 2)
/// distinct validators.
bool verify_certified(const consensus::CertifiedCheckpoint& checkpoint, std::uint16_t validators,
                      const consensus::Authenticator& authenticator);

}  // namespace qc::simulation
