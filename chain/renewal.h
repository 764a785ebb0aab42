// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "chain/certifier.h"
#include "consensus/message/messages.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/log/note.h"

namespace qc::chain {

/// Gathers newer cosignatures of a checkpoint that is certified already, so that its as-of time
/// stays young while nothing new is certified. Holds one line a validator.
class Renewal {
 public:
  explicit Renewal(const ledger::ValidatorSet& validators)
      : certifier_(validators), quorum_(validators.quorum()) {}

  /// From now on it is about this one; what was gathered is let go.
  void begin(std::uint64_t height, const ledger::Checkpoint& checkpoint,
             std::uint64_t block_time_ms);
  /// About none, until the next begin: the newest checkpoint is another set's.
  void end();
  bool begun() const { return target_.has_value(); }

  /// A vote of this validator's, not verified yet. Ignored where it is false, of another height or
  /// checkpoint, or stamped before the block. The newest of a validator stays.
  void add(std::uint32_t validator, const consensus::CheckpointVote& vote);

  /// The lines, in the order of the set, where they make the checkpoint's as-of time at least this
  /// (unix seconds).
  std::optional<std::vector<ledger::NoteSignature>> lines_as_of(std::uint64_t least_s) const;

 private:
  struct Target {
    consensus::CheckpointVote vote;
    std::uint64_t stamp_min_s = 0;
  };
  struct Line {
    std::uint64_t stamp_s = 0;
    ledger::NoteSignature line;
  };

  Certifier certifier_;
  std::size_t quorum_;
  std::optional<Target> target_;
  std::map<std::uint32_t, Line> lines_;
};

}  // namespace qc::chain
