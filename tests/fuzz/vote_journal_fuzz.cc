// SPDX-License-Identifier: Apache-2.0
// The vote journal's file: any bytes, and a real segment that was cut or changed. Whatever is read
// must be a beginning of what was written.
#include <array>
#include <vector>

#include "consensus/message/codec.h"
#include "storage/journal/journal_segment.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

using storage::JournalRecord;

/// Groups that the input describes, as they stand in a file.
struct Written {
  std::string bytes;
  std::vector<JournalRecord> records;
};

Written written_from(Source& source) {
  Written file;
  file.bytes = storage::encode_segment_header({1, 7, 0, "fuzz"});
  const unsigned groups = 1 + source.byte() % 6U;
  for (unsigned group = 0; group < groups; ++group) {
    std::vector<JournalRecord> records(1 + source.byte() % 3U);
    std::vector<storage::JournalRecordView> views;
    for (JournalRecord& record : records) {
      record.type = source.byte();
      record.bytes = std::string(source.byte() * 4U, static_cast<char>(source.byte()));
      views.push_back({record.type, record.bytes});
    }
    storage::append_group(file.bytes, 7 + group, views);
    file.records.insert(file.records.end(), records.begin(), records.end());
  }
  return file;
}

void check_damaged(Source& source) {
  Written file = written_from(source);
  const auto whole = storage::parse_segment(file.bytes);
  require(whole && whole->records == file.records, "what is whole is read back");
  if (source.byte() % 2U == 0) file.bytes.resize(source.number() % (file.bytes.size() + 1));
  for (unsigned i = source.byte() % 4U; i > 0 && !file.bytes.empty(); --i) {
    const std::size_t at = source.number() % file.bytes.size();
    file.bytes[at] = static_cast<char>(file.bytes[at] ^ static_cast<char>(source.byte()));
  }
  const auto damaged = storage::parse_segment(file.bytes);
  if (!damaged) return;
  require(damaged->records.size() <= file.records.size() &&
              std::equal(damaged->records.begin(), damaged->records.end(), file.records.begin()),
          "what is read of a damaged journal is a beginning of what was written");
  require(damaged->valid_bytes <= file.bytes.size(), "what is kept is in the file");
}

void check_any(std::string_view bytes) {
  const auto content = storage::parse_segment(bytes);
  if (!content) return;
  require(content->valid_bytes <= bytes.size(), "what is kept is in the file");
  for (const JournalRecord& record : content->records) {
    (void)consensus::decode_journal_entry(record.bytes);
  }
}

}  // namespace

void run(std::string_view input) {
  Source source(input);
  if (source.byte() % 2U == 0) {
    check_damaged(source);
  } else {
    check_any(source.rest());
  }
}

}  // namespace qc::fuzz
