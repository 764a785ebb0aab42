// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "consensus/base/mutation.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// What the other validators claim about themselves: one place each. Claims count only as order
/// statistics, so that f liars move nothing.
class Peers {
 public:
  /// How long a peer took to answer, of late.
  class RoundTrips {
   public:
    void note(Duration round_trip) { last_[noted_++ % last_.size()] = round_trip; }
    /// The longest of the last few: a timer had better be too long than too short.
    std::optional<Duration> longest() const {
      return noted_ == 0 ? std::nullopt : std::optional(*std::ranges::max_element(last_));
    }

   private:
    std::array<Duration, 4> last_{};
    std::size_t noted_ = 0;
  };

  struct Peer {
    Height certified;
    /// The newest view that it was heard of in.
    View view;
    bool link_up = false;
    /// Since when the link has been known to be down.
    std::optional<Time> link_down;
    /// When it was last sent a NewView that it seemed to lack.
    std::optional<Time> new_view_sent;
    /// When this replica last answered its status.
    std::optional<Time> answered;
    /// When it was last told what this replica holds of its promises.
    std::optional<Time> promises_told;
    RoundTrips round_trips;
    /// The mark of the last status that it has echoed.
    std::uint64_t echoed = 0;
    /// Bytes that it was sent on request since then.
    Time served_since;
    std::size_t served_bytes = 0;
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

  /// The (f + 1)-th largest view of the others: f liars cannot drag anybody there.
  View join_view() const {
    const std::size_t liars = mutated(Mutation::kOnePeerViewJump) ? 0 : quorum_.faulty_max();
    return nth_view(std::nullopt, View{}, liars);
  }
  /// The q-th largest view of all, one's own included: a quorum is there or further.
  View quorum_view(std::optional<ReplicaIndex> self, View own) const {
    return nth_view(self, own, quorum_.certificate() - 1);
  }

  /// The q-th shortest round trip of all, one's own being none: so long a quorum takes to answer,
  /// whatever the slowest do. Nothing while that is not known.
  std::optional<Duration> quorum_round_trip(std::optional<ReplicaIndex> self) const {
    std::vector<Duration> known;
    known.reserve(peers_.size());
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      const std::optional<Duration> longest =
          self == replica_at(i) ? Duration{} : peers_[i].round_trips.longest();
      if (longest) {
        known.push_back(*longest);
      }
    }
    const std::size_t quorum = quorum_.certificate();
    if (known.size() < quorum) {
      return std::nullopt;
    }
    const auto place = known.begin() + static_cast<std::ptrdiff_t>(quorum - 1);
    std::nth_element(known.begin(), place, known.end());
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
  View nth_view(std::optional<ReplicaIndex> self, View own, std::size_t n) const {
    std::vector<View> views;
    views.reserve(peers_.size());
    for (const Peer& peer : peers_) {
      views.push_back(peer.view);
    }
    if (self) {
      views[self->value] = own;
    }
    const auto place = views.begin() + static_cast<std::ptrdiff_t>(n);
    std::nth_element(views.begin(), place, views.end(), std::greater<>());
    return *place;
  }

  Quorum quorum_;
  std::vector<Peer> peers_;
};

}  // namespace qc::consensus
