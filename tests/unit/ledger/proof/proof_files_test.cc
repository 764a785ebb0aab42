// SPDX-License-Identifier: Apache-2.0
// Receipts, consistency and evidence files against the founding vectors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/big_endian.h"
#include "ledger/crypto/signer.h"
#include "ledger/proof/consistency.h"
#include "ledger/proof/evidence.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using ::testing::HasSubstr;

NetworkPolicy policy(const std::string& name) {
  return NetworkPolicy::parse(vector_file(name)).value();
}

TEST(Receipt, OfTheAcceptedVectorIsProven) {
  const auto report = verify_receipt(vector_file("accepted.tlog-proof"),
                                     vector_file("accepted.record"), policy("network-2.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_TRUE(report->accepted);
  EXPECT_EQ(report->log_index, 9U);
  EXPECT_EQ(report->position, 1U);
  EXPECT_EQ(report->header.organisation, "91350100M000100Y43");
  EXPECT_EQ(report->as_of_s, 1795419600U);
}

TEST(Receipt, OfTheRejectedVectorIsProven) {
  const auto report =
      verify_receipt(vector_file("rejected.tlog-proof"), std::nullopt, policy("network-2.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_FALSE(report->accepted);
  EXPECT_EQ(report->outcome_code, 7U);
  EXPECT_EQ(report->outcome_field, "inspection_certificate.objects[0]");
}

TEST(Receipt, IsWrittenAsTheVectors) {
  const std::string accepted = vector_file("accepted.tlog-proof");
  const std::string rejected = vector_file("rejected.tlog-proof");

  EXPECT_EQ(AcceptedReceipt::from(TlogProof::parse(accepted).value()).value().format(), accepted);
  EXPECT_EQ(RejectedReceipt::from(TlogProof::parse(rejected).value()).value().format(), rejected);
}

TEST(Receipt, NeedsTheRecordItIsAbout) {
  const std::string receipt = vector_file("accepted.tlog-proof");

  const auto none = verify_receipt(receipt, std::nullopt, policy("network-2.policy"));
  const auto other = verify_receipt(receipt, "record 5 bytes", policy("network-2.policy"));

  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, VerifyCode::kUnreadable);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, VerifyCode::kRefuted);
}

TEST(Receipt, OfARefusalProvesNoRecord) {
  const std::string receipt = vector_file("rejected.tlog-proof");
  for (const std::string& record : {vector_file("accepted.record"), std::string()}) {
    const auto report = verify_receipt(receipt, record, policy("network-2.policy"));

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, VerifyCode::kRefuted);
    EXPECT_THAT(report.error().reason, HasSubstr("says nothing of the record given"));
  }
}

TEST(Receipt, IsToldFromWhatIsNone) {
  for (const std::string& text :
       {std::string("nonsense"), std::string(), vector_file("complete.qcaudit")}) {
    const auto report = verify_receipt(text, "a record", policy("network-2.policy"));

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, VerifyCode::kUnreadable);
  }
}

TEST(Receipt, NeedsThePolicyOfTheSetThatSignedIt) {
  NetworkPolicy other_network = policy("network-2.policy");
  other_network.origin = "quality-chain.example/elsewhere";
  for (const NetworkPolicy& wrong : {policy("network.policy"), other_network}) {
    const auto report =
        verify_receipt(vector_file("accepted.tlog-proof"), vector_file("accepted.record"), wrong);

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, VerifyCode::kOtherPolicy);
    EXPECT_THAT(report.error().reason, HasSubstr("get the policy of that network and time"));
  }
}

TEST(Receipt, IsRefusedAfterAnyChangeOfAByte) {
  const NetworkPolicy second = policy("network-2.policy");
  const std::string record = vector_file("accepted.record");
  for (const char* name : {"accepted.tlog-proof", "rejected.tlog-proof"}) {
    const std::string receipt = vector_file(name);
    const auto of_record = name == std::string_view("accepted.tlog-proof")
                               ? std::optional<std::string_view>(record)
                               : std::nullopt;
    ASSERT_TRUE(verify_receipt(receipt, of_record, second)) << name;
    for (std::size_t at = 0; at < receipt.size(); ++at) {
      std::string changed = receipt;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      const auto report = verify_receipt(changed, of_record, second);
      // A rejection carries no key: what its signature is, is the seal's word.
      EXPECT_FALSE(report) << name << " byte " << at;
    }
  }
}

TEST(Consistency, OfTheVectorIsProven) {
  const auto report =
      verify_consistency_file(vector_file("example.consistency"), policy("network.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->old_checkpoint.size, 8U);
  EXPECT_EQ(report->new_checkpoint.size, 11U);
}

TEST(Consistency, IsWrittenAsTheVector) {
  const std::string text = vector_file("example.consistency");

  EXPECT_EQ(ConsistencyFile::parse(text).value().to_json(), text);
}

TEST(Consistency, RefusesSwappedNotesAndWrongProofs) {
  const NetworkPolicy first = policy("network.policy");
  const ConsistencyFile good = ConsistencyFile::parse(vector_file("example.consistency")).value();
  ConsistencyFile swapped = good;
  std::swap(swapped.old_note, swapped.new_note);
  ConsistencyFile shorter = good;
  shorter.proof.clear();
  ConsistencyFile false_proof = good;
  false_proof.proof[0][0] ^= 1;

  for (const ConsistencyFile& file : {swapped, shorter, false_proof}) {
    const auto report = verify_consistency_file(file.to_json(), first);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, VerifyCode::kRefuted);
  }
  EXPECT_EQ(verify_consistency_file("{}", first).error().code, VerifyCode::kUnreadable);
}

TEST(Evidence, OfASplitViewIsProvenAndNamesWhoSignedBoth) {
  const auto report = verify_evidence(vector_file("split-view.evidence"), policy("network.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->kind, EvidenceKind::kSplitView);
  EXPECT_EQ(report->culprits,
            (std::vector<std::string>{"quality-chain.example/liaocheng/association",
                                      "quality-chain.example/liaocheng/government",
                                      "quality-chain.example/liaocheng/regulator"}));
}

TEST(Evidence, IsWrittenAsTheVector) {
  const std::string text = vector_file("split-view.evidence");

  EXPECT_EQ(EvidenceFile::parse(text).value().to_json(), text);
}

TEST(Evidence, OfADoubleCosignatureNamesTheValidators) {
  const EvidenceFile split = EvidenceFile::parse(vector_file("split-view.evidence")).value();
  // The fork's note of size 8 and the true one, which the second set's introduction carries.
  EvidenceFile file{.chain = split.chain,
                    .validator_sets = {split.validator_sets[0]},
                    .kind = EvidenceKind::kDoubleCosignature,
                    .notes = {split.notes[0], split.validator_sets[1].introduced_by->checkpoint},
                    .proof = std::nullopt,
                    .receipts = {},
                    .records = {},
                    .validator = {},
                    .statements = {},
                    .signatures = {}};

  const auto report = verify_evidence(file.to_json(), policy("network.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->culprits.size(), 4U);
  file.notes[1] = file.notes[0];
  EXPECT_FALSE(verify_evidence(file.to_json(), policy("network.policy")));
}

/// A validator set of four with its keys, and statements as consensus signs them.
class DoubleVote : public ::testing::Test {
 protected:
  DoubleVote() {
    std::vector<Validator> set;
    FiledValidatorSet filed;
    for (const char* name : {"net.example/a", "net.example/b", "net.example/c", "net.example/d"}) {
      signers_.push_back(
          PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEd25519).value()).value());
      set.push_back({name, signers_.back()->public_key()});
      filed.validators.push_back({name, signers_.back()->public_key().spki()});
    }
    validators_ = ValidatorSet::make(std::move(set)).value();
    file_.chain = "net.example/" + std::string(64, '0');
    file_.validator_sets = {filed};
    file_.kind = EvidenceKind::kDoubleVote;
    file_.validator = "net.example/b";
    say(statement(2, 3, 12, 1), statement(2, 3, 12, 2));
  }

  std::string statement(std::uint8_t phase, std::uint64_t view, std::uint64_t height,
                        std::uint8_t digest) const {
    std::string bytes = epoch("qc/vote/v1");
    bytes += static_cast<char>(phase);
    append_big_endian<std::uint64_t>(bytes, view);
    append_big_endian<std::uint64_t>(bytes, height);
    return bytes + std::string(32, static_cast<char>(digest));
  }
  std::string epoch(const std::string& tag) const {
    std::string bytes = tag + '\0';
    append_big_endian<std::uint32_t>(bytes, static_cast<std::uint32_t>(file_.chain.size()));
    bytes += file_.chain;
    append_big_endian<std::uint64_t>(bytes, 1);
    return bytes + to_bytes(validators_->hash());
  }
  /// Has b sign both.
  void say(const std::string& first, const std::string& second) {
    file_.statements = {first, second};
    file_.signatures = {signers_[1]->sign(first).value(), signers_[1]->sign(second).value()};
  }
  auto judge() const {
    return verify_evidence(
        file_.to_json(),
        NetworkPolicy{.origin = file_.chain, .logs = {}, .validators = *validators_});
  }

  std::vector<std::unique_ptr<PemSigner>> signers_;
  std::optional<ValidatorSet> validators_;
  EvidenceFile file_;
};

TEST_F(DoubleVote, NamesWhoSignedTwiceAndWhere) {
  const auto report = judge();

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->culprits, std::vector<std::string>{"net.example/b"});
  EXPECT_EQ(
      report->finding,
      "net.example/b signed two different prepares in view 3, height 12, epoch from height 1");
  EXPECT_EQ(EvidenceFile::parse(file_.to_json()).value(), file_);
}

TEST_F(DoubleVote, OfTheBeginningOfAViewIsProven) {
  std::string first = epoch("qc/new-view/v1");
  append_big_endian<std::uint64_t>(first, 4);
  say(first + "some headers", first + "other headers");

  const auto report = judge();

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_NE(report->finding.find("beginnings of the view in view 4"), std::string::npos);
}

TEST_F(DoubleVote, StatementsAboutTwoPlacesAreNoOffence) {
  for (const std::string& other : {statement(3, 3, 12, 2), statement(2, 4, 12, 2),
                                   statement(2, 3, 13, 2), statement(2, 3, 12, 1)}) {
    say(statement(2, 3, 12, 1), other);
    EXPECT_FALSE(judge());
  }
}

TEST_F(DoubleVote, ForgedEvidenceIsRefused) {
  const EvidenceFile good = file_;
  file_.signatures[0] = signers_[0]->sign(file_.statements[0]).value();
  EXPECT_FALSE(judge()) << "another's signature";
  file_ = good;
  file_.validator = "net.example/c";
  EXPECT_FALSE(judge()) << "another is accused";
  file_ = good;
  file_.validator = "net.example/x";
  EXPECT_FALSE(judge()) << "nobody is accused";
  for (const std::size_t bit : {std::size_t{0}, std::size_t{100}, std::size_t{900}}) {
    file_ = good;
    char& byte = file_.statements[1][bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    EXPECT_FALSE(judge()) << "changed bit " << bit;
  }
  file_ = good;
  file_.statements[0] += "x";
  EXPECT_FALSE(judge()) << "bytes behind the statement";
  file_ = good;
  file_.chain = "net.example/" + std::string(64, '1');
  EXPECT_FALSE(judge()) << "statements of another chain";
}

TEST_F(DoubleVote, IsJudgedUnderTheSetThatThePolicyNames) {
  std::vector<Validator> others;
  for (const char* name : {"net.example/a", "net.example/b", "net.example/c", "net.example/d"}) {
    const auto signer =
        PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEd25519).value()).value();
    others.push_back({name, signer->public_key()});
  }
  EXPECT_FALSE(verify_evidence(
      file_.to_json(), NetworkPolicy{.origin = file_.chain,
                                     .logs = {},
                                     .validators = ValidatorSet::make(std::move(others)).value()}));
}

TEST(Evidence, OfASplitViewOfOneSizeNeedsNoProof) {
  const EvidenceFile split = EvidenceFile::parse(vector_file("split-view.evidence")).value();
  EvidenceFile file = split;
  file.validator_sets = {split.validator_sets[0]};
  file.notes[1] = split.validator_sets[1].introduced_by->checkpoint;
  file.proof.reset();

  const auto report = verify_evidence(file.to_json(), policy("network.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->culprits.size(), 4U);
}

TEST(Evidence, DoesNotAccuseTheHonest) {
  const EvidenceFile split = EvidenceFile::parse(vector_file("split-view.evidence")).value();
  EvidenceFile honest = split;
  honest.notes[0] = split.validator_sets[1].introduced_by->checkpoint;
  EvidenceFile unproven = split;
  unproven.proof.reset();
  EvidenceFile wrong_proof = split;
  wrong_proof.proof->back()[0] ^= 1;
  EvidenceFile same = split;
  same.notes[1] = same.notes[0];
  same.proof.reset();

  for (const EvidenceFile& file : {honest, unproven, wrong_proof, same}) {
    const auto report = verify_evidence(file.to_json(), policy("network.policy"));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, VerifyCode::kRefuted);
  }
}

TEST(Evidence, OfAnUnknownKindIsUnreadable) {
  std::string text = vector_file("split-view.evidence");
  text.replace(text.find("split_view"), 10, "split_vied");

  EXPECT_EQ(verify_evidence(text, policy("network.policy")).error().code, VerifyCode::kUnreadable);
}

}  // namespace
}  // namespace qc::ledger
