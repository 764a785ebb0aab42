// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/plausible.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "ledger/calendar.h"
#include "ledger/decimal.h"
#include "ledger/text.h"

namespace qc::cli {

namespace {

using Amounts = std::map<std::string, ledger::Decimal>;

/// Sums by unit; nothing where a quantity is not known.
std::optional<Amounts> sums_of(
    const google::protobuf::RepeatedPtrField<quality::v1::ObjectQuantity>& goods) {
  Amounts sums;
  for (const quality::v1::ObjectQuantity& moved : goods) {
    const auto amount = ledger::Decimal::parse(moved.quantity().value());
    if (!amount) return std::nullopt;
    const auto [sum, first] = sums.emplace(moved.quantity().unit(), *amount);
    if (first) continue;
    const auto total = sum->second.plus(*amount);
    if (!total) return std::nullopt;
    sum->second = *total;
  }
  return sums;
}

ledger::Fault gain_of(const quality::v1::Transformation& transformation) {
  const auto in = sums_of(transformation.inputs());
  const auto out = sums_of(transformation.outputs());
  if (!in || !out) return std::nullopt;
  for (const auto& [unit, made] : *out) {
    const auto used = in->find(unit);
    if (used == in->end() || made <= used->second) continue;
    return fmt::format("the transformation makes {} {} of {} {}", made.text(), unit,
                       used->second.text(), unit);
  }
  return std::nullopt;
}

}  // namespace

ledger::Fault doubt_about(const quality::v1::Record& record, std::uint32_t time_zone) {
  if (record.has_transformation()) return gain_of(record.transformation());
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
