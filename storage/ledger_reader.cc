// SPDX-License-Identifier: Apache-2.0
#include "storage/ledger_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "ledger/record/submission.h"
#include "storage/rows.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

// Rows of one submission's records are read in runs of so many.
constexpr std::size_t kRunLength = 256;

}  // namespace

Result<std::optional<std::string>> LedgerReader::value(const Digest& subject_key) const {
  return database_.get(Column::kSubjects, qc::view(subject_key), at_);
}

Result<void> LedgerReader::read(std::span<const std::string> keys,
                                std::span<std::string> bundles) const {
  return database_.get_many(Column::kState, keys, bundles, at_);
}

std::optional<Digest> LedgerReader::node(std::uint32_t level, std::uint64_t index) const {
  const LogSlot slot = log_slot(level, index);
  const auto row = database_.get(Column::kLog, slot.key, at_);
  if (!row || !*row || (*row)->size() != kLogRowSize) return std::nullopt;
  const auto hash = digest_from(std::string_view(**row).substr(slot.offset, kDigestSize));
  // A place that no complete subtree has filled yet.
  if (!hash || qc::is_zero(*hash)) return std::nullopt;
  return hash;
}

Result<StoredBlock> LedgerReader::block(std::uint64_t height) const {
  QC_TRY(const auto row, database_.get(Column::kBlocks, number_key(height), at_));
  if (!row) return fail(Code::kDataLoss, fmt::format("block {} is missing", height));
  auto block = parse_block(*row);
  if (!block) return ledger::fail_at(fmt::format("block {}", height), std::move(block).error());
  if (block->height != height) {
    return fail(Code::kDataLoss,
                fmt::format("block {} stands in the place of block {}", block->height, height));
  }
  return block;
}

Result<LogRow> LedgerReader::log_row(std::uint64_t log_index) const {
  QC_TRY(const auto row, database_.get(Column::kRecords, number_key(log_index), at_));
  if (!row) return fail(Code::kDataLoss, fmt::format("log entry {} is missing", log_index));
  return parse_log_row(log_index, *row);
}

Result<void> LedgerReader::append_records(std::uint64_t first, std::size_t count,
                                          std::vector<std::string>& records) const {
  std::vector<std::string> keys;
  for (std::size_t next = 0; next < count; ++next) keys.push_back(number_key(first + next));
  std::vector<std::string> rows(count);
  QC_TRY_VOID(database_.get_many(Column::kRecords, keys, rows, at_));
  for (std::size_t next = 0; next < count; ++next) {
    QC_TRY(auto row, parse_log_row(first + next, rows[next]));
    if (!row.record) {
      return fail(Code::kDataLoss, fmt::format("log entry {} is no record", first + next));
    }
    records.push_back(std::move(row.record->bytes));
  }
  return {};
}

Result<std::string> LedgerReader::raw_submission(std::uint64_t height, std::uint32_t place) const {
  QC_TRY(auto row, database_.get(Column::kBlocks, raw_submission_key(height, place), at_));
  if (!row) {
    return fail(Code::kDataLoss,
                fmt::format("submission {} of block {} is missing", place, height));
  }
  return *std::move(row);
}

Result<std::vector<std::string>> LedgerReader::submission_records(const StoredBlock& block,
                                                                  std::uint32_t place) const {
  if (place >= block.submissions.size()) {
    return fail(Code::kOutOfRange,
                fmt::format("block {} has no submission {}", block.height, place));
  }
  const StoredSubmission& submission = block.submissions[place];
  std::vector<std::string> records;
  if (!submission.accepted()) {
    QC_TRY(auto bytes, raw_submission(block.height, place));
    QC_TRY(const auto parsed, ledger::Submission::parse(std::move(bytes), algorithm_));
    records.assign(parsed.records().begin(), parsed.records().end());
    return records;
  }
  records.reserve(submission.record_count);
  while (records.size() < submission.record_count) {
    const std::size_t run = std::min(kRunLength, submission.record_count - records.size());
    QC_TRY_VOID(append_records(submission.first_log_index + records.size(), run, records));
  }
  return records;
}

Result<std::string> LedgerReader::submission_bytes(const StoredBlock& block,
                                                   std::uint32_t place) const {
  const StoredSubmission& submission = block.submissions[place];
  if (!submission.accepted()) return raw_submission(block.height, place);
  QC_TRY(const auto records, submission_records(block, place));
  return assemble_submission(submission.header, submission.signature, records);
}

Result<FullBlock> LedgerReader::full_block(std::uint64_t height) const {
  QC_TRY(StoredBlock stored, block(height));
  FullBlock full;
  full.height = stored.height;
  full.time_ms = stored.time_ms;
  for (std::uint32_t place = 0; place < stored.submissions.size(); ++place) {
    QC_TRY(auto bytes, submission_bytes(stored, place));
    full.submissions.push_back(std::move(bytes));
    const StoredSubmission& submission = stored.submissions[place];
    full.outcomes.push_back(submission.dropped ? std::string(1, '\0')
                                               : std::string(1, '\1') + submission.outcome);
  }
  full.proposal = std::move(stored.proposal);
  full.seal_text = std::move(stored.seal_text);
  return full;
}

Result<std::optional<std::uint64_t>> LedgerReader::jump(const Digest& subject_key,
                                                        std::uint64_t count) const {
  QC_TRY(const auto row, database_.get(Column::kSubjects, jump_key(subject_key, count), at_));
  if (!row) return std::optional<std::uint64_t>();
  QC_TRY(const std::uint64_t index, parse_number(*row));
  return std::optional<std::uint64_t>(index);
}

Result<std::optional<SubmissionPlace>> LedgerReader::submission(
    const Digest& submission_hash) const {
  QC_TRY(const auto row, database_.get(Column::kSubmissions, qc::view(submission_hash), at_));
  if (!row) return std::optional<SubmissionPlace>();
  QC_TRY(const SubmissionPlace place, parse_place(*row));
  return std::optional<SubmissionPlace>(place);
}

Result<std::optional<std::string>> LedgerReader::meta(std::string_view key) const {
  return database_.get(Column::kMeta, key, at_);
}

}  // namespace qc::storage
