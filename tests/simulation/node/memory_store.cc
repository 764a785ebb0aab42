// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node/memory_store.h"

#include <algorithm>

#include "base/assert.h"

namespace qc::simulation {

void MemoryStore::Derived::add(const ledger::ExecutedBlock& block) {
  head = ledger::ChainHead::after(block);
  for (const ledger::ReplayEntry& entry : block.replay) replay.add(entry);
  for (const ledger::SubjectWrite& write : block.subjects) values[write.key] = write.value;
  nodes.apply(block.bundles);
  for (const Digest& leaf : block.log_leaves) log.append(leaf);
  seal_text = block.seal_text;
}

ledger::Result<std::optional<std::string>> MemoryStore::LiveState::value(const Digest& key) const {
  const auto found = live.values.find(key);
  if (found == live.values.end()) return std::optional<std::string>();
  return std::optional(found->second);
}

MemoryStore::MemoryStore(const ledger::Genesis& genesis) {
  const auto executed = ledger::execute_genesis(genesis);
  QC_ASSERT(executed.has_value());
  founded_.add(*executed);
  flushed_ = live_ = founded_;
}

MemoryStore::StoredBlock MemoryStore::stored(const ledger::Block& block,
                                             const std::string& proposal_bytes,
                                             const ledger::ExecutedBlock& executed) {
  StoredBlock out;
  out.set_height(block.height);
  out.set_time_ms(block.time_ms);
  out.set_proposal(proposal_bytes);
  out.set_seal(executed.seal_text);
  for (const ledger::OrderedSubmission& ordered : block.submissions) {
    out.add_submissions(ordered.submission->bytes());
  }
  for (const ledger::ExecutedSubmission& submission : executed.submissions) {
    out.add_outcomes(submission.dropped ? std::string(1, '\0') : "\1" + submission.outcome_bytes);
  }
  return out;
}

ledger::Result<void> MemoryStore::commit(const ledger::Block& block,
                                         const std::string& proposal_bytes,
                                         const ledger::ExecutedBlock& executed) {
  if (on_commit) on_commit(executed);
  if (full_) return ledger::fail(ledger::Code::kResourceExhausted, "the disk is full");
  QC_ASSERT(block.height == durable_height() + 1);
  blocks_.push_back(stored(block, proposal_bytes, executed));
  return {};
}

ledger::Result<void> MemoryStore::apply(std::span<const chain::ExecutedPtr> blocks,
                                        const std::string& note) {
  for (const auto& block : blocks) live_.add(*block);
  if (note.empty()) return {};
  note_ = {live_.head.height, note};
  notes_[live_.head.height] = note;
  return {};
}

chain::BlockStore::Newest MemoryStore::newest() const {
  const auto seal = ledger::Seal::parse(live_.seal_text);
  QC_ASSERT(seal.has_value());
  return {.height = live_.head.height,
          .seal = *seal,
          .log_size = live_.log.size(),
          .log_root = live_.log.root(),
          .note = note_.height == live_.head.height ? note_.text : ""};
}

ledger::Result<chain::CheckpointProof> MemoryStore::newest_proof() const {
  return chain::CheckpointProof{note_.text, live_.seal_text, live_.log.path(live_.log.size() - 1)};
}

void MemoryStore::roll_back(std::uint64_t blocks) {
  blocks_.resize(blocks_.size() - std::min<std::uint64_t>(blocks, blocks_.size()));
  if (flushed_.head.height > durable_height()) flushed_ = founded_;
  live_ = flushed_;
  while (!notes_.empty() && notes_.rbegin()->first > durable_height()) {
    notes_.erase(std::prev(notes_.end()));
  }
  note_ = notes_.empty() ? Note{} : Note{notes_.rbegin()->first, notes_.rbegin()->second};
}

}  // namespace qc::simulation
