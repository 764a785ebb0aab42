// SPDX-License-Identifier: Apache-2.0
#include "storage/derived_batch.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "storage/rows.h"

namespace qc::storage {
namespace {

constexpr std::string_view kPartyPrefix = "urn:qc:party:";

}  // namespace

using ledger::Code;
using ledger::fail;
using ledger::Result;

Result<void> DerivedBatch::add(const ledger::ExecutedBlock& block) {
  QC_TRY_VOID(add_log(block));
  for (const ledger::SubjectWrite& subject : block.subjects) {
    subjects_[qc::view(subject.key)] = subject.value;
    if (subject.id.starts_with(kPartyPrefix)) {
      parties_.insert(party_key(std::string_view(subject.id).substr(kPartyPrefix.size())));
    }
  }
  add_jumps(block);
  for (const ledger::NodeBundle& bundle : block.bundles) bundles_[bundle.first] = bundle.second;
  for (std::uint32_t place = 0; place < block.submissions.size(); ++place) {
    const ledger::ExecutedSubmission& submission = block.submissions[place];
    if (submission.dropped) continue;
    submissions_[qc::view(submission.submission_hash)] =
        encode_place(SubmissionPlace{block.height, place});
  }
  return {};
}

Result<void> DerivedBatch::add_log(const ledger::ExecutedBlock& block) {
  if (log_.size() != block.first_log_index) {
    return fail(Code::kDataLoss,
                fmt::format("block {} begins at log entry {}, the applied log ends "
                            "at {}",
                            block.height, block.first_log_index, log_.size()));
  }
  std::vector<ledger::LogNode> nodes;
  nodes.reserve(2 * block.log_leaves.size());
  for (const Digest& leaf : block.log_leaves) log_.append(leaf, nodes);
  for (const ledger::LogNode& node : nodes) {
    LogSlot slot = log_slot(node.level, node.index);
    auto [row, is_new] = log_rows_.try_emplace(std::move(slot.key));
    if (is_new) {
      // A row that begins with this hash cannot be there yet.
      if (slot.offset != 0) {
        QC_TRY(auto stored, database_.get(Column::kLog, row->first));
        if (stored) row->second = *std::move(stored);
      }
      row->second.resize(kLogRowSize);
    }
    row->second.replace(slot.offset, kDigestSize, qc::view(node.hash));
  }
  if (log_.root() != block.log_root) {
    return fail(Code::kDataLoss,
                fmt::format("the stored log does not lead to the root of block {}", block.height));
  }
  return {};
}

void DerivedBatch::add_jumps(const ledger::ExecutedBlock& block) {
  for (const ledger::RecordWrite& record : block.records) {
    for (const ledger::RecordLink& link : block.links_of(record)) {
      if (link.count % kJumpDistance != 0) continue;
      jumps_[jump_key(link.subject_key, link.count)] = number_key(record.log_index);
    }
  }
}

void DerivedBatch::put_into(Database::Batch& batch) const {
  for (const std::string& key : parties_) database_.put(batch, Column::kMeta, key, {});
  for (const auto& [key, value] : log_rows_) database_.put(batch, Column::kLog, key, value);
  for (const auto& [key, value] : subjects_) database_.put(batch, Column::kSubjects, key, value);
  for (const auto& [key, value] : jumps_) database_.put(batch, Column::kSubjects, key, value);
  for (const auto& [key, value] : bundles_) database_.put(batch, Column::kState, key, value);
  for (const auto& [key, value] : submissions_) {
    database_.put(batch, Column::kSubmissions, key, value);
  }
}

}  // namespace qc::storage
