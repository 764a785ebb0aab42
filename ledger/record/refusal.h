// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/calendar.h"
#include "ledger/record/outcome.h"

namespace qc::ledger {

/// Why a record is refused. `code` and `field` are what replicas agree on and put on the chain;
/// `message` is for people and is never stored.
struct Refusal {
  OutcomeCode code = OutcomeCode::kInvalidField;
  /// Path of the offending field, e.g. "inspection_certificate.objects[0].gtin"; empty where it is
  /// the whole record.
  std::string field;
  /// What is wrong and what would be right, without the path: `check digit of "6901234567890"
  /// should be 2 (...)`.
  std::string message;
};

/// What the stateless rules need to know besides the record.
struct RecordContext {
  /// USCC or LEI of the submission's organisation; empty for genesis records.
  std::string_view organisation;
  /// The network's parameter: minutes east of UTC plus kTimeZoneBias.
  std::uint32_t time_zone = kTimeZoneDefault;
  /// The record stands in the genesis document: founding records are allowed, and no others need an
  /// organisation.
  bool genesis = false;
};

}  // namespace qc::ledger
