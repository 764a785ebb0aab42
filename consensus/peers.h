// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "consensus/types.h"

namespace qc::consensus {

/// What the other validators claim about themselves: one place each. Claims count only as order
/// statistics, so that f liars move nothing.
class Peers {
 public:
  struct Peer {
    Height certified;
    View view;
    bool link_up = false;
    /// When this replica last answered its status.
    std::optional<Time> answered;
  };

  explicit Peers(Quorum quorum) : quorum_(quorum), peers_(quorum.validators()) {}

  Peer& at(ReplicaIndex peer) { return peers_[peer.value]; }
  const Peer& at(ReplicaIndex peer) const { return peers_[peer.value]; }

  /// The (f + 1)-th largest certified height: at least one correct replica is there.
  Height certified() const {
    std::vector<Height> heights;
    heights.reserve(peers_.size());
    for (const Peer& peer : peers_) {
      heights.push_back(peer.certified);
    }
    const auto place = heights.begin() + static_cast<std::ptrdiff_t>(quorum_.faulty_max());
    std::nth_element(heights.begin(), place, heights.end(), std::greater<>());
    return *place;
  }

  /// Who claims to be certified at a height or above it.
  std::vector<ReplicaIndex> at_least(Height height) const {
    std::vector<ReplicaIndex> found;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (peers_[i].certified >= height && height > Height{}) {
        found.push_back(replica_at(i));
      }
    }
    return found;
  }

 private:
  Quorum quorum_;
  std::vector<Peer> peers_;
};

}  // namespace qc::consensus
