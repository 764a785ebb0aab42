// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "consensus/message/config.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// The proposals in play, linked by digest on top of the blocks that are delivered already.
///
/// Bounded: the caller adds only proposals that took a place in a round or that its own journal
/// holds.
class ProposalChain {
 public:
  void add(const Digest& digest, const Proposal& proposal) {
    proposals_.try_emplace({proposal.height, digest}, proposal);
  }
  const Proposal* find(Height height, const Digest& digest) const;
  /// A block that is executed, or on its way to be.
  void settle(const BlockPoint& block) { blocks_[block.height] = block; }
  /// The settled block at a height, if it is remembered.
  std::optional<BlockPoint> settled(Height height) const;
  /// The block with that height and digest, settled or proposed.
  std::optional<BlockPoint> point(Height height, const Digest& digest) const;
  /// The proposals from just above `below` up to (height, digest), lowest first; nothing where one
  /// is missing or the lowest does not follow `below`.
  std::optional<std::vector<std::pair<Digest, const Proposal*>>> path(const BlockPoint& below,
                                                                      Height height,
                                                                      const Digest& digest) const;
  /// Whether a proposal between `below` (exclusive) and (height, digest) (exclusive) names the
  /// batch.
  bool names_batch(const BlockPoint& below, const Proposal& proposal, const Digest& batch) const;
  /// Where (height, digest) stands on `below` with a proposal missing in between (or itself): the
  /// highest one missing.
  std::optional<std::pair<Height, Digest>> first_missing(const BlockPoint& below, Height height,
                                                         Digest digest) const;
  /// Forgets all proposals but those.
  void keep_only(const std::set<std::pair<Height, Digest>>& kept) {
    std::erase_if(proposals_, [&](const auto& held) { return !kept.contains(held.first); });
  }
  /// Forgets what lies below a height.
  void erase_below(Height height);
  std::size_t size() const { return proposals_.size(); }

 private:
  std::map<std::pair<Height, Digest>, Proposal> proposals_;
  std::map<Height, BlockPoint> blocks_;
};

}  // namespace qc::consensus
