// SPDX-License-Identifier: Apache-2.0
#include "ledger/rules/transformation_balance.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ledger/base/decimal.h"

namespace qc::ledger {
namespace {

using AmountByUnit = std::map<std::string, Decimal>;

enum class Unknown : std::uint8_t { kIsNothing, kSpoilsTheSum };

/// Nothing where the sum is not known, or too large to be held.
std::optional<AmountByUnit> amounts_of(
    const google::protobuf::RepeatedPtrField<quality::v1::ObjectQuantity>& goods, Unknown unknown) {
  AmountByUnit sums;
  for (const quality::v1::ObjectQuantity& moved : goods) {
    const auto amount = Decimal::parse(moved.quantity().value());
    if (!amount && unknown == Unknown::kSpoilsTheSum) return std::nullopt;
    if (!amount) continue;
    const auto [sum, first] = sums.emplace(moved.quantity().unit(), *amount);
    if (first) continue;
    const auto total = sum->second.plus(*amount);
    if (!total) return std::nullopt;
    sum->second = *total;
  }
  return sums;
}

}  // namespace

Fault transformation_gain(const quality::v1::Transformation& transformation) {
  const auto in = amounts_of(transformation.inputs(), Unknown::kSpoilsTheSum);
  const auto out = amounts_of(transformation.outputs(), Unknown::kIsNothing);
  if (!in || !out) return std::nullopt;
  for (const auto& [unit, made] : *out) {
    const auto used = in->find(unit);
    if (used == in->end() || made <= used->second) continue;
    return fmt::format("the transformation makes {} {} of {} {}", made.text(), unit,
                       used->second.text(), unit);
  }
  return std::nullopt;
}

}  // namespace qc::ledger
