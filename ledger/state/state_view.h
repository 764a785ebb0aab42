// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/state/subject.h"

namespace qc::ledger {

/// The values of the state tree's leaves as they stand after one block. Execution, the key
/// directory and the readers read through it, so that they do not know where values are kept.
class StateView {
 public:
  StateView() = default;
  virtual ~StateView() = default;
  StateView(const StateView&) = default;
  StateView& operator=(const StateView&) = default;
  StateView(StateView&&) = default;
  StateView& operator=(StateView&&) = default;

  /// The value (head ‖ status) under a subject's key, nothing where the subject has no history. An
  /// error only if the store behind it cannot be read: an absent value and an unreadable one must
  /// never be mistaken for each other, or replicas would diverge.
  virtual Result<std::optional<std::string>> value(const Digest& subject_key) const = 0;
};

/// A state without subjects: what genesis is executed on.
class EmptyStateView final : public StateView {
 public:
  Result<std::optional<std::string>> value(const Digest& subject_key) const override;
};

/// A subject's head and status as read; both empty where it has no history (head.count is 0).
struct SubjectState {
  SubjectHead head;
  std::string status;

  bool exists() const { return head.count != 0; }
};

/// Reads one subject by its canonical id. kDataLoss if the stored value is no value.
Result<SubjectState> read_subject(const StateView& state, HashAlgorithm algorithm,
                                  std::string_view subject_id);

/// The status of a subject as message `S` (quality.v1.*Status), nothing where it has no history.
/// The caller knows by the id which message it is. Needs "quality/v1/status.pb.h".
template <class S>
Result<std::optional<S>> find_status(const StateView& state, HashAlgorithm algorithm,
                                     std::string_view subject_id) {
  QC_TRY(const SubjectState subject, read_subject(state, algorithm, subject_id));
  if (!subject.exists()) return std::optional<S>();
  S status;
  if (!status.ParseFromString(subject.status)) {
    return fail(Code::kDataLoss, "the stored status of " + std::string(subject_id) +
                                     " is damaged; check the disk and restore the database");
  }
  return std::optional<S>(std::move(status));
}

}  // namespace qc::ledger
