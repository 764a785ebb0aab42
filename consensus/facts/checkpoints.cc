// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/checkpoints.h"

#include <algorithm>

namespace qc::consensus {

void Checkpoints::computed(const BlockPoint& block, const std::string& checkpoint) {
  own_.insert_or_assign(block.height, Own{block, checkpoint});
}

bool Checkpoints::add(ReplicaIndex voter, const CheckpointVote& vote, std::uint64_t cosigned_s) {
  Places& places = votes_.try_emplace(vote.height, quorum_.validators()).first->second;
  if (places[voter.value]) {
    return false;
  }
  places[voter.value] = Stamped{vote, cosigned_s};
  return true;
}

const CheckpointVote* Checkpoints::vote(ReplicaIndex voter, Height height) const {
  const auto places = votes_.find(height);
  const bool held = places != votes_.end() && places->second[voter.value].has_value();
  return held ? &places->second[voter.value]->vote : nullptr;
}

const std::string* Checkpoints::own(Height height) const {
  const auto own = own_.find(height);
  return own == own_.end() ? nullptr : &own->second.checkpoint;
}

std::optional<Certifiable> Checkpoints::certifiable(Height above) const {
  for (auto place = votes_.rbegin(); place != votes_.rend() && place->first > above; ++place) {
    std::optional<Certifiable> found = tally(place->first, place->second);
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Certifiable> Checkpoints::tally(Height height, const Places& places) const {
  const auto own = own_.find(height);
  if (own == own_.end()) {
    return std::nullopt;
  }
  const std::uint64_t block_s = own->second.block.time_ms / 1000;
  const auto votes_for = [&](const std::string& checkpoint) {
    Certifiable found{height, own->second.block.proposal, checkpoint, {}};
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] && places[i]->vote.checkpoint == checkpoint &&
          places[i]->cosigned_s >= block_s) {
        found.votes.push_back(Cosignature{replica_at(i), places[i]->vote.cosignature});
      }
    }
    return found;
  };
  Certifiable agreed = votes_for(own->second.checkpoint);
  if (agreed.votes.size() >= quorum_.certificate()) {
    return agreed;
  }
  // A quorum for something else is reported too: the caller compares and stops. Rare, so only then
  // looked for one by one.
  const auto others =
      static_cast<std::size_t>(std::ranges::count_if(places, [&](const auto& place) {
        return place && place->vote.checkpoint != agreed.checkpoint;
      }));
  if (others < quorum_.certificate()) {
    return std::nullopt;
  }
  for (const std::optional<Stamped>& candidate : places) {
    if (candidate && candidate->vote.checkpoint != agreed.checkpoint) {
      Certifiable found = votes_for(candidate->vote.checkpoint);
      if (found.votes.size() >= quorum_.certificate()) {
        return found;
      }
    }
  }
  return std::nullopt;
}

void Checkpoints::erase_through(Height certified) {
  votes_.erase(votes_.begin(), votes_.upper_bound(certified));
  own_.erase(own_.begin(), own_.lower_bound(certified));
}

std::size_t Checkpoints::votes() const {
  std::size_t votes = 0;
  for (const auto& [height, places] : votes_) {
    votes += static_cast<std::size_t>(
        std::ranges::count_if(places, [](const auto& place) { return place.has_value(); }));
  }
  return votes;
}

}  // namespace qc::consensus
