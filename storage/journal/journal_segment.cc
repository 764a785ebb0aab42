// SPDX-License-Identifier: Apache-2.0
#include "storage/journal/journal_segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/big_endian.h"
#include "base/byte_reader.h"
#include "storage/base/crc32c.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kSegmentMagic = "QCVOTES1";
constexpr std::string_view kGroupMagic = "QCg1";
constexpr std::size_t kGroupHeaderSize = 4 + 4 + 8 + 4 + 4;
constexpr std::size_t kGroupHeaderChecked = kGroupHeaderSize - 4;
constexpr std::size_t kAlignment = 8;
// What a disk writes or loses as one piece.
constexpr std::size_t kSectorSize = 512;

constexpr std::size_t padded(std::size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

bool is_padding(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\xff'; });
}

struct GroupHeader {
  std::uint32_t length = 0;
  std::uint64_t sequence = 0;
  std::uint32_t content_crc = 0;
};

/// The group header at the front of `bytes`, if it checks.
std::optional<GroupHeader> read_group_header(std::string_view bytes) {
  if (bytes.size() < kGroupHeaderSize || !bytes.starts_with(kGroupMagic)) return std::nullopt;
  if (load_big_endian<std::uint32_t>(bytes.substr(kGroupHeaderChecked)) !=
      crc32c(bytes.substr(0, kGroupHeaderChecked))) {
    return std::nullopt;
  }
  return GroupHeader{load_big_endian<std::uint32_t>(bytes.substr(4)),
                     load_big_endian<std::uint64_t>(bytes.substr(8)),
                     load_big_endian<std::uint32_t>(bytes.substr(16))};
}

/// Whether the group of `header` stands whole at the front of `bytes`.
bool is_whole(std::string_view bytes, const GroupHeader& header) {
  const std::size_t end = kGroupHeaderSize + header.length;
  if (bytes.size() < padded(end)) return false;
  const std::string_view padding = bytes.substr(end, padded(end) - end);
  return is_padding(padding) &&
         crc32c(bytes.substr(kGroupHeaderSize, header.length)) == header.content_crc;
}

/// Whether a part of [begin, end) that shares one sector reads as zeros: it never reached the disk,
/// or only in part. Groups end at multiples of eight bytes, so such a part has at least eight.
bool has_unwritten_sector(std::string_view bytes, std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t sector_end = std::min(end, (begin / kSectorSize + 1) * kSectorSize);
    const std::string_view part = bytes.substr(begin, sector_end - begin);
    if (std::all_of(part.begin(), part.end(), [](char byte) { return byte == 0; })) return true;
    begin = sector_end;
  }
  return false;
}

/// Offset of a whole group behind `from` with a sequence number above `sequence`: it was begun
/// after the group in front of it had been synced.
std::optional<std::size_t> find_later_group(std::string_view bytes, std::size_t from,
                                            std::uint64_t sequence) {
  for (std::size_t at = bytes.find(kGroupMagic, from); at != std::string_view::npos;
       at = bytes.find(kGroupMagic, at + 1)) {
    const auto header = read_group_header(bytes.substr(at));
    if (header && header->sequence > sequence && is_whole(bytes.substr(at), *header)) return at;
  }
  return std::nullopt;
}

/// Whether the bytes from `at` on may be a group whose write was cut short: the file ends in it, or
/// some of its sectors never reached the disk.
bool may_be_unfinished(std::string_view bytes, std::size_t at) {
  const std::string_view rest = bytes.substr(at);
  const auto header = read_group_header(rest);
  if (!header) {
    return rest.size() < kGroupHeaderSize || has_unwritten_sector(bytes, at, at + kGroupHeaderSize);
  }
  const std::size_t size = padded(kGroupHeaderSize + header->length);
  return rest.size() < size || has_unwritten_sector(bytes, at, at + size);
}

bool append_records(std::string_view content, std::vector<JournalRecord>& records) {
  ByteReader reader(content);
  while (!reader.rest().empty()) {
    const std::uint8_t type = reader.u8();
    const std::string_view record = reader.sized();
    if (reader.ok()) records.push_back({type, std::string(record)});
  }
  return reader.ok();
}

/// The header and how many bytes it takes.
Result<std::pair<SegmentHeader, std::size_t>> parse_segment_header(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::string_view magic = reader.view(kSegmentMagic.size());
  SegmentHeader header;
  header.segment = reader.u64();
  header.first_sequence = reader.u64();
  header.kept_groups = reader.u32();
  header.identity = reader.sized();
  const std::size_t checked = bytes.size() - reader.rest().size();
  const std::uint32_t crc = reader.u32();
  const std::size_t end = checked + sizeof(std::uint32_t);
  if (!reader.ok() || magic != kSegmentMagic || crc32c(bytes.substr(0, checked)) != crc ||
      !is_padding(reader.view(padded(end) - end)) || !reader.ok()) {
    return fail(Code::kDataLoss, "the file's header is damaged");
  }
  return std::pair(std::move(header), padded(end));
}

/// Says why the bytes at `at`, which are no whole group number `sequence`, cannot be forgiven, or
/// succeeds where they are the unfinished end.
Result<void> judge_damage(std::string_view bytes, const SegmentContent& content) {
  const std::size_t at = content.valid_bytes;
  if (content.groups < content.header.kept_groups) {
    return fail(Code::kDataLoss,
                fmt::format("group {} at byte {} is damaged; it was kept by a rotation, so it was "
                            "whole once",
                            content.next_sequence, at));
  }
  if (const auto later = find_later_group(bytes, at, content.next_sequence)) {
    return fail(Code::kDataLoss,
                fmt::format("group {} at byte {} is damaged, a later one at byte {} is whole",
                            content.next_sequence, at, *later));
  }
  if (!may_be_unfinished(bytes, at)) {
    return fail(Code::kDataLoss,
                fmt::format("group {} at byte {} was written whole and has changed since",
                            content.next_sequence, at));
  }
  return {};
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
  QC_ASSERT(header.identity.size() <= kJournalIdentityMax);
  std::string out(kSegmentMagic);
  append_big_endian(out, header.segment);
  append_big_endian(out, header.first_sequence);
  append_big_endian(out, header.kept_groups);
  append_sized(out, header.identity);
  append_big_endian(out, crc32c(out));
  out.append(padded(out.size()) - out.size(), '\xff');
  return out;
}

void append_group(std::string& out, std::uint64_t sequence,
                  std::span<const JournalRecordView> records) {
  std::string content;
  std::size_t size = 0;
  for (const JournalRecordView& record : records) size += record_size(record);
  QC_ASSERT(size <= kJournalGroupMax);
  content.reserve(size);
  for (const JournalRecordView& record : records) {
    append_big_endian(content, record.type);
    append_sized(content, record.bytes);
  }
  std::string header(kGroupMagic);
  append_big_endian(header, static_cast<std::uint32_t>(content.size()));
  append_big_endian(header, sequence);
  append_big_endian(header, crc32c(content));
  append_big_endian(header, crc32c(header));
  const std::size_t group = kGroupHeaderSize + content.size();
  out.append(header).append(content).append(padded(group) - group, '\xff');
}

Result<SegmentContent> parse_segment(std::string_view bytes) {
  QC_TRY(auto parsed, parse_segment_header(bytes));
  SegmentContent content;
  content.header = std::move(parsed.first);
  content.valid_bytes = parsed.second;
  content.next_sequence = content.header.first_sequence;
  while (content.valid_bytes < bytes.size()) {
    const std::string_view rest = bytes.substr(content.valid_bytes);
    const auto header = read_group_header(rest);
    if (!header || header->sequence != content.next_sequence || !is_whole(rest, *header)) {
      QC_TRY_VOID(judge_damage(bytes, content));
      break;
    }
    if (!append_records(rest.substr(kGroupHeaderSize, header->length), content.records)) {
      return fail(Code::kDataLoss, fmt::format("group {} at byte {} is no list of records",
                                               content.next_sequence, content.valid_bytes));
    }
    content.valid_bytes += padded(kGroupHeaderSize + header->length);
    ++content.groups;
    ++content.next_sequence;
    if (content.groups <= content.header.kept_groups) content.kept_records = content.records.size();
  }
  if (content.groups < content.header.kept_groups) {
    return fail(Code::kDataLoss, fmt::format("the file ends after {} of the {} groups that a "
                                             "rotation kept",
                                             content.groups, content.header.kept_groups));
  }
  return content;
}

}  // namespace qc::storage
