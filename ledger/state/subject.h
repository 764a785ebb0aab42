// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// u64 count ‖ link ‖ u64 last index, at the front of every value of the state tree.
inline constexpr std::size_t kSubjectHeadSize = 48;

/// The head of a subject's hash-linked history: with it, a list of records is complete or it is
/// not.
struct SubjectHead {
  std::uint64_t count = 0;
  /// link_count; zero for an empty history.
  Digest link{};
  /// Log index of the last record; 0 for an empty history.
  std::uint64_t last_index = 0;

  bool operator==(const SubjectHead&) const = default;
};

/// A subject's value as it stands in the state tree. `status` is a canonical protobuf message,
/// often empty; a view into the bytes that were decoded.
struct SubjectValue {
  SubjectHead head;
  std::string_view status;
};

/// A record's place in the history of one of its subjects.
struct RecordLink {
  Digest subject_key{};
  /// The record is the subject's count-th, from 1.
  std::uint64_t count = 0;
  /// Log index of the record before it; 0 where count is 1.
  std::uint64_t previous_index = 0;
  /// The link of the record before it; zero where count is 1. With it a history can be cut here.
  Digest previous_link{};
};

/// The new value of one subject's leaf.
struct SubjectWrite {
  Digest key{};
  /// Canonical subject id.
  std::string id;
  /// head ‖ status.
  std::string value;
  Digest value_hash{};
};

/// H("qc/subject/v1" ‖ NUL ‖ subject_id): the subject's place in the state tree.
Digest subject_key(HashAlgorithm algorithm, std::string_view subject_id);

/// H("qc/link/v1" ‖ NUL ‖ previous ‖ u64 log_index ‖ leaf_hash).
Digest next_link(HashAlgorithm algorithm, const Digest& previous, std::uint64_t log_index,
                 const Digest& leaf_hash);

/// The head after one more record, which must stand behind the last one in the log (asserted).
SubjectHead extend(HashAlgorithm algorithm, const SubjectHead& head, std::uint64_t log_index,
                   const Digest& leaf_hash);

/// count ‖ link ‖ last index ‖ status.
std::string encode_subject_value(const SubjectHead& head, std::string_view status);
/// Refuses less than 48 bytes and a count of 0. The status is not judged.
Result<SubjectValue> decode_subject_value(std::string_view value);

/// "urn:qc:key:" and the 64 hex digits of a key id.
std::string key_subject(const Digest& key_id);

}  // namespace qc::ledger
