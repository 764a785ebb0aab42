// SPDX-License-Identifier: Apache-2.0
// Receipts, consistency and evidence files against the founding vectors.
#include <gtest/gtest.h>

#include <string>

#include "ledger/consistency.h"
#include "ledger/evidence.h"
#include "ledger/policy.h"
#include "ledger/receipt.h"
#include "vectors.h"

namespace qc::ledger {
namespace {

NetworkPolicy policy(const std::string& name) {
  return NetworkPolicy::parse(vector_file(name)).value();
}

TEST(Receipt, OfTheAcceptedVectorIsProven) {
  const auto report = verify_receipt(vector_file("accepted.tlog-proof"),
                                     vector_file("accepted.record"), policy("network-2.policy"));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->accepted);
  EXPECT_EQ(report->log_index, 9U);
  EXPECT_EQ(report->position, 1U);
  EXPECT_EQ(report->header.organisation, "91350100M000100Y43");
  EXPECT_EQ(report->as_of_s, 1795419600U);
}

TEST(Receipt, OfTheRejectedVectorIsProven) {
  const auto report =
      verify_receipt(vector_file("rejected.tlog-proof"), std::nullopt, policy("network-2.policy"));

  ASSERT_TRUE(report) << report.error().message;
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

  EXPECT_FALSE(verify_receipt(receipt, std::nullopt, policy("network-2.policy")));
  EXPECT_FALSE(verify_receipt(receipt, "record 5 bytes", policy("network-2.policy")));
}

TEST(Receipt, NeedsThePolicyOfTheSetThatSignedIt) {
  EXPECT_FALSE(verify_receipt(vector_file("accepted.tlog-proof"), vector_file("accepted.record"),
                              policy("network.policy")));
}

TEST(Receipt, IsRefusedAfterAnyChangeOfAByte) {
  const NetworkPolicy second = policy("network-2.policy");
  const std::string record = vector_file("accepted.record");
  for (const char* name : {"accepted.tlog-proof", "rejected.tlog-proof"}) {
    const std::string receipt = vector_file(name);
    for (std::size_t at = 0; at < receipt.size(); ++at) {
      std::string changed = receipt;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      const auto report = verify_receipt(changed, record, second);
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
                    .records = {}};

  const auto report = verify_evidence(file.to_json(), policy("network.policy"));

  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->culprits.size(), 4U);
  file.notes[1] = file.notes[0];
  EXPECT_FALSE(verify_evidence(file.to_json(), policy("network.policy")));
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
