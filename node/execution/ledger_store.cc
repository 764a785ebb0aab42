// SPDX-License-Identifier: Apache-2.0
#include "node/execution/ledger_store.h"

#include <utility>
#include <vector>

#include "ledger/log/merkle_log.h"
#include "node/status/metrics.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Result;

Result<chain::CheckpointProof> proof_of(const storage::ReadView& view) {
  QC_TRY(std::vector<Digest> path, ledger::inclusion_path(view.network().algorithm, view.log(),
                                                          view.seal_index(), view.log_size()));
  return chain::CheckpointProof{
      .note = view.checkpoint_note(), .seal_text = view.seal_text(), .seal_path = std::move(path)};
}

Result<void> LedgerStore::commit(const ledger::Block& block, const std::string& proposal_bytes,
                                 const ledger::ExecutedBlock& executed) {
  const Clock::time_point begun = Clock::now();
  QC_TRY_VOID(store_.commit_block(block, proposal_bytes, executed));
  const Clock::time_point done = Clock::now();
  count(executed, begun - since_, done - begun);
  since_ = done;
  return {};
}

Result<void> LedgerStore::apply(std::span<const chain::ExecutedPtr> blocks,
                                const std::string& note) {
  return store_.apply_certified(blocks, note);
}

chain::BlockStore::Newest LedgerStore::newest() const {
  const auto view = store_.latest();
  if (!view) return {};
  return {.height = view->height(),
          .seal = view->seal(),
          .log_size = view->log_size(),
          .log_root = view->log_root(),
          .note = view->checkpoint_note()};
}

Result<chain::CheckpointProof> LedgerStore::newest_proof() const {
  return proof_of(*store_.latest());
}

void LedgerStore::count(const ledger::ExecutedBlock& block, std::chrono::nanoseconds execution,
                        std::chrono::nanoseconds writing) const {
  if (metrics_ == nullptr) return;
  metrics_->block_executed(execution, writing, block.records.size());
  for (const ledger::ExecutedSubmission& submission : block.submissions) {
    const SubmissionEnd kept =
        submission.outcome.accepted() ? SubmissionEnd::kAccepted : SubmissionEnd::kRejected;
    metrics_->submission_ended(submission.dropped ? SubmissionEnd::kDropped : kept);
  }
}

}  // namespace qc::node
