// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

// Failing items of a regulator's table as results. An outcome is a value and a unit only where the
// whole of it is a number and a unit; every other outcome is kept word for word as text.

/// "parameter║outcome║limit", several one under the other or behind semicolons.
[[nodiscard]] ledger::Result<std::vector<quality::v1::TestResult>> read_failing_items(
    std::string_view cell);

/// The same from a column each; several items stand on a line of their own in all three.
struct FailingCells {
  std::string item;
  std::string outcome;
  std::string limit;
};
[[nodiscard]] ledger::Result<std::vector<quality::v1::TestResult>> read_failing_items(
    const FailingCells& cells);

}  // namespace qc::cli
