// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qc::storage {

/// One journalled promise as its writer knows it. The journal neither reads nor judges the bytes.
struct JournalRecordView {
  /// What the bytes are; the caller's numbering.
  std::uint8_t type = 0;
  std::string_view bytes;
};

/// One journalled promise as a restart finds it.
struct JournalRecord {
  std::uint8_t type = 0;
  std::string bytes;
  friend bool operator==(const JournalRecord&, const JournalRecord&) = default;
};

}  // namespace qc::storage
