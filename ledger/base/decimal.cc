// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/decimal.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kWholeDigitsMax = 15;
constexpr std::size_t kFractionDigitsMax = 9;

/// A non-negative decimal's two halves; the fraction is empty without a point.
struct Digits {
  std::string_view whole;
  std::string_view fraction;
};

std::optional<Digits> halves(std::string_view text) {
  const std::size_t point = text.find('.');
  const Digits digits{text.substr(0, point),
                      point == std::string_view::npos ? "" : text.substr(point + 1)};
  const bool whole_ok = !digits.whole.empty() && digits.whole.size() <= kWholeDigitsMax &&
                        (digits.whole == "0" || digits.whole.front() != '0');
  const bool fraction_ok =
      point == std::string_view::npos ||
      (!digits.fraction.empty() && digits.fraction.size() <= kFractionDigitsMax);
  if (!whole_ok || !fraction_ok) return std::nullopt;
  if (!std::all_of(digits.whole.begin(), digits.whole.end(), is_digit)) return std::nullopt;
  if (!std::all_of(digits.fraction.begin(), digits.fraction.end(), is_digit)) return std::nullopt;
  return digits;
}

constexpr std::string_view kForm =
    "digits with at most 15 before and 9 after the point, such as 12 or 0.5";

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::optional<Digits> digits = halves(text);
  if (!digits) return std::nullopt;
  Scaled scaled = 0;
  for (const char digit : digits->whole) scaled = scaled * 10 + (digit - '0');
  for (std::size_t i = 0; i < kFractionDigitsMax; ++i) {
    scaled = scaled * 10 + (i < digits->fraction.size() ? digits->fraction[i] - '0' : 0);
  }
  if (negative && scaled == 0) return std::nullopt;
  return Decimal(negative ? -scaled : scaled);
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  Scaled limit = 1;
  for (int i = 0; i < 36; ++i) limit *= 10;
  // Both are below 10^36, so the sum cannot leave the range of the type.
  const Scaled sum = scaled_ + other.scaled_;
  if (sum >= limit || sum <= -limit) return std::nullopt;
  return Decimal(sum);
}

std::string Decimal::text() const {
  Scaled rest = scaled_ < 0 ? -scaled_ : scaled_;
  std::string digits;
  while (rest != 0 || digits.size() <= kFractionDigitsMax) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  std::reverse(digits.begin(), digits.end());
  digits.insert(digits.size() - kFractionDigitsMax, 1, '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return scaled_ < 0 ? "-" + digits : digits;
}

Fault quantity_fault(std::string_view text) {
  const std::optional<Digits> digits = halves(text);
  if (digits && !digits->fraction.ends_with('0')) return std::nullopt;
  if (digits) {
    return quote(text) + " should be written without trailing zeros: " +
           quote(Decimal::parse(text).value().text());
  }
  return quote(text) + " should be a non-negative decimal: " + std::string(kForm);
}

Fault decimal_fault(std::string_view text) {
  if (Decimal::parse(text)) return std::nullopt;
  return quote(text) + " should be a decimal: " + std::string(kForm);
}

Fault result_value_fault(std::string_view text) {
  if (text == "ND") return std::nullopt;
  const bool bounded = text.starts_with('<') || text.starts_with('>');
  if (Decimal::parse(bounded ? text.substr(1) : text)) return std::nullopt;
  return quote(text) +
         " should be a decimal, < or > and a decimal, or ND; what is no number "
         "belongs in `text`";
}

}  // namespace qc::ledger
