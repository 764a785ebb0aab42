// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/fault.h"

namespace qc::cli {

/// Whether a cell is empty or holds what people write where there is nothing to say: dashes,
/// slashes, dots or stars alone, or words such as 无, 不详, N/A, （无）. It is never a name, date
/// or value.
[[nodiscard]] bool says_nothing(std::string_view cell);

/// What keeps words from being a party's name: a single character, or signs and zeros alone. Such a
/// "name" would be one history for everybody who is not known.
[[nodiscard]] ledger::Fault name_fault(std::string_view cell);

/// What keeps a cell's words from being taken as they are: they point at another row (同上), or are
/// what a spreadsheet makes of a long number (2.02507E+07) or of an error (#REF!, ####).
[[nodiscard]] ledger::Fault cell_fault(std::string_view cell);

/// A header or fixed word without blanks and invisible characters, in plain characters.
[[nodiscard]] std::string without_blanks(std::string_view cell);

}  // namespace qc::cli
