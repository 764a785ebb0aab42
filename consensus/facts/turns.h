// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/message/types.h"

namespace qc::consensus {

/// How much each primary ordered in its last turn, to find one that is just fast enough not to time
/// out.
///
/// A turn is so many blocks in a row of one primary, all delivered while more was waiting: then its
/// length says what the primary can do, not what clients wanted.
class Turns {
 public:
  Turns(Quorum quorum, std::uint64_t blocks) : quorum_(quorum), blocks_(blocks) {
    last_.resize(quorum.validators());
  }

  /// A block of that primary was delivered; `backlog`: more is waiting to be proposed. Returns
  /// whether this ends a turn in which the primary ordered less than half, in batches and in bytes,
  /// of the median of the others' last turns. At least f + 1 others must have had one.
  bool delivered(ReplicaIndex primary, std::size_t batches, std::size_t bytes, bool backlog,
                 Time now);
  /// The view or the pace changes for another reason: what was measured of the turn counts no more.
  void interrupt() { began_.reset(); }

 private:
  /// Per second of time.
  struct Rate {
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;
  };

  bool below_half_of_others(ReplicaIndex primary, const Rate& rate) const;

  Quorum quorum_;
  std::uint64_t blocks_;
  std::vector<std::optional<Rate>> last_;
  std::optional<Time> began_;
  std::uint64_t delivered_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace qc::consensus
