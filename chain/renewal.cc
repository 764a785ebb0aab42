// SPDX-License-Identifier: Apache-2.0
#include "chain/renewal.h"

#include "chain/checkpoint_proof.h"

namespace qc::chain {

void Renewal::begin(std::uint64_t height, const ledger::Checkpoint& checkpoint,
                    std::uint64_t block_time_ms) {
  lines_.clear();
  target_ = Target{.vote = {.height = consensus::Height{height},
                            .checkpoint = checkpoint.text(),
                            .cosignature = {}},
                   .stamp_min_s = block_time_ms / 1000};
}

void Renewal::end() {
  lines_.clear();
  target_.reset();
}

void Renewal::add(std::uint32_t validator, const consensus::CheckpointVote& vote) {
  if (!target_ || vote.height != target_->vote.height ||
      vote.checkpoint != target_->vote.checkpoint) {
    return;
  }
  const auto stamp = certifier_.stamp(validator, vote);
  if (!stamp || *stamp < target_->stamp_min_s) return;
  Line& held = lines_[validator];
  if (*stamp >= held.stamp_s) held = {.stamp_s = *stamp, .line = *single_line(vote.cosignature)};
}

std::optional<std::vector<ledger::NoteSignature>> Renewal::lines_as_of(
    std::uint64_t least_s) const {
  std::vector<std::uint64_t> stamps;
  std::vector<ledger::NoteSignature> lines;
  for (const auto& [validator, held] : lines_) {
    stamps.push_back(held.stamp_s);
    lines.push_back(held.line);
  }
  const auto as_of_s = ledger::as_of_time(std::move(stamps), quorum_);
  return as_of_s && *as_of_s >= least_s ? std::optional(std::move(lines)) : std::nullopt;
}

}  // namespace qc::chain
