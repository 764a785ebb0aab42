// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/outcome.h"

#include "ledger/base/canonical_protobuf.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {

std::string_view name_of(OutcomeCode code) {
  const auto number = static_cast<int>(code);
  return quality::v1::OutcomeCode_Name(static_cast<quality::v1::OutcomeCode>(number));
}

std::string Outcome::encode() const {
  quality::v1::Outcome message;
  message.set_code(static_cast<std::uint32_t>(code));
  message.set_first_log_index(first_log_index);
  message.set_record(record);
  message.set_field(field);
  return canonical_bytes(message);
}

Result<Outcome> Outcome::parse(std::string_view bytes) {
  QC_TRY(const auto message, parse_canonical<quality::v1::Outcome>(bytes));
  if (message.code() > static_cast<std::uint32_t>(OutcomeCode::kCycle)) {
    return fail(Code::kInvalidArgument,
                "outcome code " + std::to_string(message.code()) + " is not known here");
  }
  return Outcome{static_cast<OutcomeCode>(message.code()), message.first_log_index(),
                 message.record(), message.field()};
}

}  // namespace qc::ledger
