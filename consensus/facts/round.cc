// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/round.h"

namespace qc::consensus {

Round::Offer Round::offer(const PrePrepare& pre_prepare, const Digest& digest) {
  HeightSlot& slot = open(pre_prepare.proposal.height);
  if (slot.holds(digest)) {
    return Offer::kKnown;
  }
  if (slot.pre_prepare && slot.decided() != digest) {
    return Offer::kConflict;
  }
  slot.pre_prepare = pre_prepare;
  slot.digest = digest;
  return Offer::kAccepted;
}

bool Round::add(const Vote& vote) {
  HeightSlot& slot = open(vote.height);
  return (vote.phase == Phase::kPrepare ? slot.prepares : slot.commits).add(vote);
}

std::optional<Vote> Round::vote_of(const Vote& vote) const {
  const HeightSlot* slot = find(vote.height);
  if (slot == nullptr) {
    return std::nullopt;
  }
  const VoteSet& votes = vote.phase == Phase::kPrepare ? slot->prepares : slot->commits;
  return votes.vote(vote.voter, vote.phase, view_, vote.height);
}

HeightSlot* Round::find(Height height) {
  const auto place = slots_.find(height);
  return place == slots_.end() ? nullptr : &place->second;
}

const HeightSlot* Round::find(Height height) const {
  const auto place = slots_.find(height);
  return place == slots_.end() ? nullptr : &place->second;
}

std::optional<PreparedCertificate> Round::certificate(Height height) const {
  const HeightSlot* slot = find(height);
  if (slot == nullptr || !slot->prepares.decided()) {
    return std::nullopt;
  }
  const Digest& digest = *slot->prepares.decided();
  return PreparedCertificate{view_, height, digest, slot->prepares.signatures(digest)};
}

std::vector<HeldVotes> Round::held_above(Height height, std::size_t heights_max) const {
  std::vector<HeldVotes> held;
  for (auto place = slots_.upper_bound(height); place != slots_.end() && held.size() < heights_max;
       ++place) {
    const HeightSlot& slot = place->second;
    held.push_back(HeldVotes{place->first, slot.pre_prepare ? slot.digest : Digest{},
                             slot.prepares.bitmap(), slot.commits.bitmap()});
  }
  return held;
}

}  // namespace qc::consensus
