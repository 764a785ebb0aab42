// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/check_digit.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "ledger/base/text.h"

namespace qc::ledger {
namespace {

constexpr std::string_view kGs1Rule = " (GS1 General Specifications 7.9)";
constexpr std::string_view kUsccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::size_t kUsccLength = 18;
constexpr std::size_t kLeiLength = 20;

// 3^(i-1) mod 31 for i = 1..17 (GB 32100-2015, table 2).
constexpr std::array<unsigned, 17> kUsccWeights{1,  3,  9,  27, 19, 26, 16, 17, 20,
                                                29, 25, 13, 8,  24, 10, 30, 28};

bool all_zeros(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// Zeros have right check digits; they are what people write where they have no number, so that
/// the unknown things of everybody would be one thing.
Fault zeros_fault(std::string_view zeros, std::string_view name) {
  return quote(zeros) + " is a placeholder, not " + std::string(name) +
         " of anything: leave it out where there is none";
}

Fault gs1_fault(std::string_view digits, std::size_t length, std::string_view name) {
  if (digits.size() != length || !all_digits(digits)) {
    return quote(digits) + " should be " + std::string(name) + " of " + std::to_string(length) +
           " digits";
  }
  if (all_zeros(digits)) return zeros_fault(digits, name);
  const std::optional<char> check = gs1_check_digit(digits.substr(0, length - 1));
  if (check && *check == digits.back()) return std::nullopt;
  return "check digit of " + quote(digits) + " should be " + std::string(1, check.value_or('?')) +
         std::string(kGs1Rule);
}

/// 10..35 for letters, as ISO 7064 reads them; nothing for anything but 0-9 and A-Z.
std::optional<unsigned> alphanumeric_value(char character) {
  if (is_digit(character)) return static_cast<unsigned>(character - '0');
  if (character >= 'A' && character <= 'Z') return static_cast<unsigned>(character - 'A') + 10;
  return std::nullopt;
}

/// Remainder modulo 97 of the number that `text` spells in ISO 7064's way.
std::optional<unsigned> mod_97(std::string_view text) {
  unsigned remainder = 0;
  for (const char character : text) {
    const std::optional<unsigned> value = alphanumeric_value(character);
    if (!value) return std::nullopt;
    remainder = (remainder * (*value < 10 ? 10 : 100) + *value) % 97;
  }
  return remainder;
}

}  // namespace

std::optional<char> gs1_check_digit(std::string_view digits) {
  if (digits.empty() || !all_digits(digits)) return std::nullopt;
  unsigned sum = 0;
  unsigned weight = 3;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    sum += static_cast<unsigned>(*digit - '0') * weight;
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

Fault gtin14_fault(std::string_view gtin) {
  if (gtin.size() != 8 && gtin.size() != 12 && gtin.size() != 13) {
    return gs1_fault(gtin, 14, "a GTIN");
  }
  if (Fault fault = any_gtin_fault(gtin)) return fault;
  return quote(gtin) + " should be written with 14 digits: " +
         quote(std::string(14 - gtin.size(), '0').append(gtin));
}

Fault gln_fault(std::string_view gln) { return gs1_fault(gln, 13, "a GLN"); }

Fault sscc_fault(std::string_view sscc) { return gs1_fault(sscc, 18, "an SSCC"); }

Fault any_gtin_fault(std::string_view gtin) {
  const std::size_t length = gtin.size();
  if (length != 8 && length != 12 && length != 13 && length != 14) {
    return quote(gtin) + " should be a GTIN of 8, 12, 13 or 14 digits";
  }
  return gs1_fault(gtin, length, "a GTIN");
}

std::optional<std::string> gtin14_of(std::string_view gtin) {
  if (any_gtin_fault(gtin)) return std::nullopt;
  return std::string(14 - gtin.size(), '0').append(gtin);
}

std::optional<char> uscc_check_character(std::string_view first_17) {
  if (first_17.size() != kUsccWeights.size()) return std::nullopt;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kUsccWeights.size(); ++i) {
    const std::size_t value = kUsccAlphabet.find(first_17[i]);
    if (value == std::string_view::npos) return std::nullopt;
    sum += value * kUsccWeights[i];
  }
  return kUsccAlphabet[(31 - sum % 31) % 31];
}

Fault uscc_fault(std::string_view code) {
  if (code.size() != kUsccLength) {
    return quote(code) + " should be a unified social credit code of 18 characters (GB 32100)";
  }
  if (code.find_first_not_of(kUsccAlphabet) != std::string_view::npos) {
    return quote(code) + " should hold only 0-9 and A-Z without I, O, S, V, Z (GB 32100)";
  }
  if (all_zeros(code)) return zeros_fault(code, "the unified social credit code");
  if (!all_digits(code.substr(2, 6))) {
    return quote(code) +
           " should have digits at positions 3 to 8, the place of registration (GB 32100)";
  }
  const std::optional<char> check = uscc_check_character(code.substr(0, kUsccLength - 1));
  if (check && *check == code.back()) return std::nullopt;
  return "check character of " + quote(code) + " should be " + std::string(1, check.value_or('?')) +
         " (GB 32100)";
}

std::optional<std::string> lei_check_digits(std::string_view first_18) {
  if (first_18.size() != kLeiLength - 2) return std::nullopt;
  const std::optional<unsigned> remainder = mod_97(std::string(first_18) + "00");
  if (!remainder) return std::nullopt;
  const unsigned check = 98 - *remainder;
  return std::string{static_cast<char>('0' + check / 10), static_cast<char>('0' + check % 10)};
}

Fault lei_fault(std::string_view code) {
  const std::optional<std::string> check =
      code.size() == kLeiLength ? lei_check_digits(code.substr(0, kLeiLength - 2)) : std::nullopt;
  if (!check || !all_digits(code.substr(kLeiLength - 2))) {
    return quote(code) + " should be an LEI: 18 of 0-9 and A-Z and 2 check digits (ISO 17442)";
  }
  if (all_zeros(code.substr(0, kLeiLength - 2))) return zeros_fault(code, "the LEI");
  if (code.substr(kLeiLength - 2) == *check) return std::nullopt;
  return "check digits of " + quote(code) + " should be " + *check + " (ISO 17442)";
}

Fault party_code_fault(std::string_view code) {
  if (code.size() == kUsccLength) return uscc_fault(code);
  if (code.size() == kLeiLength) return lei_fault(code);
  return quote(code) + " should be a unified social credit code of 18 characters or an LEI of 20";
}

}  // namespace qc::ledger
