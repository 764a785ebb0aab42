// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// The first byte of a log entry.
inline constexpr char kRecordEntryTag = 0x01;
inline constexpr char kSealEntryTag = 0x02;
/// 0x01 ‖ record_hash ‖ submission_hash ‖ u64 block_time_ms.
inline constexpr std::size_t kRecordEntrySize = 73;

/// What the log says of one record.
struct RecordEntry {
  Digest record_hash{};
  Digest submission_hash{};
  std::uint64_t block_time_ms = 0;

  std::string encode() const;
  static Result<RecordEntry> parse(std::string_view entry);

  bool operator==(const RecordEntry&) const = default;
};

/// The entry that ends a block in the log: 0x02 ‖ seal text.
std::string seal_entry(std::string_view seal_text);

/// H(0x00 ‖ record bytes): an RFC 6962 leaf of the submission's tree.
Digest record_hash(HashAlgorithm algorithm, std::string_view record);

/// H(0x00 ‖ entry), without building the entry.
Digest record_leaf_hash(HashAlgorithm algorithm, const RecordEntry& entry);
Digest seal_leaf_hash(HashAlgorithm algorithm, std::string_view seal_text);

}  // namespace qc::ledger
