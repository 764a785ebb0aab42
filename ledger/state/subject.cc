// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/subject.h"

#include "base/assert.h"
#include "base/big_endian.h"
#include "base/hex.h"

namespace qc::ledger {

Digest subject_key(HashAlgorithm algorithm, std::string_view subject_id) {
  return tagged_hash(algorithm, "qc/subject/v1", {subject_id});
}

Digest next_link(HashAlgorithm algorithm, const Digest& previous, std::uint64_t log_index,
                 const Digest& leaf_hash) {
  return Hasher(algorithm)
      .add_tag("qc/link/v1")
      .add(previous)
      .add_u64(log_index)
      .add(leaf_hash)
      .finish();
}

SubjectHead extend(HashAlgorithm algorithm, const SubjectHead& head, std::uint64_t log_index,
                   const Digest& leaf_hash) {
  QC_ASSERT(head.count == 0 || log_index > head.last_index);
  return SubjectHead{.count = head.count + 1,
                     .link = next_link(algorithm, head.link, log_index, leaf_hash),
                     .last_index = log_index};
}

std::string encode_subject_value(const SubjectHead& head, std::string_view status) {
  std::string value;
  value.reserve(kSubjectHeadSize + status.size());
  append_big_endian<std::uint64_t>(value, head.count);
  value.append(view(head.link));
  append_big_endian<std::uint64_t>(value, head.last_index);
  value.append(status);
  return value;
}

Result<SubjectValue> decode_subject_value(std::string_view value) {
  if (value.size() < kSubjectHeadSize) {
    return fail(Code::kInvalidArgument, "a subject's value has at least 48 bytes, this one " +
                                            std::to_string(value.size()));
  }
  const SubjectHead head{
      .count = load_big_endian<std::uint64_t>(value),
      .link = *digest_from(value.substr(8, kDigestSize)),
      .last_index = load_big_endian<std::uint64_t>(value.substr(8 + kDigestSize))};
  if (head.count == 0) {
    return fail(Code::kInvalidArgument, "a subject's value counts at least one record");
  }
  return SubjectValue{.head = head, .status = value.substr(kSubjectHeadSize)};
}

std::string key_subject(const Digest& key_id) { return "urn:qc:key:" + to_hex(key_id); }

}  // namespace qc::ledger
