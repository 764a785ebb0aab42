// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "consensus/replica.h"
#include "toy_ledger.h"

namespace qc::simulation {

/// Watches everything that the validators of a run do and remembers the first thing that must never
/// happen.
class Invariants {
 public:
  explicit Invariants(std::uint16_t validators) : validators_(validators) {}

  /// A message leaves a validator. `honest`: it may not contradict itself, over all its lives.
  void sent(consensus::ReplicaIndex sender, bool honest, const consensus::Message& message,
            const consensus::Authenticator& hasher);
  /// A replica hands a block to execution; `expected` is the height whose turn it is there.
  void delivered(const consensus::Delivery& delivery, consensus::Height expected);
  /// A block is executed.
  void executed(const ToyBlock& block);
  /// A checkpoint is certified.
  void certified(const consensus::CertifiedCheckpoint& checkpoint,
                 const consensus::Authenticator& authenticator);
  void fail(std::string what);

  const std::optional<std::string>& violation() const { return violation_; }
  consensus::Height height() const {
    return chain_.empty() ? consensus::Height{} : chain_.rbegin()->first;
  }
  std::size_t batches_ordered() const { return batches_.size(); }

 private:
  void said(consensus::ReplicaIndex who, consensus::Phase phase, consensus::View view,
            consensus::Height height, const consensus::Digest& digest);

  std::uint16_t validators_;
  std::map<
      std::tuple<consensus::ReplicaIndex, consensus::Phase, consensus::View, consensus::Height>,
      consensus::Digest>
      said_;
  std::map<std::pair<consensus::ReplicaIndex, consensus::Height>, std::string> cosigned_;
  std::map<consensus::Height, consensus::Delivery> chain_;
  std::map<consensus::Height, std::string> checkpoints_;
  std::set<consensus::Digest> batches_;
  std::optional<std::string> violation_;
};

}  // namespace qc::simulation
