// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "consensus/message/journal.h"
#include "ledger/base/result.h"
#include "tests/simulation/random.h"

namespace qc::simulation {

/// A vote journal's file in its real format, on a disk that tears what was not synced.
class TornJournal {
 public:
  TornJournal();

  /// One group, synced.
  void append(std::span<const consensus::JournalEntry> entries);
  /// A crash while these groups were being written: the file ends anywhere in them, or a sector of
  /// them was never written. True if something of them is missing.
  bool tear(std::span<const std::vector<consensus::JournalEntry>> groups, Random& random);
  /// Replaces the file by the fewest entries that say the same, where it has grown long.
  void rotate(const consensus::RecoveredState& state);
  /// Reads the file, cutting an unfinished group off.
  ledger::Result<std::vector<consensus::JournalEntry>> read();

 private:
  std::string bytes_;
  std::uint64_t segment_ = 1;
  std::uint64_t sequence_ = 1;
};

}  // namespace qc::simulation
