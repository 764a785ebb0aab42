// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// The newest that each validator has signed and this replica has seen, of each kind one: what a
/// validator is told whose journal may have been rolled back. As votes only go up, the newest of a
/// kind is missing from a journal that lacks any of it.
class HeardPromises {
 public:
  explicit HeardPromises(Quorum quorum) : newest_(quorum.validators()) {}

  /// What is added is verified; a voter below n.
  void add(const Vote& vote) {
    std::optional<Vote>& place = newest_[vote.voter.value].votes[index(vote.phase)];
    if (!place || std::tuple(vote.view, vote.height) > std::tuple(place->view, place->height)) {
      place = vote;
    }
  }
  void add(const PrePrepare& pre_prepare, const Digest& digest, const Epoch& epoch) {
    add(Vote{Phase::kPrePrepare, pre_prepare.view, pre_prepare.proposal.height, digest,
             epoch.primary(pre_prepare.view), pre_prepare.signature});
  }
  void add(const ViewChangeHeader& header) {
    std::optional<ViewChangeHeader>& place = newest_[header.voter.value].view_change;
    if (!place || header.view > place->view) {
      place = header;
    }
  }
  /// The answer to a validator that asks. It must be below n.
  PromisesHeld of(ReplicaIndex validator, std::uint64_t life) const {
    const Newest& newest = newest_[validator.value];
    PromisesHeld held{life, {}, newest.view_change};
    for (const std::optional<Vote>& vote : newest.votes) {
      if (vote) {
        held.votes.push_back(*vote);
      }
    }
    return held;
  }

 private:
  struct Newest {
    std::array<std::optional<Vote>, kPhases> votes;
    std::optional<ViewChangeHeader> view_change;
  };
  static std::size_t index(Phase phase) { return static_cast<std::size_t>(phase) - 1; }

  std::vector<Newest> newest_;
};

/// Who has answered the question whether this replica's journal is whole. It takes a quorum less
/// one, oneself being the one: among them is somebody correct who shares every decision.
class Proving {
 public:
  explicit Proving(Quorum quorum)
      : needed_(quorum.certificate() - 1), answered_(quorum.validators()) {}

  void begin(std::uint64_t life) {
    life_ = life;
    asking_ = needed_ > 0;
  }
  void end() { asking_ = false; }
  bool asking() const { return asking_; }
  std::uint64_t life() const { return life_; }
  /// Whether an answer of this peer would count.
  bool awaits(ReplicaIndex peer, std::uint64_t life) const {
    return asking_ && life == life_ && peer.value < answered_.size() && !answered_[peer.value];
  }
  void answered(ReplicaIndex peer) {
    if (awaits(peer, life_)) {
      answered_[peer.value] = true;
      ++count_;
      asking_ = count_ < needed_;
    }
  }

 private:
  std::size_t needed_;
  std::vector<bool> answered_;
  std::size_t count_ = 0;
  std::uint64_t life_ = 0;
  bool asking_ = false;
};

}  // namespace qc::consensus
