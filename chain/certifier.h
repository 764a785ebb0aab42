// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/message/messages.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/log/note.h"

namespace qc::chain {

/// Judges cosignatures by a validator set's keys, before anybody counts them. From any thread.
class Certifier {
 public:
  explicit Certifier(const ledger::ValidatorSet& validators);

  /// What this validator's cosignature of the vote's checkpoint is stamped, unix seconds; nothing
  /// where it is none of its key, or there is no such validator. Any bytes may come.
  std::optional<std::uint64_t> stamp(std::uint32_t validator,
                                     const consensus::CheckpointVote& vote) const;

 private:
  std::vector<ledger::NoteKey> keys_;
};

}  // namespace qc::chain
