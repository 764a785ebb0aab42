// SPDX-License-Identifier: Apache-2.0
#include "chain/certifier.h"

#include <utility>

#include "base/assert.h"
#include "chain/checkpoint_proof.h"
#include "ledger/consortium/checkpoint.h"

namespace qc::chain {

Certifier::Certifier(const ledger::ValidatorSet& validators) {
  for (const ledger::Validator& validator : validators.validators()) {
    auto key =
        ledger::NoteKey::make(validator.name, ledger::NoteKeyType::kCosignature, validator.key);
    QC_ASSERT(key.has_value());
    keys_.push_back(*std::move(key));
  }
}

std::optional<std::uint64_t> Certifier::stamp(std::uint32_t validator,
                                              const consensus::CheckpointVote& vote) const {
  const auto line = single_line(vote.cosignature);
  if (!line || validator >= keys_.size()) return std::nullopt;
  const auto stamp = ledger::verify_cosignature(keys_[validator], *line, vote.checkpoint);
  return stamp ? std::optional(*stamp) : std::nullopt;
}

}  // namespace qc::chain
