// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"

namespace qc::ledger {

/// An exact decimal number: at most 15 digits before and 9 after the point. Held as a scaled
/// integer; there is no rounding and no floating point.
class Decimal {
 public:
  /// Reads `-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?`. Trailing zeros are allowed (they tell a
  /// result's precision) and have no value; `-0` and its like are refused.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  /// Sum of two numbers; nothing if it needs more than 27 digits before the point.
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;

  /// Shortest text: no trailing zeros, no point without digits after it.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool negative() const { return scaled_ < 0; }
  [[nodiscard]] bool zero() const { return scaled_ == 0; }

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
    return left.scaled_ < right.scaled_   ? std::strong_ordering::less
           : right.scaled_ < left.scaled_ ? std::strong_ordering::greater
                                          : std::strong_ordering::equal;
  }

 private:
  __extension__ using Scaled = __int128;
  explicit Decimal(Scaled scaled) : scaled_(scaled) {}

  // Units of 10^-9.
  Scaled scaled_ = 0;
};

/// A quantity: a non-negative decimal without trailing zeros after the point.
[[nodiscard]] Fault quantity_fault(std::string_view text);
/// Any decimal, trailing zeros included.
[[nodiscard]] Fault decimal_fault(std::string_view text);
/// A test result's value: a decimal, `<` or `>` and a decimal, or `ND`.
[[nodiscard]] Fault result_value_fault(std::string_view text);

}  // namespace qc::ledger
