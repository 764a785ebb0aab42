// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// The votes of one phase at one (view, height): one place a validator, so nobody counts twice and
/// a liar costs no memory.
///
/// The first vote of a validator stays; a second one for another digest is a lie and counts for
/// nothing. Since each validator counts once, at most one digest can ever have a quorum here.
class VoteSet {
 public:
  explicit VoteSet(Quorum quorum) : quorum_(quorum), votes_(quorum.validators()) {}

  /// Whether the vote was new. The voter must be below n.
  bool add(const Vote& vote);
  bool has(ReplicaIndex voter) const { return votes_[voter.value].has_value(); }
  std::size_t count(const Digest& digest) const;
  /// How many votes are here, for whatever.
  std::size_t size() const;
  /// The digest that a quorum voted for, if any.
  const std::optional<Digest>& decided() const { return decided_; }
  /// The signatures for a digest in ascending order of voter.
  std::vector<SignedBy> signatures(const Digest& digest) const;
  /// Who voted for the digest.
  std::vector<ReplicaIndex> voters(const Digest& digest) const;
  /// The vote of one validator, if it is here.
  std::optional<Vote> vote(ReplicaIndex voter, Phase phase, View view, Height height) const;
  /// Who voted at all; voter i is bit i % 8 of byte i / 8.
  std::vector<std::uint8_t> bitmap() const;

 private:
  struct Place {
    Digest digest{};
    Signature signature{};
  };

  Quorum quorum_;
  std::vector<std::optional<Place>> votes_;
  std::optional<Digest> decided_;
};

/// Whether voter i is marked in a bitmap as `VoteSet::bitmap` makes it; beyond its end nobody is.
bool marked(const std::vector<std::uint8_t>& bitmap, ReplicaIndex voter);

}  // namespace qc::consensus
