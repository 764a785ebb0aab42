// SPDX-License-Identifier: Apache-2.0
#include "storage/read_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/crypto/hash.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/record_log.h"
#include "storage/read_view_state.h"
#include "storage/rows.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::size_t kBlocksMax = 256;

const ledger::RecordLink* link_of(const StoredRecord& record, const Digest& subject_key) {
  const auto found =
      std::find_if(record.links.begin(), record.links.end(),
                   [&](const ledger::RecordLink& link) { return link.subject_key == subject_key; });
  return found == record.links.end() ? nullptr : &*found;
}

/// The record at `log_index` as number `count` of the subject's history, which it must be.
Result<HistoryEntry> history_entry(const LedgerReader& reader, const Digest& subject_key,
                                   std::uint64_t count, std::uint64_t log_index) {
  QC_TRY(auto row, reader.log_row(log_index));
  const ledger::RecordLink* link = row.record ? link_of(*row.record, subject_key) : nullptr;
  if (link == nullptr || link->count != count) {
    return fail(Code::kDataLoss,
                fmt::format("log entry {} is not number {} of the history that leads to it",
                            log_index, count));
  }
  const Digest previous_link = link->previous_link;
  return HistoryEntry{count, previous_link, *std::move(row.record)};
}

/// Record number `last` of a history: from the head or the next jump entry above it, backwards.
Result<HistoryEntry> find_in_history(const LedgerReader& reader, const Digest& subject_key,
                                     const ledger::SubjectHead& head, std::uint64_t last) {
  std::uint64_t count = (last + kJumpDistance - 1) / kJumpDistance * kJumpDistance;
  std::uint64_t index = head.last_index;
  if (count >= head.count) {
    count = head.count;
  } else {
    QC_TRY(const auto jump, reader.jump(subject_key, count));
    if (!jump) return fail(Code::kDataLoss, fmt::format("jump entry {} is missing", count));
    index = *jump;
  }
  QC_TRY(HistoryEntry entry, history_entry(reader, subject_key, count, index));
  while (entry.count > last) {
    const std::uint64_t previous = link_of(entry.record, subject_key)->previous_index;
    QC_TRY(entry, history_entry(reader, subject_key, entry.count - 1, previous));
  }
  return entry;
}

/// The bytes of the log entry that `row` of `block` stands for.
Result<std::string> log_entry(const ledger::Network& network, const StoredBlock& block,
                              const LogRow& row) {
  if (!row.record) return ledger::seal_entry(block.seal_text);
  ledger::RecordEntry entry;
  entry.record_hash = ledger::record_hash(network.algorithm, row.record->bytes);
  entry.block_time_ms = block.time_ms;
  if (row.record->submission == ledger::kGenesisSubmission) {
    QC_TRY(const ledger::ChainId chain, ledger::parse_chain_id(network.chain_id));
    entry.submission_hash = chain.genesis_hash;
    return entry.encode();
  }
  if (row.record->submission >= block.submissions.size()) {
    return fail(Code::kDataLoss,
                fmt::format("log entry {} names no submission", row.record->log_index));
  }
  entry.submission_hash = block.submissions[row.record->submission].submission_hash;
  return entry.encode();
}

/// Keeps the first of `entries` whose records have at most `bytes_max` bytes together, at least
/// one.
void cut_to_bytes(std::vector<HistoryEntry>& entries, std::size_t bytes_max) {
  std::size_t bytes = 0;
  std::size_t kept = 0;
  while (kept < entries.size()) {
    bytes += entries[kept].record.bytes.size();
    if (kept > 0 && bytes > bytes_max) break;
    ++kept;
  }
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(kept), entries.end());
}

}  // namespace

ReadView::ReadView(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReadView::~ReadView() = default;

const ledger::Network& ReadView::network() const { return state_->network; }
std::uint64_t ReadView::height() const { return state_->height; }
const std::string& ReadView::checkpoint_note() const { return state_->note; }
const std::string& ReadView::seal_text() const { return state_->seal_text; }
const ledger::Seal& ReadView::seal() const { return state_->seal; }
std::uint64_t ReadView::log_size() const { return state_->log_size; }
const Digest& ReadView::log_root() const { return state_->log_root; }
const ledger::StateView& ReadView::state() const { return state_->reader; }
const ledger::NodeStore& ReadView::nodes() const { return state_->reader; }
const ledger::HashReader& ReadView::log() const { return state_->reader; }

Result<StoredRecord> ReadView::record(std::uint64_t log_index) const {
  if (log_index >= log_size()) {
    return fail(Code::kOutOfRange,
                fmt::format("log entry {} is beyond the log's {} entries", log_index, log_size()));
  }
  QC_TRY(auto row, state_->reader.log_row(log_index));
  if (!row.record) return fail(Code::kNotFound, fmt::format("log entry {} is a seal", log_index));
  return *std::move(row.record);
}

Result<std::vector<std::string>> ReadView::entries(std::uint64_t first, std::size_t count) const {
  if (first > log_size() || count > log_size() - first || count > kPageMax) {
    return fail(Code::kOutOfRange,
                fmt::format("log entries {} + {}: the log has {}, one range at most {}", first,
                            count, log_size(), kPageMax));
  }
  std::vector<std::string> entries;
  entries.reserve(count);
  std::optional<StoredBlock> block;
  for (std::uint64_t index = first; index < first + count; ++index) {
    QC_TRY(const LogRow row, state_->reader.log_row(index));
    if (!block || block->height != row.height) {
      QC_TRY(block, state_->reader.block(row.height));
    }
    QC_TRY(auto entry, log_entry(network(), *block, row));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<HistoryPage> ReadView::history(const Digest& subject_key, std::uint64_t first_count,
                                      std::size_t limit, std::size_t bytes_max) const {
  HistoryPage page;
  QC_TRY(const auto value, state_->reader.value(subject_key));
  if (!value) return page;
  QC_TRY(const ledger::SubjectValue decoded, ledger::decode_subject_value(*value));
  page.head = decoded.head;
  first_count = std::max<std::uint64_t>(first_count, 1);
  limit = std::min(limit, kPageMax);
  if (first_count > page.head.count || limit == 0) return page;

  const std::uint64_t last =
      first_count + std::min<std::uint64_t>(limit - 1, page.head.count - first_count);
  QC_TRY(HistoryEntry entry, find_in_history(state_->reader, subject_key, page.head, last));
  page.entries.reserve(static_cast<std::size_t>(last - first_count + 1));
  while (true) {
    const std::uint64_t count = entry.count;
    const std::uint64_t previous = link_of(entry.record, subject_key)->previous_index;
    page.entries.push_back(std::move(entry));
    if (count == first_count) break;
    QC_TRY(entry, history_entry(state_->reader, subject_key, count - 1, previous));
  }
  std::reverse(page.entries.begin(), page.entries.end());
  cut_to_bytes(page.entries, bytes_max);
  return page;
}

Result<StoredBlock> ReadView::block(std::uint64_t height) const {
  if (height > state_->height) {
    return fail(Code::kOutOfRange,
                fmt::format("block {} is above the certified height {}", height, state_->height));
  }
  return state_->reader.block(height);
}

Result<FullBlock> ReadView::full_block(std::uint64_t height) const {
  if (height > state_->height) {
    return fail(Code::kOutOfRange,
                fmt::format("block {} is above the certified height {}", height, state_->height));
  }
  return state_->reader.full_block(height);
}

Result<std::vector<FullBlock>> ReadView::full_blocks(std::uint64_t from, std::uint64_t to,
                                                     std::size_t bytes_max) const {
  std::vector<FullBlock> blocks;
  std::size_t bytes = 0;
  do {
    QC_TRY(FullBlock block, full_block(from));
    for (const std::string& submission : block.submissions) bytes += submission.size();
    blocks.push_back(std::move(block));
    ++from;
  } while (from <= std::min(to, state_->height) && bytes < bytes_max && blocks.size() < kBlocksMax);
  return blocks;
}

Result<std::optional<SubmissionPlace>> ReadView::submission(const Digest& submission_hash) const {
  return state_->reader.submission(submission_hash);
}

Result<std::vector<std::string>> ReadView::submission_records(const StoredBlock& block,
                                                              std::uint32_t place) const {
  return state_->reader.submission_records(block, place);
}

Result<std::vector<std::string>> ReadView::parties(std::string_view after,
                                                   std::size_t limit) const {
  std::vector<std::string> codes;
  limit = std::min(limit, kPageMax);
  const auto visit = [&](std::string_view key, std::string_view /*value*/) {
    if (!key.starts_with(kPartyKeyPrefix) || codes.size() >= limit) return false;
    const std::string_view code = key.substr(kPartyKeyPrefix.size());
    if (code > after) codes.emplace_back(code);
    return codes.size() < limit;
  };
  QC_TRY_VOID(state_->database->scan(Column::kMeta, party_key(after), visit, &state_->snapshot));
  return codes;
}

Result<std::vector<std::uint64_t>> ReadView::set_ends(std::uint64_t after) const {
  std::vector<std::uint64_t> heights;
  const auto visit = [&](std::string_view key, std::string_view /*value*/) {
    if (!key.starts_with(kSetEndKeyPrefix)) return false;
    const auto height = parse_number(key.substr(kSetEndKeyPrefix.size()));
    if (!height || *height > this->height()) return false;
    heights.push_back(*height);
    return heights.size() < kPageMax;
  };
  QC_TRY_VOID(
      state_->database->scan(Column::kMeta, set_end_key(after + 1), visit, &state_->snapshot));
  return heights;
}

Result<std::string> ReadView::set_end_note(std::uint64_t height) const {
  QC_TRY(auto note, height <= this->height() ? state_->reader.meta(set_end_key(height))
                                             : Result<std::optional<std::string>>());
  if (!note) {
    return fail(Code::kNotFound,
                fmt::format("block {} is not the last of a validator set", height));
  }
  return *std::move(note);
}

Result<std::vector<Handover>> ReadView::handovers(std::uint64_t from, std::size_t limit) const {
  std::vector<Handover> found;
  Result<void> read;
  limit = std::min(limit, kPageMax);
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(kHandoverKeyPrefix) || found.size() >= limit) return false;
    Result<Handover> handover = parse_handover(key, value);
    if (!handover) {
      read = tl::unexpected<ledger::Error>(std::move(handover).error());
      return false;
    }
    if (handover->height > height()) return false;
    found.push_back(*std::move(handover));
    return true;
  };
  QC_TRY_VOID(state_->database->scan(Column::kMeta, handover_key(from), visit, &state_->snapshot));
  QC_TRY_VOID(read);
  for (Handover& handover : found) {
    QC_TRY(handover.note, set_end_note(handover.height));
  }
  return found;
}

Result<std::string> ReadView::genesis() const {
  QC_TRY(auto document, state_->reader.meta(kGenesisKey));
  if (!document) return fail(Code::kDataLoss, "the genesis document is missing");
  return *std::move(document);
}

}  // namespace qc::storage
