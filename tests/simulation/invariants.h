// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "consensus/replica/replica.h"
#include "tests/simulation/toy_ledger.h"

namespace qc::simulation {

/// Watches everything that the validators of a run do and remembers the first thing that must never
/// happen.
class Invariants {
 public:
  explicit Invariants(std::uint16_t validators) : validators_(validators), views_(validators) {}

  /// A message leaves a validator. `honest`: it may not contradict itself, over all its lives.
  void sent(consensus::ReplicaIndex sender, bool honest, const consensus::Message& message,
            const consensus::Authenticator& hasher);
  /// An entry of a validator's vote journal is durable.
  void journalled(consensus::ReplicaIndex who, bool honest, const consensus::JournalEntry& entry);
  /// A validator's journal was put back to an older state: it may claim lower views, and still must
  /// not contradict what it signed.
  void rolled_back(consensus::ReplicaIndex who) { views_[who.value].seen = consensus::View{}; }
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
  /// The greatest view that an honest validator was in.
  std::uint64_t views_passed() const {
    std::uint64_t most = 0;
    for (const Views& views : views_) {
      most = std::max(most, views.seen.value);
    }
    return most;
  }
  std::size_t batches_ordered() const { return batches_.size(); }

 private:
  void said(consensus::ReplicaIndex who, consensus::Phase phase, consensus::View view,
            consensus::Height height, const Digest& digest);

  void voted(const consensus::Vote& vote);
  void changed_view(const consensus::ViewChangeHeader& header);
  void began_view(consensus::ReplicaIndex sender, const consensus::NewView& new_view);
  void in_view(consensus::ReplicaIndex who, consensus::View view);

  /// What one validator has said about views, over all its lives.
  struct Views {
    consensus::View seen;
    consensus::View changed_to;
    consensus::View voted_in;
    std::pair<consensus::View, consensus::Height> committed;
    std::map<consensus::View, consensus::ViewStart> installed;
    std::map<consensus::View, consensus::NewView> made;
  };

  std::uint16_t validators_;
  std::vector<Views> views_;
  std::map<
      std::tuple<consensus::ReplicaIndex, consensus::Phase, consensus::View, consensus::Height>,
      Digest>
      said_;
  std::map<std::pair<consensus::ReplicaIndex, consensus::Height>, std::string> cosigned_;
  std::map<consensus::Height, consensus::Delivery> chain_;
  std::map<consensus::Height, std::string> checkpoints_;
  std::set<Digest> batches_;
  std::optional<std::string> violation_;
};

}  // namespace qc::simulation
