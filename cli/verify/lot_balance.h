// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/verify/timeline.h"

namespace qc::cli {

/// Quantities of a timeline that do not add up, one sentence each:
///  - more of a lot was used up by transformations, or more of it made, than was registered,
///  - more came out of a transformation than went in, in one unit.
/// Compared where both are known, in the same unit; records that a correction has replaced do not
/// count. Records that are not shown can only add to a finding, not take it away.
///
/// It is a finding and no refusal: the chain keeps what its members have signed.
std::vector<std::string> implausible_quantities(const std::vector<TimelineEntry>& timeline);

/// The same as a paragraph under a heading; empty where there is nothing to say.
std::string format_findings(const std::vector<TimelineEntry>& timeline);

}  // namespace qc::cli
