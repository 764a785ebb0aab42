// SPDX-License-Identifier: Apache-2.0
// Peers' messages and the vote journal. The first byte says how the rest is read: as one message,
// as one entry, or as entries of a journal one after the other.
#include <vector>

#include "consensus/message/codec.h"
#include "consensus/message/journal.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

/// Frames of u16 length and an entry, as far as they decode.
std::vector<consensus::JournalEntry> entries_from(Source source) {
  std::vector<consensus::JournalEntry> entries;
  while (!source.rest().empty()) {
    const std::size_t high = source.byte();
    const auto entry = consensus::decode_journal_entry(source.bytes(high << 8U | source.byte()));
    if (entry) {
      entries.push_back(*entry);
    }
  }
  return entries;
}

}  // namespace

void run(std::string_view input) {
  Source source(input);
  switch (source.byte() % 3U) {
    case 0:
      if (const auto message = consensus::decode_message(source.rest())) {
        require(consensus::encode(*message) == source.rest(), "encode(decode(message)) == message");
        require(source.rest().size() <= consensus::kEncodedMessageMax,
                "no message is longer than the limit");
      }
      break;
    case 1:
      if (const auto entry = consensus::decode_journal_entry(source.rest())) {
        require(consensus::encode(*entry) == source.rest(), "encode(decode(entry)) == entry");
      }
      break;
    default: {
      const auto state = consensus::recover(entries_from(source));
      require(consensus::recover(state.entries()) == state,
              "a rotated journal remembers what the old one did");
    }
  }
}

}  // namespace qc::fuzz
