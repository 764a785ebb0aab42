// SPDX-License-Identifier: Apache-2.0
#include "node/answer/submission_receipt.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/range_receipt.h"
#include "ledger/log/seal.h"
#include "ledger/record/outcome.h"
#include "ledger/record/record_rules.h"
#include "node/pipeline/ingress.h"
#include "quality/v1/services.pb.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kReceiptBlocksMax = 8;

void set_state(const SubmissionResult& result, quality::v1::SubmitResponse& response) {
  response.set_state(static_cast<quality::v1::SubmissionState>(result.state));
  if (!qc::is_zero(result.hash)) response.set_submission_hash(qc::to_bytes(result.hash));
  if (result.state == SubmissionState::kRefused || result.state == SubmissionState::kUnknown) {
    response.set_code(static_cast<std::uint32_t>(result.error.code));
    response.set_message(result.error.message);
    response.set_retry_after_ms(static_cast<std::uint64_t>(result.retry_after.count()));
  }
}

/// What a reader without the record can be told; the record's own words are its holder's to add.
std::string rejection_sentence(const ledger::Outcome& outcome) {
  return fmt::format("record {}: {} ({})", outcome.record,
                     ledger::explain(outcome.code, outcome.field), ledger::name_of(outcome.code));
}

}  // namespace

/// One block's submissions by hash, and the tree under its seal's `submissions`.
class ReceiptMaker::BlockFacts {
 public:
  BlockFacts(ledger::HashAlgorithm algorithm, storage::StoredBlock block)
      : block_(std::move(block)), tree_(algorithm) {
    for (std::size_t i = 0; i < block_.submissions.size(); ++i) {
      const storage::StoredSubmission& submission = block_.submissions[i];
      if (submission.dropped) continue;
      places_[submission.submission_hash] = i;
      tree_.append(ledger::submission_leaf(algorithm, submission.header, submission.signature,
                                           submission.outcome));
    }
  }

  const storage::StoredBlock& block() const { return block_; }
  const storage::StoredSubmission* find(const Digest& hash) const {
    const auto place = places_.find(hash);
    return place == places_.end() ? nullptr : &block_.submissions[place->second];
  }
  std::vector<Digest> path(std::uint64_t position) const { return tree_.path(position); }

 private:
  storage::StoredBlock block_;
  std::map<Digest, std::size_t> places_;
  ledger::MerkleTree tree_;
};

ReceiptMaker::ReceiptMaker() = default;
ReceiptMaker::~ReceiptMaker() = default;

Result<std::shared_ptr<const ReceiptMaker::BlockFacts>> ReceiptMaker::facts(
    const storage::ReadView& view, std::uint64_t height) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find_if(
        blocks_, [&](const auto& facts) { return facts->block().height == height; });
    if (known != blocks_.end()) return *known;
  }
  QC_TRY(storage::StoredBlock block, view.block(height));
  auto facts = std::make_shared<const BlockFacts>(view.network().algorithm, std::move(block));
  const std::lock_guard lock(mutex_);
  if (blocks_.size() >= kReceiptBlocksMax) blocks_.pop_front();
  blocks_.push_back(facts);
  return facts;
}

Result<void> ReceiptMaker::answer(const SubmissionResult& result,
                                  quality::v1::SubmitResponse& response) {
  set_state(result, response);
  if (result.state != SubmissionState::kCommitted && result.state != SubmissionState::kRejected) {
    return {};
  }
  const storage::ReadView& view = *result.view;
  QC_TRY(const ledger::Outcome outcome, ledger::Outcome::parse(result.outcome));
  QC_TRY(const auto block, facts(view, result.height));
  const storage::StoredSubmission* stored = block->find(result.hash);
  if (stored == nullptr) {
    return fail(Code::kDataLoss, fmt::format("block {} has no outcome of submission {}",
                                             result.height, to_hex(result.hash)));
  }
  quality::v1::SubmissionReceipt& receipt = *response.mutable_receipt();
  if (!receipt.mutable_outcome()->ParseFromString(result.outcome)) {
    return fail(Code::kDataLoss, "a stored outcome is no outcome");
  }
  receipt.set_height(result.height);
  receipt.set_block_time_ms(block->block().time_ms);
  receipt.set_checkpoint(view.checkpoint_note());
  if (stored->accepted()) {
    QC_TRY(const std::vector<ledger::LogNode> nodes,
           ledger::range_receipt(view.log(),
                                 {stored->first_log_index, stored->record_count, view.log_size()}));
    for (const ledger::LogNode& node : nodes) {
      quality::v1::TreeNode& out = *receipt.add_nodes();
      out.set_level(node.level);
      out.set_index(node.index);
      out.set_hash(qc::to_bytes(node.hash));
    }
    return {};
  }
  response.set_code(static_cast<std::uint32_t>(outcome.code));
  response.set_message(rejection_sentence(outcome));
  const std::uint64_t seal_index = block->block().seal_index();
  QC_TRY(const std::vector<Digest> seal_path,
         ledger::inclusion_path(view.network().algorithm, view.log(), seal_index, view.log_size()));
  receipt.set_seal(block->block().seal_text);
  receipt.set_seal_index(seal_index);
  for (const Digest& hash : seal_path) receipt.add_seal_path(qc::to_bytes(hash));
  receipt.set_place(static_cast<std::uint32_t>(stored->position));
  for (const Digest& hash : block->path(stored->position)) {
    receipt.add_place_path(qc::to_bytes(hash));
  }
  return {};
}

}  // namespace qc::node
