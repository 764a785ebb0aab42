// SPDX-License-Identifier: Apache-2.0
#include "ledger/audit/audit_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/signer.h"
#include "ledger/log/record_log.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {
namespace {

using testing::HasSubstr;

constexpr HashAlgorithm kHash = HashAlgorithm::kSha256;
constexpr std::uint64_t kTime = 1'000'000;
const std::string kSubject = "urn:qc:network";

quality::v1::Record lot_record() {
  quality::v1::Record record;
  record.set_claimed_time_ms(kTime);
  record.mutable_lot_registration()->set_gtin("06901234567892");
  return record;
}

quality::v1::Record key_record() {
  quality::v1::Record record;
  record.mutable_key_revoke()->set_reason("lost");
  return record;
}

/// A chain of one record about one subject, by one key.
class OneRecord : public testing::Test {
 protected:
  OneRecord() : key_(enrolled_key()) {}

  static AuditedKey enrolled_key() {
    const auto pem = generate_private_key(KeyAlgorithm::kEcdsaP256Sha256).value();
    const PublicKey key = PemSigner::from_pem(pem).value()->public_key();
    return AuditedKey{.key = key,
                      .id = key.id(),
                      .organisation = "91350100M000100Y43",
                      .purpose = static_cast<std::uint32_t>(KeyPurpose::kSigning),
                      .valid_from_ms = kTime - 1};
  }

  /// Judges the history of the one record, as it is after what the test has changed.
  Result<AuditedSubject> judge() {
    const std::string record = canonical_bytes(record_);
    AuditedSubmission submission{.header = {}, .hash = hash(kHash, "submission")};
    submission.header.organisation = key_.organisation;
    submission.header.not_after_ms = not_after_ms_;
    submission.header.record_count = 1;
    submission.header.record_root = record_hash(kHash, record);
    const Digest leaf =
        record_leaf_hash(kHash, {submission.header.record_root, submission.hash, kTime});
    const SubjectHead head = extend(kHash, {}, 7, leaf);
    const std::string value = encode_subject_value(head, "");

    MemoryNodeStore store;
    const StateTree tree(store, kHash);
    const Digest key = subject_key(kHash, kSubject);
    StateUpdate update = tree.update(std::vector<StateLeaf>{{key, hash(kHash, value)}}).value();
    store.apply(std::move(update.bundles));
    AuditGround ground{.algorithm = kHash, .chain = "chain", .seal = {}, .seal_index = 100};
    ground.seal.state = update.root;
    ground.seal.time_ms = seal_time_ms_;

    BundleSubject subject{.id = kSubject,
                          .value = value,
                          .proof = tree.prove(key).value(),
                          .before = std::nullopt,
                          .entries = std::vector<BundleEntry>{}};
    subject.entries->push_back({7, ShownRecord{kTime, 0, 0, {}, record}});
    const std::vector<AuditedKey> keys{key_};
    std::vector<AuditedSubmission> submissions{submission};
    const std::optional<GenesisDocument> genesis;
    HistoryAudit audit(ground, genesis, genesis_hash_, keys, submissions);
    return audit.audit(subject);
  }

  /// The reason of a refusal; empty if there is none.
  std::string refusal() {
    const Result<AuditedSubject> audited = judge();
    return audited ? "" : audited.error().message;
  }

  AuditedKey key_;
  quality::v1::Record record_ = lot_record();
  std::uint64_t not_after_ms_ = kTime;
  std::uint64_t seal_time_ms_ = kTime;
  Digest genesis_hash_{};
};

TEST_F(OneRecord, IsProvenAndDecoded) {
  const Result<AuditedSubject> audited = judge();

  ASSERT_TRUE(audited) << audited.error().message;
  EXPECT_TRUE(audited->proven.entries.at(0).decoded);
  EXPECT_EQ(audited->proven.entries.at(0).organisation, "91350100M000100Y43");
}

TEST_F(OneRecord, NeedsAKeyThatWasValidBeforeItsTime) {
  key_.valid_from_ms = kTime;

  EXPECT_THAT(refusal(), HasSubstr("not valid yet"));
}

TEST_F(OneRecord, NeedsAKeyThatHadNotExpired) {
  key_.valid_to_ms = kTime;
  EXPECT_EQ(refusal(), "");

  key_.valid_to_ms = kTime - 1;
  EXPECT_THAT(refusal(), HasSubstr("expired"));
}

TEST_F(OneRecord, NeedsAKeyThatHadNotBeenRevoked) {
  key_.revoked_at_ms = kTime;
  EXPECT_EQ(refusal(), "");

  key_.revoked_at_ms = kTime - 1;
  EXPECT_THAT(refusal(), HasSubstr("revoked"));
}

TEST_F(OneRecord, NeedsAKeyOfTheRightPurpose) {
  key_.purpose = static_cast<std::uint32_t>(KeyPurpose::kAdmin);
  EXPECT_THAT(refusal(), HasSubstr("signing key"));

  record_ = key_record();
  EXPECT_EQ(refusal(), "");

  key_.purpose = static_cast<std::uint32_t>(KeyPurpose::kSigning);
  EXPECT_THAT(refusal(), HasSubstr("admin key"));

  key_.purpose = static_cast<std::uint32_t>(KeyPurpose::kTlsClient);
  EXPECT_NE(refusal(), "");
}

TEST_F(OneRecord, MustNotBeLaterThanItsSubmissionAllows) {
  not_after_ms_ = kTime - 1;

  EXPECT_THAT(refusal(), HasSubstr("not_after_ms"));
}

TEST_F(OneRecord, MustNotBeLaterThanTheSeal) {
  seal_time_ms_ = kTime - 1;

  EXPECT_NE(refusal(), "");
}

}  // namespace
}  // namespace qc::ledger
