// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/vote_set.h"

#include <algorithm>

namespace qc::consensus {

bool VoteSet::add(const Vote& vote) {
  std::optional<Place>& place = votes_[vote.voter.value];
  if (place) {
    return false;
  }
  place = Place{vote.digest, vote.signature};
  if (!decided_ && count(vote.digest) >= quorum_.certificate()) {
    decided_ = vote.digest;
  }
  return true;
}

std::size_t VoteSet::count(const Digest& digest) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      votes_, [&](const std::optional<Place>& place) { return place && place->digest == digest; }));
}

std::size_t VoteSet::size() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(votes_, [](const auto& place) { return place.has_value(); }));
}

std::vector<SignedBy> VoteSet::signatures(const Digest& digest) const {
  std::vector<SignedBy> signatures;
  for (const ReplicaIndex voter : voters(digest)) {
    signatures.push_back(SignedBy{voter, votes_[voter.value]->signature});
  }
  return signatures;
}

std::vector<ReplicaIndex> VoteSet::voters(const Digest& digest) const {
  std::vector<ReplicaIndex> voters;
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    if (votes_[i] && votes_[i]->digest == digest) {
      voters.push_back(replica_at(i));
    }
  }
  return voters;
}

std::optional<Vote> VoteSet::vote(ReplicaIndex voter, Phase phase, View view, Height height) const {
  const std::optional<Place>& place = votes_[voter.value];
  if (!place) {
    return std::nullopt;
  }
  return Vote{phase, view, height, place->digest, voter, place->signature};
}

std::vector<std::uint8_t> VoteSet::bitmap() const {
  std::vector<std::uint8_t> bitmap((votes_.size() + 7) / 8);
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    if (votes_[i]) {
      const auto bit = static_cast<std::uint8_t>(1U << (i % 8));
      bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] | bit);
    }
  }
  return bitmap;
}

bool marked(const std::vector<std::uint8_t>& bitmap, ReplicaIndex voter) {
  const std::size_t byte = voter.value / 8;
  return byte < bitmap.size() &&
         ((static_cast<unsigned>(bitmap[byte]) >> (voter.value % 8U)) & 1U) != 0;
}

}  // namespace qc::consensus
