// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/record_log.h"

#include "base/big_endian.h"

namespace qc::ledger {

std::string RecordEntry::encode() const {
  std::string entry;
  entry.reserve(kRecordEntrySize);
  entry.push_back(kRecordEntryTag);
  entry.append(view(record_hash));
  entry.append(view(submission_hash));
  append_big_endian<std::uint64_t>(entry, block_time_ms);
  return entry;
}

Result<RecordEntry> RecordEntry::parse(std::string_view entry) {
  if (entry.size() != kRecordEntrySize || entry.front() != kRecordEntryTag) {
    return fail(Code::kInvalidArgument,
                "not a record entry: it has 73 bytes and begins with 0x01 (docs/formats.md)");
  }
  return RecordEntry{
      .record_hash = *digest_from(entry.substr(1, kDigestSize)),
      .submission_hash = *digest_from(entry.substr(1 + kDigestSize, kDigestSize)),
      .block_time_ms = load_big_endian<std::uint64_t>(entry.substr(1 + 2 * kDigestSize))};
}

std::string seal_entry(std::string_view seal_text) {
  std::string entry;
  entry.reserve(1 + seal_text.size());
  entry.push_back(kSealEntryTag);
  entry.append(seal_text);
  return entry;
}

Digest record_hash(HashAlgorithm algorithm, std::string_view record) {
  return leaf_hash(algorithm, record);
}

Digest record_leaf_hash(HashAlgorithm algorithm, const RecordEntry& entry) {
  return Hasher(algorithm)
      .add_byte(0)
      .add_byte(static_cast<std::uint8_t>(kRecordEntryTag))
      .add(entry.record_hash)
      .add(entry.submission_hash)
      .add_u64(entry.block_time_ms)
      .finish();
}

Digest seal_leaf_hash(HashAlgorithm algorithm, std::string_view seal_text) {
  return Hasher(algorithm)
      .add_byte(0)
      .add_byte(static_cast<std::uint8_t>(kSealEntryTag))
      .add(seal_text)
      .finish();
}

}  // namespace qc::ledger
