// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node/torn_journal.h"

#include <algorithm>

#include "consensus/message/codec.h"
#include "storage/journal/journal_segment.h"

namespace qc::simulation {
namespace {

constexpr std::string_view kIdentity = "simulated validator";
constexpr std::size_t kRotateBytes = std::size_t{64} << 10;
constexpr std::size_t kSector = 512;
constexpr std::uint8_t kEntryType = 1;

void append_entries(std::string& out, std::uint64_t sequence,
                    std::span<const consensus::JournalEntry> entries) {
  std::vector<std::string> encoded;
  for (const consensus::JournalEntry& entry : entries) encoded.push_back(consensus::encode(entry));
  std::vector<storage::JournalRecordView> records;
  for (const std::string& bytes : encoded) records.push_back({kEntryType, bytes});
  storage::append_group(out, sequence, records);
}

}  // namespace

TornJournal::TornJournal()
    : bytes_(storage::encode_segment_header({1, 1, 0, std::string(kIdentity)})) {}

void TornJournal::append(std::span<const consensus::JournalEntry> entries) {
  append_entries(bytes_, sequence_++, entries);
}

bool TornJournal::tear(std::span<const std::vector<consensus::JournalEntry>> groups,
                       Random& random) {
  std::string unsynced;
  std::vector<consensus::JournalEntry> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  if (all.empty()) return false;
  // The node writes what waits as one group.
  append_entries(unsynced, sequence_, all);
  const auto whole = static_cast<std::int64_t>(unsynced.size());
  const auto kept = static_cast<std::size_t>(random.between(0, whole));
  if (random.chance(50)) {
    unsynced.resize(kept);
  } else {
    const std::size_t begin = (bytes_.size() + kept) / kSector * kSector;
    const std::size_t first = std::max(begin, bytes_.size()) - bytes_.size();
    const std::size_t last = std::min(begin + kSector - bytes_.size(), unsynced.size());
    if (first >= last) return false;
    unsynced.replace(first, last - first, last - first, '\0');
  }
  bytes_ += unsynced;
  return true;
}

void TornJournal::rotate(const consensus::RecoveredState& state) {
  if (bytes_.size() < kRotateBytes) return;
  const std::vector<consensus::JournalEntry> kept = state.entries();
  bytes_ = storage::encode_segment_header({++segment_, sequence_, 1, std::string(kIdentity)});
  append(kept);
}

ledger::Result<std::vector<consensus::JournalEntry>> TornJournal::read() {
  QC_TRY(const storage::SegmentContent content, storage::parse_segment(bytes_));
  bytes_.resize(content.valid_bytes);
  sequence_ = content.next_sequence;
  std::vector<consensus::JournalEntry> entries;
  for (const storage::JournalRecord& record : content.records) {
    auto entry = consensus::decode_journal_entry(record.bytes);
    if (!entry) return ledger::fail(ledger::Code::kDataLoss, "an entry that cannot be read");
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace qc::simulation
