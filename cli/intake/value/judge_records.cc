// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/judge_records.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "cli/intake/value/placeholder.h"
#include "ledger/record/record_rules.h"

namespace qc::cli {
namespace {

constexpr std::size_t kRecordBytesMax = 48U << 10;

}  // namespace

void judge_records(Intake& intake, const IntakeOptions& options) {
  std::vector<IntakeRecord> good;
  good.reserve(intake.records.size());
  for (IntakeRecord& read : intake.records) {
    if (auto fault = placeholder_fault(read.record)) {
      intake.problems.push_back({read.where, *std::move(fault)});
      continue;
    }
    if (options.organisation.empty()) {
      good.push_back(std::move(read));
      continue;
    }
    const auto judged = ledger::check_record(
        read.record, {.organisation = options.organisation, .time_zone = options.time_zone});
    if (!judged) {
      intake.problems.push_back({read.where, judged.error().field + ": " + judged.error().message});
    } else if (read.record.ByteSizeLong() > kRecordBytesMax) {
      intake.problems.push_back({read.where, "the record is larger than 48 KiB; split it"});
    } else {
      good.push_back(std::move(read));
    }
  }
  intake.records = std::move(good);
}

}  // namespace qc::cli
