// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"

namespace qc::ledger {

/// GS1 mod-10 check digit (GS1 General Specifications 7.9) of `digits`, which leaves the check
/// digit out: weights 3,1,3,1... from the right. Nothing if `digits` is empty or holds anything but
/// 0-9.
[[nodiscard]] std::optional<char> gs1_check_digit(std::string_view digits);

// Every one of these refuses zeros alone, which have right check digits and identify nothing.

/// Exactly 14 digits with a right check digit.
[[nodiscard]] Fault gtin14_fault(std::string_view gtin);
/// Exactly 13 digits with a right check digit.
[[nodiscard]] Fault gln_fault(std::string_view gln);
/// Exactly 18 digits with a right check digit.
[[nodiscard]] Fault sscc_fault(std::string_view sscc);

/// A GTIN-8, -12, -13 or -14: what is wrong with it, check digit included.
[[nodiscard]] Fault any_gtin_fault(std::string_view gtin);
/// A right GTIN-8, -12, -13 or -14 written with 14 digits; nothing if it is none.
[[nodiscard]] std::optional<std::string> gtin14_of(std::string_view gtin);

/// Unified social credit code, GB 32100-2015: 18 characters of its alphabet, digits at positions
/// 3-8, mod-31 check.
[[nodiscard]] Fault uscc_fault(std::string_view code);
/// Check character of the first 17 characters of a USCC; nothing if they are not 17 of the
/// alphabet.
[[nodiscard]] std::optional<char> uscc_check_character(std::string_view first_17);
/// Legal entity identifier, ISO 17442: 20 characters A-Z 0-9, ISO 7064 mod 97-10, check digits
/// 02-98.
[[nodiscard]] Fault lei_fault(std::string_view code);
/// Check digits of the first 18 characters of an LEI; nothing if they are not 18 of A-Z 0-9.
[[nodiscard]] std::optional<std::string> lei_check_digits(std::string_view first_18);

/// USCC or LEI, told apart by their lengths.
[[nodiscard]] Fault party_code_fault(std::string_view code);

}  // namespace qc::ledger
