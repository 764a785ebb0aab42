// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/state/state_view.h"
#include "ledger/state/subject.h"

namespace qc::ledger {

/// The subjects that one block reads and changes, on top of the state before it. A submission's
/// changes are kept or undone as a whole. One thread; lives for one block.
///
/// A read error of the state does not show in each look-up (the subject then seems to have no
/// history); it is kept in failure(), and whoever executes the block throws everything away if it
/// is set at the end.
class WorkingSet {
 public:
  /// `seed` makes the table's order of digests unknown to those who choose subject ids.
  WorkingSet(const StateView& base, HashAlgorithm algorithm, const Digest& seed);

  /// A subject as it stands now, by its place in this set: places stay, references do not.
  struct Subject {
    Digest key{};
    std::string id;
    SubjectHead head;
    std::string status;
    /// It got a record of this block.
    bool touched = false;

    bool exists() const { return head.count != 0; }
  };
  using Place = std::uint32_t;

  Place find(std::string_view id);
  const Subject& at(Place place) const { return subjects_[place]; }
  const Subject& get(std::string_view id) { return at(find(id)); }

  /// The status as message `S`; a default one where there is none.
  template <class S>
  S status(std::string_view id) {
    S message;
    const Subject& subject = get(id);
    if (!subject.status.empty() && !message.ParseFromString(subject.status)) damaged(subject.id);
    return message;
  }
  /// Sets a status. The record in execution must have the subject, or the status would not be what
  /// the rules make of its history.
  template <class S>
  void set_status(std::string_view id, const S& message) {
    set_status_bytes(find(id), canonical_bytes(message));
  }

  /// Adds a record to a subject's history and returns the place that it has there.
  RecordLink extend(Place place, std::uint64_t log_index, const Digest& leaf_hash);

  void begin_submission();
  /// Puts everything back to where the submission began.
  void undo_submission();

  /// Distinct subjects that got a record in this submission, in this block.
  std::size_t submission_subjects() const { return submission_subjects_; }
  std::size_t block_subjects() const { return block_subjects_; }

  /// The new values of all subjects with a record in this block, ascending by key.
  std::vector<SubjectWrite> writes() const;

  const std::optional<Error>& failure() const { return failure_; }

 private:
  struct SeededHash {
    std::uint64_t seed;
    std::size_t operator()(const Digest& digest) const;
  };
  struct Undo {
    Place place;
    SubjectHead head;
    std::string status;
    bool touched;
  };

  void set_status_bytes(Place place, std::string status);
  void remember(Place place);
  void damaged(const std::string& id);

  const StateView& base_;
  HashAlgorithm algorithm_;
  std::unordered_map<Digest, Place, SeededHash> places_;
  std::vector<Subject> subjects_;
  /// Number of the submission that last remembered the subject for undoing.
  std::vector<std::uint32_t> remembered_;
  /// Number of the submission whose records last extended it.
  std::vector<std::uint32_t> extended_;
  std::vector<Undo> undo_;
  std::uint32_t submission_ = 0;
  std::size_t submission_subjects_ = 0;
  std::size_t block_subjects_ = 0;
  std::size_t block_subjects_before_ = 0;
  std::optional<Error> failure_;
};

}  // namespace qc::ledger
