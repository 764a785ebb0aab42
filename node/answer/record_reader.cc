// SPDX-License-Identifier: Apache-2.0
#include "node/answer/record_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/hex.h"
#include "ledger/consortium/key_directory.h"
#include "ledger/execution/block.h"
#include "ledger/log/record_log.h"
#include "ledger/record/submission.h"

namespace qc::node {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kReadBlocksMax = 16;
constexpr std::size_t kMaxOrigins = 64;
constexpr std::size_t kMaxTrees = 16;

template <class Queue>
void make_room(Queue& queue, std::size_t size_max) {
  if (queue.size() >= size_max) queue.pop_front();
}

}  // namespace

Result<const RecordOrigin*> RecordReader::origin(const storage::StoredRecord& record) {
  const Place place{record.height, record.submission};
  const auto known =
      std::ranges::find_if(origins_, [&](const auto& entry) { return entry.first == place; });
  if (known != origins_.end()) return &known->second;
  QC_TRY(RecordOrigin read, read_origin(record));
  make_room(origins_, kMaxOrigins);
  origins_.emplace_back(place, std::move(read));
  return &origins_.back().second;
}

Result<RecordOrigin> RecordReader::read_origin(const storage::StoredRecord& record) {
  QC_TRY(const storage::StoredBlock* const stored, block(record.height));
  RecordOrigin origin;
  origin.block_time_ms = stored->time_ms;
  if (record.submission == ledger::kGenesisSubmission) return origin;
  if (record.submission >= stored->submissions.size()) {
    return fail(Code::kDataLoss, fmt::format("record {} names a submission that block {} lacks",
                                             record.log_index, record.height));
  }
  const storage::StoredSubmission& submission = stored->submissions[record.submission];
  QC_TRY(const ledger::SubmissionHeader header, ledger::SubmissionHeader::parse(submission.header));
  origin.header = submission.header;
  origin.signature = submission.signature;
  origin.submission_hash = submission.submission_hash;
  origin.key_id = header.key_id;
  origin.first_log_index = submission.first_log_index;
  origin.record_count = submission.record_count;
  auto key = keys_.find(header.key_id);
  if (key == keys_.end()) {
    QC_TRY(const std::optional<ledger::EnrolledKey> enrolled,
           ledger::find_key(view_.state(), view_.network().algorithm, header.key_id));
    if (!enrolled) {
      return fail(Code::kDataLoss, fmt::format("key {} signed record {} and is not on the chain",
                                               to_hex(header.key_id), record.log_index));
    }
    key = keys_.emplace(header.key_id, enrolled->spki).first;
  }
  origin.spki = key->second;
  return origin;
}

Result<const storage::StoredBlock*> RecordReader::block(std::uint64_t height) {
  const auto known =
      std::ranges::find_if(blocks_, [&](const auto& stored) { return stored->height == height; });
  if (known != blocks_.end()) return known->get();
  QC_TRY(storage::StoredBlock read, view_.block(height));
  make_room(blocks_, kReadBlocksMax);
  blocks_.push_back(std::make_unique<const storage::StoredBlock>(std::move(read)));
  return blocks_.back().get();
}

Result<std::vector<Digest>> RecordReader::path(const storage::StoredRecord& record) {
  if (record.submission == ledger::kGenesisSubmission) return std::vector<Digest>();
  QC_TRY(const RecordOrigin* const where, origin(record));
  QC_TRY(const ledger::MerkleTree* const siblings,
         tree({record.height, record.submission}, *where));
  if (record.position >= siblings->size()) {
    return fail(Code::kDataLoss,
                fmt::format("record {} is not in its submission's place", record.log_index));
  }
  return siblings->path(record.position);
}

Result<const ledger::MerkleTree*> RecordReader::tree(const Place& place,
                                                     const RecordOrigin& origin) {
  const auto known =
      std::ranges::find_if(trees_, [&](const auto& entry) { return entry.first == place; });
  if (known != trees_.end()) return &known->second;
  ledger::MerkleTree built(view_.network().algorithm);
  while (built.size() < origin.record_count) {
    const std::size_t count = std::min<std::size_t>(
        storage::ReadView::kPageMax, origin.record_count - static_cast<std::size_t>(built.size()));
    QC_TRY(const std::vector<std::string> entries,
           view_.entries(origin.first_log_index + built.size(), count));
    if (entries.empty()) return fail(Code::kDataLoss, "the log ends before its size");
    for (const std::string& entry : entries) {
      QC_TRY(const ledger::RecordEntry parsed, ledger::RecordEntry::parse(entry));
      built.append(parsed.record_hash);
    }
    leaves_read_ += entries.size();
  }
  make_room(trees_, kMaxTrees);
  trees_.emplace_back(place, std::move(built));
  return &trees_.back().second;
}

Result<std::vector<Digest>> RecordReader::inclusion(std::uint64_t log_index) const {
  return ledger::inclusion_path(view_.network().algorithm, view_.log(), log_index,
                                view_.log_size());
}

}  // namespace qc::node
