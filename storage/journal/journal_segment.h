// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "storage/journal/journal_record.h"

namespace qc::storage {

/// The bytes of one segment of a vote journal (docs/formats of the node's own files): a header,
/// then groups, each behind a header of its own. All numbers are big-endian.
///
///     segment = "QCVOTES1" | u64 segment | u64 first sequence | u32 kept groups
///               | u32 length | identity | u32 crc of all before
///               | padding
///     group   = "QCg1" | u32 content length | u64 sequence | u32 crc of content
///               | u32 crc of the 20 bytes before | content | padding
///     content = for each record: u8 type | u32 length | bytes
///     padding = bytes 0xff up to a multiple of 8
///
/// The kept groups are those that a rotation began the segment with; they were synced before the
/// segment got its name, so they can never be unfinished.
struct SegmentHeader {
  std::uint64_t segment = 0;
  std::uint64_t first_sequence = 0;
  std::uint32_t kept_groups = 0;
  std::string identity;
};

/// Longer identities are refused.
inline constexpr std::size_t kJournalIdentityMax = 1024;
/// The content of one group at most.
inline constexpr std::size_t kJournalGroupMax = std::size_t{1} << 30;

std::string encode_segment_header(const SegmentHeader& header);

/// Appends the bytes of one group to `out`.
void append_group(std::string& out, std::uint64_t sequence,
                  std::span<const JournalRecordView> records);

/// How many bytes of content a record takes in a group.
inline std::size_t record_size(const JournalRecordView& record) { return 5 + record.bytes.size(); }

/// What a segment's bytes say.
struct SegmentContent {
  SegmentHeader header;
  std::vector<JournalRecord> records;
  /// How many of them, the first ones, are of kept groups.
  std::size_t kept_records = 0;
  std::uint64_t groups = 0;
  std::uint64_t next_sequence = 0;
  /// Where the last whole group ends; what follows is an unfinished one.
  std::size_t valid_bytes = 0;
};

/// Reads a segment. An unfinished last group is left out; any other damage is kDataLoss with the
/// offset and what is wrong there.
ledger::Result<SegmentContent> parse_segment(std::string_view bytes);

}  // namespace qc::storage
