// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit/audit_verify.h"

namespace quality::v1 {
class Record;
}

namespace qc::cli {

/// How times are shown: minutes east of UTC plus 1440 (the network's `time_zone`).
inline constexpr std::uint32_t kShownTimeZone = 1440 + 480;

/// One line for people about a record of any type: "inspection certificate 2026-FOOD/0017,
/// conformant: 06901234567892 lot L2026A, GB 4806.7-2023".
std::string summarize(const quality::v1::Record& record);
/// The same from bytes; says so where they are no record that this version can read.
std::string summarize_record(std::string_view record_bytes);

/// One line for people about a subject's present status ("certificate withdrawn"); empty where the
/// status has nothing to say.
std::string summarize_status(std::string_view subject_id, std::string_view status);

/// A record as a timeline shows it, whether it comes from a bundle or from a node.
struct TimelineEntry {
  /// Log index.
  std::uint64_t index = 0;
  /// Unix milliseconds; 0 where unknown.
  std::uint64_t time_ms = 0;
  /// Who submitted it; empty for the founding records.
  std::string organisation;
  /// Ids of those of the answer's subjects in whose histories it stands, in order.
  std::vector<std::string> subjects;
  /// Empty where the record is not shown.
  std::string record;
};

/// The entries of all subjects of a report, merged by log index, each once.
std::vector<TimelineEntry> timeline_of(const ledger::VerifyReport& report);

/// The timeline as text, one record a paragraph of one or two lines.
std::string format_timeline(const std::vector<TimelineEntry>& timeline,
                            std::uint32_t time_zone = kShownTimeZone);

}  // namespace qc::cli
