// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ledger/base/fault.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// What the rules allow and a person should look at: a lot or item said to be produced on a later
/// day than that of the record's claimed time; a transformation that makes more of a unit than goes
/// into it, where every quantity is known.
[[nodiscard]] ledger::Fault doubt_about(const quality::v1::Record& record, std::uint32_t time_zone);

}  // namespace qc::cli
