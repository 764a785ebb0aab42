// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace qc::ledger {

/// The one spelling of a standard's code, year included: `GB 4806.7-2023`, `GB/T 19001-2016`,
/// `DB37/T 4567-2022`, `T/CNFIA 001-2023`, `Q/LCSP 0001S-2024`, `ISO/IEC 17025:2017`, `EN
/// 71-3:2019+A1:2021`, `ASTM D638-22`. Accepts what people write: lower case, full-width
/// characters, every kind of dash, missing or doubled blanks, `GBT`, a dash before the year of an
/// ISO, IEC or EN standard. Fails for what has no year or is no standard's code (write that as
/// `other` text).
[[nodiscard]] Result<std::string> normalise_standard_code(std::string_view text);

/// Nothing if `code` is in the normal form, else what is wrong and, where it can be said, the
/// normal form.
[[nodiscard]] Fault standard_code_fault(std::string_view code);

}  // namespace qc::ledger
