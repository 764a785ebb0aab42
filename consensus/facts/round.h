// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "consensus/facts/vote_set.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// What a replica holds at one height of its current view.
struct HeightSlot {
  explicit HeightSlot(Quorum quorum) : prepares(quorum), commits(quorum) {}

  /// The first proposal of the primary here, or the one that a quorum voted for.
  std::optional<PrePrepare> pre_prepare;
  /// Its digest; meaningless without it.
  Digest digest{};
  VoteSet prepares;
  VoteSet commits;
  /// When own messages about this height last left.
  Time sent;

  /// The digest that a quorum prepared or committed: nothing else can be decided here in this view.
  std::optional<Digest> decided() const {
    return commits.decided() ? commits.decided() : prepares.decided();
  }
  /// Whether the proposal here is the given one.
  bool holds(const Digest& proposal) const { return pre_prepare && digest == proposal; }
};

/// The heights in play in one view, each with its proposal and its votes. Memory is bounded by who
/// calls `open`: only for heights in the window (and the base).
class Round {
 public:
  enum class Offer : std::uint8_t { kAccepted, kKnown, kConflict };

  Round(View view, Quorum quorum) : view_(view), quorum_(quorum) {}

  View view() const { return view_; }
  /// Takes a pre-prepare of this view. A second digest at a height is a conflict, unless a quorum
  /// voted for just that one: then it takes the first one's place, since the primary lied to us.
  Offer offer(const PrePrepare& pre_prepare, const Digest& digest);
  /// Takes a vote of this view; false if the voter's vote is here already.
  bool add(const Vote& vote);
  /// The vote that is held of the same voter, phase and height, if any.
  std::optional<Vote> vote_of(const Vote& vote) const;
  /// Forgets what lies at or below a height, but not the view's base.
  void erase_through(Height height, std::optional<Height> base) {
    std::erase_if(slots_,
                  [&](const auto& slot) { return slot.first <= height && slot.first != base; });
  }

  std::map<Height, HeightSlot>& slots() { return slots_; }
  const std::map<Height, HeightSlot>& slots() const { return slots_; }
  /// The slot of a height, if anything is held there.
  HeightSlot* find(Height height);
  const HeightSlot* find(Height height) const;
  /// The certificate of a height, where a quorum has prepared.
  std::optional<PreparedCertificate> certificate(Height height) const;
  /// What is held above a height, for a status. At most `heights_max` entries.
  std::vector<HeldVotes> held_above(Height height, std::size_t heights_max) const;

 private:
  HeightSlot& open(Height height) { return slots_.try_emplace(height, quorum_).first->second; }

  View view_;
  Quorum quorum_;
  std::map<Height, HeightSlot> slots_;
};

}  // namespace qc::consensus
