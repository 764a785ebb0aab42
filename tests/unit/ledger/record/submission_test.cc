// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/log/record_log.h"
#include "quality/v1/submission.pb.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using testing::HasSubstr;

std::unique_ptr<PemSigner> new_signer() {
  return PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEcdsaP256Sha256).value()).value();
}

SubmissionDraft draft() {
  return {.chain_id = vectors()["genesis"]["origin"],
          .organisation = "91350100M000100Y43",
          .nonce = {1, 2, 3},
          .not_after_ms = 1'795'429'543'123};
}

std::string good_bytes() { return bytes_of(vectors()["submission"]["signed_submission"]); }

std::string refusal(std::string bytes) {
  const auto submission = Submission::parse(std::move(bytes));
  return submission ? "accepted" : submission.error().message;
}

// The good submission changed as a message and encoded canonically again.
template <class Change>
std::string changed(Change change) {
  quality::v1::SignedSubmission message;
  EXPECT_TRUE(message.ParseFromString(good_bytes()));
  change(message);
  return canonical_bytes(message);
}

TEST(Submission, ReadsWhatWasSigned) {
  for (const HashAlgorithm algorithm : {HashAlgorithm::kSha256, HashAlgorithm::kSm3}) {
    const auto signer = new_signer();
    const std::vector<std::string> records = {"first", std::string(kMaxRecordSize, 'x'), "third"};
    const std::string bytes = sign_submission(draft(), records, *signer, algorithm).value();

    const auto submission = Submission::parse(bytes, algorithm);

    ASSERT_TRUE(submission) << submission.error().message;
    EXPECT_EQ(submission->bytes(), bytes);
    EXPECT_TRUE(submission->verify(signer->public_key()));
    EXPECT_FALSE(submission->verify(new_signer()->public_key()));
    ASSERT_EQ(submission->records().size(), 3U);
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(submission->records()[i], records[i]);
      EXPECT_EQ(submission->record_hashes()[i], record_hash(algorithm, records[i]));
    }
    EXPECT_EQ(submission->header().organisation, draft().organisation);
  }
}

TEST(Submission, CopiesAndMovesKeepTheirViews) {
  auto original = std::make_unique<Submission>(Submission::parse(good_bytes()).value());
  const Submission copy = *original;
  const Submission moved = std::move(*original);
  original.reset();
  for (const Submission* submission : {&copy, &moved}) {
    EXPECT_EQ(submission->bytes(), good_bytes());
    EXPECT_EQ(record_hash(HashAlgorithm::kSha256, submission->records()[0]),
              submission->record_hashes()[0]);
  }
}

TEST(Submission, EncodesAsProtobufWould) {
  const auto signer = new_signer();
  for (const std::size_t size : {std::size_t{1}, std::size_t{127}, std::size_t{128},
                                 std::size_t{16'383}, std::size_t{16'384}}) {
    const std::string bytes = sign_submission(draft(), {std::string(size, 'r')}, *signer).value();
    EXPECT_TRUE(parse_canonical<quality::v1::SignedSubmission>(bytes));
  }
}

TEST(Submission, AgreesWithTheProtobufDecoderOnWhatIsCanonical) {
  silence_protobuf_log();
  const std::string bytes = good_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int change : {1, 2, 0x80}) {
      std::string mutated = bytes;
      mutated[i] = static_cast<char>(mutated[i] ^ change);
      if (!Submission::parse(mutated)) continue;
      EXPECT_TRUE(parse_canonical<quality::v1::SignedSubmission>(mutated)) << i;
    }
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Submission::parse(bytes.substr(0, size)));
  }
}

TEST(Submission, RefusesOtherEncodingsOfItself) {
  const std::string bytes = good_bytes();
  EXPECT_THAT(refusal(bytes + std::string("\x20\x01", 2)), HasSubstr("not canonical"));
  EXPECT_THAT(refusal(bytes + bytes), HasSubstr("not canonical"));
  EXPECT_THAT(refusal(""), HasSubstr("not a canonical SignedSubmission"));
  // The header's length in three bytes instead of two.
  std::string longer = bytes;
  ASSERT_EQ(static_cast<std::uint8_t>(longer[2]), 0x01);
  longer[2] = static_cast<char>(0x81);
  longer.insert(3, 1, '\0');
  EXPECT_THAT(refusal(longer), HasSubstr("not a canonical SignedSubmission"));
}

TEST(Submission, RecordsMustBeThoseOfTheHeader) {
  EXPECT_THAT(refusal(changed([](auto& m) { m.mutable_records(0)->push_back('x'); })),
              HasSubstr("record_root"));
  EXPECT_THAT(refusal(changed([](auto& m) { m.mutable_records()->RemoveLast(); })),
              HasSubstr("counts 3 records, there are 2"));
  EXPECT_THAT(refusal(changed([](auto& m) { m.add_records("x"); })), HasSubstr("there are 4"));
  EXPECT_THAT(refusal(changed([](auto& m) { m.mutable_records()->SwapElements(0, 1); })),
              HasSubstr("record_root"));
}

TEST(Submission, KeepsToItsLimits) {
  EXPECT_THAT(refusal(changed([](auto& m) { m.set_records(1, ""); })),
              HasSubstr("record 1 is empty"));
  EXPECT_THAT(refusal(changed([](auto& m) { m.set_records(1, std::string(49'153, 'x')); })),
              HasSubstr("record 1 has 49153 bytes"));
  EXPECT_THAT(refusal(changed([](auto& m) { m.mutable_signature()->push_back('x'); })),
              HasSubstr("64-byte signature"));
  EXPECT_THAT(refusal(std::string(kMaxSubmissionSize + 1, 'x')), HasSubstr("16 MiB"));
  const auto signer = new_signer();
  EXPECT_FALSE(sign_submission(draft(), {}, *signer));
  EXPECT_FALSE(sign_submission(draft(), {""}, *signer));
  EXPECT_FALSE(sign_submission(draft(), std::vector<std::string>(10'001, "r"), *signer));
  const auto most = sign_submission(draft(), std::vector<std::string>(10'000, "r"), *signer);
  ASSERT_TRUE(most);
  EXPECT_EQ(Submission::parse(*most)->records().size(), 10'000U);
}

TEST(SubmissionHeader, MustBeComplete) {
  const std::string good = bytes_of(vectors()["submission"]["header"]);
  const auto with = [&](auto change) {
    quality::v1::SubmissionHeader header;
    EXPECT_TRUE(header.ParseFromString(good));
    change(header);
    const auto parsed = SubmissionHeader::parse(canonical_bytes(header));
    return parsed ? "accepted" : parsed.error().message;
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_THAT(with([](auto& h) { h.clear_key_id(); }), HasSubstr("32 bytes"));
  EXPECT_THAT(with([](auto& h) { h.mutable_record_root()->pop_back(); }), HasSubstr("32 bytes"));
  EXPECT_THAT(with([](auto& h) { h.mutable_nonce()->push_back('x'); }), HasSubstr("16 bytes"));
  EXPECT_THAT(with([](auto& h) { h.set_record_count(0); }), HasSubstr("1..10000"));
  EXPECT_THAT(with([](auto& h) { h.set_record_count(10'001); }), HasSubstr("1..10000"));
  EXPECT_THAT(with([](auto& h) { h.set_chain_id(std::string(2000, 'x')); }), HasSubstr("1 KiB"));
}

}  // namespace
}  // namespace qc::ledger
