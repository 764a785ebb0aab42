// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/lot_balance.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/decimal.h"
#include "ledger/name/subject_id.h"
#include "ledger/rules/transformation_balance.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {
namespace {

namespace pb = quality::v1;
using ledger::Decimal;

/// A sum, and the log indexes of what it adds up.
struct Sum {
  Decimal value = *Decimal::parse("0");
  std::vector<std::uint64_t> from;
  /// Too large to be held; compares as more than anything.
  bool overflown = false;

  void add(const Decimal& more, std::uint64_t index) {
    const auto sum = value.plus(more);
    overflown = overflown || !sum;
    if (sum) value = *sum;
    if (from.empty() || from.back() != index) from.push_back(index);
  }
  bool above(const Decimal& bound) const { return overflown || value > bound; }
  std::string text() const { return (overflown ? "more than " : "") + value.text(); }
};

struct Registered {
  std::string name;
  std::string unit;
  Decimal quantity;
};

/// What a timeline's records say of quantities, by canonical lot id.
struct Balance {
  std::map<std::string, Registered> registered;
  /// By lot and unit.
  std::map<std::pair<std::string, std::string>, Sum> used_up;
  std::map<std::pair<std::string, std::string>, Sum> made;
  /// Transformations of which more came out than went in, in the order of the log.
  std::vector<std::string> gains;
};

std::string lot_of(const pb::ObjectRef& object) {
  if (!object.id().empty()) return object.id();
  return object.lot().empty() || !object.serial().empty()
             ? ""
             : ledger::lot_id(object.gtin(), object.lot());
}

template <class Parts>
void add_up(const Parts& parts, std::uint64_t index,
            std::map<std::pair<std::string, std::string>, Sum>& by_lot) {
  for (const pb::ObjectQuantity& part : parts) {
    const auto value = Decimal::parse(part.quantity().value());
    const std::string lot = lot_of(part.object());
    if (value && !lot.empty()) by_lot[{lot, part.quantity().unit()}].add(*value, index);
  }
}

void take(const pb::Transformation& record, std::uint64_t index, Balance& balance) {
  add_up(record.inputs(), index, balance.used_up);
  add_up(record.outputs(), index, balance.made);
  if (const auto gain = ledger::transformation_gain(record))
    balance.gains.push_back(fmt::format("#{}: {}", index, *gain));
}

void take(const pb::LotRegistration& record, Balance& balance) {
  const auto quantity = Decimal::parse(record.quantity().value());
  if (!quantity) return;
  balance.registered.try_emplace(ledger::lot_id(record.gtin(), record.lot()),
                                 Registered{.name = record.gtin() + " lot " + record.lot(),
                                            .unit = record.quantity().unit(),
                                            .quantity = *quantity});
}

std::string places(const std::vector<std::uint64_t>& indexes) {
  std::string text;
  for (const std::uint64_t index : indexes)
    text += fmt::format("{}#{}", text.empty() ? "" : ", ", index);
  return text;
}

void compare(const std::map<std::pair<std::string, std::string>, Sum>& sums, std::string_view what,
             const Balance& balance, std::vector<std::string>& findings) {
  for (const auto& [key, sum] : sums) {
    const auto found = balance.registered.find(key.first);
    if (found == balance.registered.end() || found->second.unit != key.second) continue;
    const Registered& lot = found->second;
    if (!sum.above(lot.quantity)) continue;
    findings.push_back(fmt::format("{} of {}: {} {} by {}, but {} {} were registered", what,
                                   lot.name, sum.text(), lot.unit, places(sum.from),
                                   lot.quantity.text(), lot.unit));
  }
}

}  // namespace

std::vector<std::string> implausible_quantities(const std::vector<TimelineEntry>& timeline) {
  std::vector<std::pair<std::uint64_t, pb::Record>> records;
  std::set<std::uint64_t> replaced;
  for (const TimelineEntry& entry : timeline) {
    auto record = ledger::parse_canonical<pb::Record>(entry.record);
    if (!record) continue;
    if (record->has_correction()) replaced.insert(record->correction().log_index());
    records.emplace_back(entry.index, *std::move(record));
  }
  Balance balance;
  for (const auto& [index, record] : records) {
    if (replaced.contains(index)) continue;
    if (record.has_lot_registration()) take(record.lot_registration(), balance);
    if (record.has_transformation()) take(record.transformation(), index, balance);
  }
  std::vector<std::string> findings;
  compare(balance.used_up, "used up", balance, findings);
  compare(balance.made, "made", balance, findings);
  findings.insert(findings.end(), balance.gains.begin(), balance.gains.end());
  return findings;
}

std::string format_findings(const std::vector<TimelineEntry>& timeline) {
  std::string text;
  for (const std::string& finding : implausible_quantities(timeline)) {
    if (text.empty()) text = "\nQuantities that do not add up:\n";
    text += "  - " + finding + "\n";
  }
  return text;
}

}  // namespace qc::cli
