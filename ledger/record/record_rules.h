// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "ledger/record/refusal.h"

namespace quality::v1 {
class Record;
}  // namespace quality::v1

namespace qc::ledger {

/// Objects that one certificate, transfer or sample may name; results of one certificate; children
/// of one aggregation and inputs or outputs of one transformation.
inline constexpr int kObjectsMax = 64;
inline constexpr int kResultsMax = 200;
inline constexpr int kChildrenMax = 2000;
inline constexpr int kScopeLinesMax = 1000;
/// Subjects that a record may name; one about a thing (certificate, sample, spot check, ...).
inline constexpr std::size_t kNamedSubjectsMax = 2048;
inline constexpr std::size_t kNamedSubjectsOfThingMax = 64;

/// Every rule that needs no state, for every record type that this protocol version judges; any
/// other type is kNotSupported. Pure; the order of checks is fixed (field numbers
/// ascending, then rules across fields, then counts of subjects), because the first refusal is what
/// the chain records. `record` must come from canonical bytes.
[[nodiscard]] tl::expected<void, Refusal> check_record(const quality::v1::Record& record,
                                                       const RecordContext& context);

/// The sentence that people read, made by the reader from what the chain records: `field: what is
/// wrong`. Re-judges the record where the rule was stateless; else describes `code` with the value
/// found at `field`.
[[nodiscard]] std::string explain(OutcomeCode code, std::string_view field,
                                  const quality::v1::Record& record, const RecordContext& context);
/// The same where the record is not at hand.
[[nodiscard]] std::string explain(OutcomeCode code, std::string_view field);

/// Snake-case name of the record's type as the proto spells it ("inspection_certificate"); empty
/// without a body.
[[nodiscard]] std::string_view record_type_name(const quality::v1::Record& record);

}  // namespace qc::ledger
