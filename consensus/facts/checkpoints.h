// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message/actions.h"
#include "consensus/message/config.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Own checkpoints of executed heights and everybody's cosignatures, between the certified height
/// and the window's end.
class Checkpoints {
 public:
  explicit Checkpoints(Quorum quorum) : quorum_(quorum) {}

  /// The checkpoint that this replica computed at a height.
  void computed(const BlockPoint& block, const std::string& checkpoint);
  /// A cosignature, own or another's, and its stamp (unix seconds); the first of a voter at a
  /// height stays. False if it is known.
  bool add(ReplicaIndex voter, const CheckpointVote& vote, std::uint64_t cosigned_s);
  /// The cosignature that is held of a voter at a height, if any.
  const CheckpointVote* vote(ReplicaIndex voter, Height height) const;
  /// The computed checkpoint at a height, if it is remembered.
  const std::string* own(Height height) const;
  /// The greatest height above `above` where a quorum cosigned one checkpoint and this replica has
  /// executed it. A stamp before the block's time counts for nothing: a quorum with one in it would
  /// certify nothing, and the vote of a correct replica would come too late.
  std::optional<Certifiable> certifiable(Height above) const;
  /// Forgets votes at or below the certified height, and what was computed below it.
  void erase_through(Height certified);
  std::size_t votes() const;

 private:
  struct Own {
    BlockPoint block;
    std::string checkpoint;
  };
  struct Stamped {
    CheckpointVote vote;
    std::uint64_t cosigned_s = 0;
  };
  using Places = std::vector<std::optional<Stamped>>;

  std::optional<Certifiable> tally(Height height, const Places& places) const;

  Quorum quorum_;
  std::map<Height, Own> own_;
  std::map<Height, Places> votes_;
};

}  // namespace qc::consensus
