// SPDX-License-Identifier: Apache-2.0
#include "storage/rows.h"

#include <array>
#include <utility>

#include "base/big_endian.h"
#include "base/byte_reader.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::uint8_t kBlockRow = 1;
constexpr std::uint8_t kRecordRow = 1;
constexpr std::uint8_t kSealRow = 2;
constexpr std::size_t kLinkSize = 2 * kDigestSize + 2 * sizeof(std::uint64_t);
constexpr std::uint32_t kLevelsPerRow = 4;
constexpr std::uint8_t kDropKinds = 5;

void append_submission(std::string& row, const StoredSubmission& submission) {
  row.append(qc::view(submission.submission_hash));
  append_sized(row, submission.header);
  append_sized(row, submission.signature);
  append_big_endian(row, submission.not_after_ms);
  const std::uint8_t drop =
      submission.dropped ? static_cast<std::uint8_t>(1 + static_cast<int>(*submission.dropped)) : 0;
  append_big_endian(row, drop);
  append_sized(row, submission.outcome);
  append_big_endian(row, submission.first_log_index);
  append_big_endian(row, submission.record_count);
  append_big_endian(row, submission.position);
}

std::optional<StoredSubmission> read_submission(ByteReader& reader) {
  StoredSubmission submission;
  submission.submission_hash = reader.digest();
  submission.header = reader.sized();
  submission.signature = reader.sized();
  submission.not_after_ms = reader.number<std::uint64_t>();
  const auto drop = reader.number<std::uint8_t>();
  submission.outcome = reader.sized();
  submission.first_log_index = reader.number<std::uint64_t>();
  submission.record_count = reader.number<std::uint32_t>();
  submission.position = reader.number<std::uint64_t>();
  if (!reader.ok() || drop > kDropKinds) return std::nullopt;
  if (drop != 0) submission.dropped = static_cast<ledger::Drop>(drop - 1);
  return submission;
}

void append_varint(std::string& out, std::size_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(0x80 | (value & 0x7f)));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void append_field(std::string& out, unsigned field, std::string_view bytes) {
  constexpr unsigned kLengthDelimited = 2;
  append_varint(out, field << 3 | kLengthDelimited);
  append_varint(out, bytes.size());
  out.append(bytes);
}

}  // namespace

std::string set_end_key(std::uint64_t height) {
  return std::string(kSetEndKeyPrefix).append(number_key(height));
}
std::string handover_key(std::uint64_t height) {
  std::string key(kHandoverKeyPrefix);
  append_big_endian(key, height);
  return key;
}

std::string encode_handover(const Handover& handover) {
  std::string row;
  append_big_endian(row, static_cast<std::uint32_t>(handover.next.size()));
  for (const ledger::NamedKey& validator : handover.next) {
    append_sized(row, validator.name);
    append_sized(row, validator.spki);
  }
  return row;
}

Result<Handover> parse_handover(std::string_view key, std::string_view row) {
  Handover handover;
  const auto damaged = [] {
    return fail(Code::kDataLoss, "a stored change of validators is damaged");
  };
  if (!key.starts_with(kHandoverKeyPrefix)) return damaged();
  QC_TRY(handover.height, parse_number(key.substr(kHandoverKeyPrefix.size())));
  ByteReader reader(row);
  const auto count = reader.number<std::uint32_t>();
  if (!reader.ok() || count > ledger::kMaxValidators) return damaged();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name(reader.sized());
    handover.next.push_back({.name = std::move(name), .spki = std::string(reader.sized())});
  }
  if (!reader.complete()) return damaged();
  return handover;
}

std::string party_key(std::string_view code) { return std::string(kPartyKeyPrefix).append(code); }

std::string number_key(std::uint64_t number) {
  std::string key;
  append_big_endian(key, number);
  return key;
}

std::string raw_submission_key(std::uint64_t height, std::uint32_t place) {
  std::string key = number_key(height);
  append_big_endian(key, place);
  return key;
}

std::string jump_key(const Digest& subject_key, std::uint64_t count) {
  std::string key = qc::to_bytes(subject_key);
  append_big_endian(key, count);
  return key;
}

std::string chain_row(const ledger::Network& network) {
  std::string row;
  append_big_endian(row, static_cast<std::uint8_t>(network.algorithm));
  row.append(network.chain_id);
  return row;
}

Result<std::uint64_t> parse_number(std::string_view row) {
  if (row.size() != sizeof(std::uint64_t))
    return fail(Code::kDataLoss, "a stored number is damaged");
  return load_big_endian<std::uint64_t>(row);
}

std::string encode_block(const StoredBlock& block) {
  std::string row;
  append_big_endian(row, kBlockRow);
  append_big_endian(row, block.height);
  append_big_endian(row, block.time_ms);
  append_sized(row, block.proposal);
  append_sized(row, block.seal_text);
  append_big_endian(row, block.first_log_index);
  append_big_endian(row, block.log_size);
  append_big_endian(row, static_cast<std::uint32_t>(block.submissions.size()));
  for (const StoredSubmission& submission : block.submissions) append_submission(row, submission);
  return row;
}

Result<StoredBlock> parse_block(std::string_view row) {
  ByteReader reader(row);
  StoredBlock block;
  const auto kind = reader.number<std::uint8_t>();
  block.height = reader.number<std::uint64_t>();
  block.time_ms = reader.number<std::uint64_t>();
  block.proposal = reader.sized();
  block.seal_text = reader.sized();
  block.first_log_index = reader.number<std::uint64_t>();
  block.log_size = reader.number<std::uint64_t>();
  const auto count = reader.number<std::uint32_t>();
  for (std::uint32_t place = 0; place < count && reader.ok(); ++place) {
    auto submission = read_submission(reader);
    if (!submission) return fail(Code::kDataLoss, "a stored block is damaged");
    block.submissions.push_back(*std::move(submission));
  }
  if (!reader.complete() || kind != kBlockRow || block.log_size <= block.first_log_index) {
    return fail(Code::kDataLoss, "a stored block is damaged");
  }
  return block;
}

std::string encode_record(const StoredRecord& place, std::span<const ledger::RecordLink> links,
                          std::string_view record) {
  std::string row;
  row.reserve(32 + links.size() * kLinkSize + record.size());
  append_big_endian(row, kRecordRow);
  append_big_endian(row, place.height);
  append_big_endian(row, place.submission);
  append_big_endian(row, place.position);
  append_big_endian(row, static_cast<std::uint32_t>(links.size()));
  for (const ledger::RecordLink& link : links) {
    row.append(qc::view(link.subject_key));
    append_big_endian(row, link.count);
    append_big_endian(row, link.previous_index);
    row.append(qc::view(link.previous_link));
  }
  row.append(record);
  return row;
}

std::string encode_seal_row(std::uint64_t height) {
  std::string row;
  append_big_endian(row, kSealRow);
  append_big_endian(row, height);
  return row;
}

Result<LogRow> parse_log_row(std::uint64_t log_index, std::string_view row) {
  ByteReader reader(row);
  StoredRecord record;
  const auto kind = reader.number<std::uint8_t>();
  record.log_index = log_index;
  record.height = reader.number<std::uint64_t>();
  if (kind == kSealRow && reader.complete()) return LogRow{record.height, std::nullopt};
  record.submission = reader.number<std::uint32_t>();
  record.position = reader.number<std::uint32_t>();
  const auto links = reader.number<std::uint32_t>();
  if (!reader.ok() || kind != kRecordRow || links > reader.rest().size() / kLinkSize) {
    return fail(Code::kDataLoss,
                "the row of log entry " + std::to_string(log_index) + " is damaged");
  }
  record.links.reserve(links);
  for (std::uint32_t place = 0; place < links; ++place) {
    ledger::RecordLink link;
    link.subject_key = reader.digest();
    link.count = reader.number<std::uint64_t>();
    link.previous_index = reader.number<std::uint64_t>();
    link.previous_link = reader.digest();
    record.links.push_back(link);
  }
  record.bytes = reader.rest();
  const std::uint64_t height = record.height;
  return LogRow{height, std::move(record)};
}

std::string encode_place(const SubmissionPlace& place) {
  return raw_submission_key(place.height, place.place);
}

Result<SubmissionPlace> parse_place(std::string_view row) {
  ByteReader reader(row);
  SubmissionPlace place;
  place.height = reader.number<std::uint64_t>();
  place.place = reader.number<std::uint32_t>();
  if (!reader.complete()) return fail(Code::kDataLoss, "a stored submission's place is damaged");
  return place;
}

LogSlot log_slot(std::uint32_t level, std::uint64_t index) {
  // 16 hashes of the lowest level, 8 of the next, 4, 2.
  constexpr std::array<std::size_t, kLevelsPerRow> kFirst = {0, 16, 24, 28};
  const std::uint32_t row_level = level % kLevelsPerRow;
  const std::uint32_t width_bits = kLevelsPerRow - row_level;
  LogSlot slot;
  append_big_endian(slot.key, static_cast<std::uint8_t>(level / kLevelsPerRow));
  append_big_endian(slot.key, index >> width_bits);
  const std::uint64_t place = index & ((std::uint64_t{1} << width_bits) - 1);
  slot.offset = (kFirst[row_level] + static_cast<std::size_t>(place)) * kDigestSize;
  return slot;
}

std::string assemble_submission(std::string_view header, std::string_view signature,
                                std::span<const std::string> records) {
  std::size_t size = header.size() + signature.size() + 16;
  for (const std::string& record : records) size += record.size() + 8;
  std::string bytes;
  bytes.reserve(size);
  append_field(bytes, 1, header);
  append_field(bytes, 2, signature);
  for (const std::string& record : records) append_field(bytes, 3, record);
  return bytes;
}

}  // namespace qc::storage
