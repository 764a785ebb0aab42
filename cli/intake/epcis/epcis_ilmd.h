// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/intake/epcis/json_ld_context.h"
#include "cli/intake/value/json_value.h"

namespace qc::cli {

/// An event's instance and lot master data (`ilmd`) as far as records have fields for it. Empty
/// where the event states nothing.
struct EpcisIlmd {
  std::string lot;
  /// YYYY-MM-DD.
  std::string production_date;
  std::string best_before_date;
  std::string item_expiration_date;

  /// Members that name none of these, as they stand in the event.
  std::vector<std::string> unmapped;
  /// Members that name one of these and cannot be read, and why.
  std::vector<std::pair<std::string, std::string>> problems;
};

/// Reads `ilmd`. Names are compared by what `context` makes of them. A time becomes the day on
/// which it falls in `time_zone`, the event's own (ledger/base/calendar.h).
[[nodiscard]] EpcisIlmd read_ilmd(const JsonValue& ilmd, const JsonLdContext& context,
                                  std::uint32_t time_zone);

}  // namespace qc::cli
