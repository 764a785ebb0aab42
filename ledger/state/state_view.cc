// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/state_view.h"

namespace qc::ledger {

Result<std::optional<std::string>> EmptyStateView::value(const Digest& /*subject_key*/) const {
  return std::optional<std::string>();
}

Result<SubjectState> read_subject(const StateView& state, HashAlgorithm algorithm,
                                  std::string_view subject_id) {
  QC_TRY(const std::optional<std::string> value, state.value(subject_key(algorithm, subject_id)));
  if (!value) return SubjectState{};
  const auto decoded = decode_subject_value(*value);
  if (!decoded) {
    return fail(Code::kDataLoss, "the stored value of " + std::string(subject_id) +
                                     " is damaged; check the disk and restore the database");
  }
  return SubjectState{decoded->head, std::string(decoded->status)};
}

}  // namespace qc::ledger
