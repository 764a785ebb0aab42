// SPDX-License-Identifier: Apache-2.0
// Evidence that one issuer has two accepted certificates with one number, on a chain made here.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/proof/evidence.h"
#include "ledger/proof/receipt.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {
namespace {

constexpr HashAlgorithm kHash = HashAlgorithm::kSha256;
constexpr std::uint64_t kTime = 1'795'419'000'000;

std::unique_ptr<PemSigner> new_signer(KeyAlgorithm algorithm) {
  return PemSigner::from_pem(generate_private_key(algorithm).value()).value();
}

std::string certificate(const std::string& number) {
  quality::v1::Record record;
  record.mutable_inspection_certificate()->set_number(number);
  return canonical_bytes(record);
}

/// Four validators, two certificates in a log of two entries.
class DoubleNumber : public testing::Test {
 protected:
  DoubleNumber() {
    std::vector<Validator> validators;
    for (const char* name : {"a", "b", "c", "d"}) {
      signers_.push_back(new_signer(KeyAlgorithm::kEd25519));
      validators.push_back({std::string("example.org/net/") + name, signers_.back()->public_key()});
    }
    for (const Validator& validator : validators) {
      filed_.validators.push_back({validator.name, validator.key.spki()});
    }
    policy_ = std::make_unique<NetworkPolicy>(NetworkPolicy{
        .origin = chain_,
        .logs = {NoteKey::make(chain_, NoteKeyType::kEd25519, log_->public_key()).value()},
        .validators = ValidatorSet::make(validators).value()});
  }

  EvidenceFile evidence(const std::vector<std::string>& records) {
    EvidenceFile file{.chain = chain_,
                      .validator_sets = {filed_},
                      .kind = EvidenceKind::kDoubleNumber,
                      .notes = {},
                      .proof = std::nullopt,
                      .receipts = {},
                      .records = records,
                      .validator = {},
                      .statements = {},
                      .signatures = {}};
    std::vector<AcceptedReceipt> receipts;
    MerkleTree log(kHash);
    for (const std::string& record : records) {
      const auto submission =
          Submission::parse(sign_submission({.chain_id = chain_,
                                             .organisation = "91350100M000100Y43",
                                             .nonce = {static_cast<std::uint8_t>(log.size())},
                                             .not_after_ms = kTime},
                                            {record}, *issuer_)
                                .value());
      receipts.push_back({.header = std::string(submission->header_bytes()),
                          .signature = std::string(submission->signature()),
                          .spki = issuer_->public_key().spki(),
                          .block_time_ms = kTime,
                          .position = 0,
                          .record_path = {},
                          .log_index = log.size(),
                          .log_path = {},
                          .checkpoint = {}});
      log.append(record_leaf_hash(kHash, {record_hash(kHash, record), submission->hash(), kTime}));
    }
    const std::string note = certified({chain_, log.size(), log.root()});
    for (AcceptedReceipt& receipt : receipts) {
      receipt.log_path = log.path(receipt.log_index);
      receipt.checkpoint = note;
      file.receipts.push_back(receipt.format());
    }
    return file;
  }

  std::string certified(const Checkpoint& checkpoint) {
    SignedNote note{.text = checkpoint.text(), .signatures = {}};
    note.signatures.push_back(sign_as_log(*log_, checkpoint).value());
    for (std::size_t i = 0; i < signing_; ++i) {
      note.signatures.push_back(
          cosign(*signers_[i], filed_.validators[i].name, kTime / 1000, checkpoint).value());
    }
    return note.format();
  }

  std::string chain_ = chain_id("example.org/net", hash(kHash, "genesis"));
  std::unique_ptr<PemSigner> log_ = new_signer(KeyAlgorithm::kEd25519);
  std::unique_ptr<PemSigner> issuer_ = new_signer(KeyAlgorithm::kEcdsaP256Sha256);
  std::vector<std::unique_ptr<PemSigner>> signers_;
  /// So many of the four validators sign.
  std::size_t signing_ = 4;
  FiledValidatorSet filed_;
  std::unique_ptr<NetworkPolicy> policy_;
};

TEST_F(DoubleNumber, ConvictsTheIssuer) {
  const auto report =
      verify_evidence(evidence({certificate("2026-1"), certificate("2026-1")}).to_json(), *policy_);

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->culprits, std::vector<std::string>{"91350100M000100Y43"});
}

TEST_F(DoubleNumber, NeedsOneNumber) {
  EXPECT_FALSE(verify_evidence(evidence({certificate("2026-1"), certificate("2026-2")}).to_json(),
                               *policy_));
}

TEST_F(DoubleNumber, NeedsTwoRecords) {
  EvidenceFile file = evidence({certificate("2026-1"), certificate("2026-1")});
  file.receipts[1] = file.receipts[0];

  EXPECT_FALSE(verify_evidence(file.to_json(), *policy_));
}

TEST_F(DoubleNumber, NeedsAQuorum) {
  signing_ = 3;
  EXPECT_TRUE(verify_evidence(evidence({certificate("2026-1"), certificate("2026-1")}).to_json(),
                              *policy_));
  signing_ = 2;
  EXPECT_FALSE(verify_evidence(evidence({certificate("2026-1"), certificate("2026-1")}).to_json(),
                               *policy_));
}

TEST_F(DoubleNumber, RefusesAFalseCosignatureEvenBeyondTheQuorum) {
  EvidenceFile file = evidence({certificate("2026-1"), certificate("2026-1")});
  TlogProof proof = TlogProof::parse(file.receipts[0]).value();
  SignedNote note = SignedNote::parse(proof.checkpoint).value();
  note.signatures.back().signature.back() ^= 1;
  proof.checkpoint = note.format();
  file.receipts[0] = proof.format();

  const auto report = verify_evidence(file.to_json(), *policy_);

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, VerifyCode::kRefuted);
}

}  // namespace
}  // namespace qc::ledger
