// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/canonical_protobuf.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "ledger/base/encoding.h"
#include "quality/v1/status.pb.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {
namespace {

using quality::v1::Genesis;
using quality::v1::KeyStatus;
using quality::v1::Outcome;
using testing::HasSubstr;

template <class M>
std::string refusal(std::string_view hex) {
  const auto parsed = parse_canonical<M>(*from_hex(hex));
  return parsed ? "" : parsed.error().message;
}

TEST(CanonicalProtobuf, RoundTrips) {
  Outcome outcome;
  outcome.set_code(7);
  outcome.set_field("a.b");
  const std::string bytes = canonical_bytes(outcome);
  EXPECT_EQ(to_hex(bytes), "08072203612e62");
  EXPECT_EQ(parse_canonical<Outcome>(bytes).value().field(), "a.b");
  EXPECT_TRUE(parse_canonical<Outcome>(""));
}

TEST(CanonicalProtobuf, IntegersEndAt2To53) {
  Outcome outcome;
  outcome.set_first_log_index(kMaxInteger);
  EXPECT_TRUE(parse_canonical<Outcome>(canonical_bytes(outcome)));
  outcome.set_first_log_index(kMaxInteger + 1);
  const auto parsed = parse_canonical<Outcome>(canonical_bytes(outcome));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("first_log_index: integers go up to 2^53 - 1"));
}

TEST(CanonicalProtobuf, RefusesWhatDecodersReadDifferently) {
  EXPECT_THAT(refusal<Outcome>("08072201610807"), HasSubstr("not canonical"));  // twice
  EXPECT_THAT(refusal<Outcome>("2201610807"), HasSubstr("not canonical"));      // order
  EXPECT_THAT(refusal<Outcome>("0800"), HasSubstr("not canonical"));            // default
  EXPECT_THAT(refusal<Outcome>("088700"), HasSubstr("not canonical"));          // long varint
  EXPECT_THAT(refusal<Outcome>("088780808010"), HasSubstr("not canonical"));    // above 32 bits
  EXPECT_THAT(refusal<Outcome>("0887808080808080808001"), HasSubstr("not canonical"));
  EXPECT_THAT(refusal<Outcome>("88000807"), HasSubstr("not"));  // long tag
  EXPECT_THAT(refusal<Outcome>("2801"), HasSubstr("unknown field 5 of Outcome"));
  EXPECT_THAT(refusal<Outcome>("0a0107"), HasSubstr("unknown field 1"));  // wrong wire type
  EXPECT_THAT(refusal<Outcome>("0b0c"), HasSubstr("unknown field 1"));    // group
  EXPECT_THAT(refusal<Outcome>("0807ff"), HasSubstr("not a protobuf message"));
  EXPECT_THAT(refusal<Outcome>("2205"), HasSubstr("not a protobuf message"));
}

TEST(CanonicalProtobuf, KeepsEmptyElementsOfRepeatedFields) {
  EXPECT_EQ(parse_canonical<Genesis>(*from_hex("1a001a00")).value().records_size(), 2);
}

TEST(CanonicalProtobuf, RefusesTextThatIsNotUtf8InSilence) {
  silence_protobuf_log();
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse_canonical<Outcome>(*from_hex("2202c080")));
  EXPECT_FALSE(parse_canonical<KeyStatus>(*from_hex("0a01ff")));
  EXPECT_TRUE(parse_canonical<KeyStatus>(*from_hex("1201ff"))) << "bytes may be anything";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(CanonicalProtobuf, RefusesUnknownEnumValues) {
  KeyStatus status;
  status.set_purpose(static_cast<quality::v1::KeyPurpose>(99));
  const auto parsed = parse_canonical<KeyStatus>(canonical_bytes(status));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("purpose: 99 is no value of KeyPurpose"));
}

TEST(CanonicalProtobuf, LimitsNestingAndNamesThePlace) {
  google::protobuf::DescriptorProto root;
  google::protobuf::DescriptorProto* deepest = &root;
  for (int i = 0; i < kMaxMessageDepth; ++i) deepest = deepest->add_nested_type();
  EXPECT_TRUE(check_canonical(root, canonical_bytes(root)));

  deepest->add_nested_type();

  const auto checked = check_canonical(root, canonical_bytes(root));
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("nested_type[0].nested_type[0]"));
  EXPECT_THAT(checked.error().message, HasSubstr("nested more than 16"));
}

TEST(CanonicalProtobuf, FindsWhatIsWrongDeepDown) {
  google::protobuf::FileDescriptorProto file;
  file.add_message_type();
  file.add_message_type()->add_field()->set_name("x");
  EXPECT_TRUE(check_canonical(file, canonical_bytes(file)));
  auto* field = file.mutable_message_type(1)->mutable_field(0);
  field->GetReflection()->MutableUnknownFields(field)->AddVarint(1000, 1);
  const auto checked = check_canonical(file, canonical_bytes(file));
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("message_type[1].field[0]: unknown field 1000"));
}

}  // namespace
}  // namespace qc::ledger
