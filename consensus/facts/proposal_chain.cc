// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/proposal_chain.h"

#include <algorithm>

namespace qc::consensus {

const Proposal* ProposalChain::find(Height height, const Digest& digest) const {
  const auto place = proposals_.find({height, digest});
  return place == proposals_.end() ? nullptr : &place->second;
}

std::optional<BlockPoint> ProposalChain::settled(Height height) const {
  const auto place = blocks_.find(height);
  return place == blocks_.end() ? std::nullopt : std::optional(place->second);
}

std::optional<BlockPoint> ProposalChain::point(Height height, const Digest& digest) const {
  const std::optional<BlockPoint> block = settled(height);
  if (block && block->proposal == digest) {
    return block;
  }
  const Proposal* proposal = find(height, digest);
  return proposal == nullptr ? std::nullopt
                             : std::optional(BlockPoint{height, digest, proposal->time_ms});
}

std::optional<std::vector<std::pair<Digest, const Proposal*>>> ProposalChain::path(
    const BlockPoint& below, Height height, const Digest& digest) const {
  std::vector<std::pair<Digest, const Proposal*>> path;
  Digest next = digest;
  for (Height at = height; at > below.height; at = at.previous()) {
    const Proposal* proposal = find(at, next);
    if (proposal == nullptr) {
      return std::nullopt;
    }
    path.emplace_back(next, proposal);
    next = proposal->parent;
  }
  if (next != below.proposal) {
    return std::nullopt;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::optional<std::pair<Height, Digest>> ProposalChain::first_missing(const BlockPoint& below,
                                                                      Height height,
                                                                      Digest digest) const {
  for (Height at = height; at > below.height; at = at.previous()) {
    const Proposal* proposal = find(at, digest);
    if (proposal == nullptr) {
      return std::pair(at, digest);
    }
    digest = proposal->parent;
  }
  return std::nullopt;
}

bool ProposalChain::names_batch(const BlockPoint& below, const Proposal& proposal,
                                const Digest& batch) const {
  Digest parent = proposal.parent;
  for (Height at = proposal.height.previous(); at > below.height; at = at.previous()) {
    const Proposal* ancestor = find(at, parent);
    if (ancestor == nullptr) {
      return false;
    }
    if (std::ranges::find(ancestor->batches, batch) != ancestor->batches.end()) {
      return true;
    }
    parent = ancestor->parent;
  }
  return false;
}

void ProposalChain::erase_below(Height height) {
  proposals_.erase(proposals_.begin(), proposals_.lower_bound({height, Digest{}}));
  blocks_.erase(blocks_.begin(), blocks_.lower_bound(height));
}

}  // namespace qc::consensus
