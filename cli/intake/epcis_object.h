// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "ledger/fault.h"
#include "ledger/result.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// A lot or serial that reads as what a spreadsheet makes of a long number, 2.02507E+07 for
/// 20250700: its last digits are lost.
[[nodiscard]] ledger::Fault shortened_number_fault(std::string_view lot_or_serial);

/// What an identifier of an event names; refused where it says more than that, or where its lot or
/// serial was shortened.
[[nodiscard]] ledger::Result<quality::v1::ObjectRef> read_epcis_object(std::string_view text);

}  // namespace qc::cli
