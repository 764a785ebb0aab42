// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/plausible.h"

#include <string>

#include "ledger/base/calendar.h"
#include "ledger/base/text.h"
#include "ledger/rules/transformation_balance.h"

namespace qc::cli {

ledger::Fault doubt_about(const quality::v1::Record& record, std::uint32_t time_zone) {
  if (record.has_transformation()) return ledger::transformation_gain(record.transformation());
  // The other one is empty.
  const std::string date =
      record.lot_registration().production_date() + record.item_registration().production_date();
  const auto produced = ledger::parse_date(date);
  const auto claimed = ledger::day_of(record.claimed_time_ms(), time_zone);
  if (!produced || *produced <= claimed) return std::nullopt;
  return "production date " + ledger::quote(date) + " is after " + ledger::format_date(claimed) +
         ", the day on which it is said";
}

}  // namespace qc::cli
