// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/record_log.h"

#include <gtest/gtest.h>

#include "ledger/state/subject.h"

namespace qc::ledger {
namespace {

TEST(RecordEntry, HasExactly73Bytes) {
  const RecordEntry entry{.record_hash = {1}, .submission_hash = {2}, .block_time_ms = 3};
  const std::string bytes = entry.encode();
  EXPECT_EQ(bytes.size(), kRecordEntrySize);
  EXPECT_EQ(RecordEntry::parse(bytes).value(), entry);
  EXPECT_FALSE(RecordEntry::parse(bytes + '\0'));
  EXPECT_FALSE(RecordEntry::parse(bytes.substr(1)));
  EXPECT_FALSE(RecordEntry::parse(seal_entry(bytes.substr(1))));
}

TEST(SubjectValue, NeedsItsHeadAndARecord) {
  const SubjectHead head{.count = 1, .link = {7}, .last_index = 9};
  const std::string value = encode_subject_value(head, "status");
  EXPECT_EQ(decode_subject_value(value)->head, head);
  EXPECT_EQ(decode_subject_value(value)->status, "status");
  EXPECT_FALSE(decode_subject_value(value.substr(0, 47)));
  EXPECT_FALSE(decode_subject_value(encode_subject_value({}, "")));
}

TEST(SubjectHead, DependsOnEveryRecordAndTheirOrder) {
  constexpr HashAlgorithm kSha = HashAlgorithm::kSha256;
  const Digest a{1};
  const Digest b{2};
  const SubjectHead ab = extend(kSha, extend(kSha, {}, 4, a), 5, b);
  EXPECT_EQ(ab.count, 2U);
  EXPECT_EQ(ab.last_index, 5U);
  EXPECT_NE(ab.link, extend(kSha, extend(kSha, {}, 4, b), 5, a).link);
  EXPECT_NE(ab.link, extend(kSha, extend(kSha, {}, 3, a), 5, b).link);
  EXPECT_NE(ab.link, extend(kSha, {}, 5, b).link);
  EXPECT_NE(ab.link, extend(HashAlgorithm::kSm3, extend(HashAlgorithm::kSm3, {}, 4, a), 5, b).link);
}

}  // namespace
}  // namespace qc::ledger
