// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/verify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace qc::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kVectors = std::string(QC_VECTORS_DIR) + "/";

using AddCommand = void (*)(CLI::App& app, int& exit_code);

struct Ending {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Ending run_offline(AddCommand add, std::vector<std::string> words) {
  Ending ending;
  CLI::App app;
  add(app, ending.exit_code);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  // CLI11 takes the words from the last to the first.
  std::reverse(words.begin(), words.end());
  app.parse(words);
  ending.out = testing::internal::GetCapturedStdout();
  ending.err = testing::internal::GetCapturedStderr();
  return ending;
}

TEST(VerifyCommand, ProvesARecordByItsReceipt) {
  const Ending ending =
      run_offline(add_receipt_command,
                  {kVectors + "accepted.tlog-proof", "--record", kVectors + "accepted.record",
                   "--policy", kVectors + "network-2.policy"});

  EXPECT_EQ(ending.exit_code, 0);
  EXPECT_THAT(ending.out, HasSubstr("PROVEN — the record is on the chain"));
}

TEST(VerifyCommand, TakesNoRefusalForTheProofOfARecord) {
  const Ending alone =
      run_offline(add_receipt_command,
                  {kVectors + "rejected.tlog-proof", "--policy", kVectors + "network-2.policy"});
  const Ending with_record =
      run_offline(add_receipt_command,
                  {kVectors + "rejected.tlog-proof", "--record", kVectors + "accepted.record",
                   "--policy", kVectors + "network-2.policy"});

  EXPECT_EQ(alone.exit_code, 0);
  EXPECT_THAT(alone.out, HasSubstr("PROVEN — the submission was refused"));
  EXPECT_EQ(with_record.exit_code, 1);
  EXPECT_THAT(with_record.out, AllOf(HasSubstr("REFUTED: "), Not(HasSubstr("PROVEN"))));
}

TEST(VerifyCommand, NamesTheCommandForAFileOfAnotherKind) {
  const Ending receipt = run_offline(add_verify_command, {kVectors + "accepted.tlog-proof",
                                                          "--policy", kVectors + "network.policy"});
  const Ending evidence =
      run_offline(add_receipt_command,
                  {kVectors + "split-view.evidence", "--policy", kVectors + "network.policy"});

  EXPECT_EQ(receipt.exit_code, 2);
  EXPECT_THAT(receipt.out, HasSubstr("this is a receipt: verify it with `qc-verify receipt`"));
  EXPECT_EQ(evidence.exit_code, 2);
  EXPECT_THAT(evidence.out, HasSubstr("verify it with `qc-verify evidence`"));
}

TEST(VerifyCommand, EndsWithTwoForASubjectThatIsNone) {
  const Ending ending =
      run_offline(add_verify_command, {kVectors + "complete.qcaudit", "--policy",
                                       kVectors + "network.policy", "--subject", "nonsense"});

  EXPECT_EQ(ending.exit_code, 2);
  EXPECT_THAT(ending.err, HasSubstr("--subject: "));
}

TEST(VerifyCommand, DoesNotCallAFileFalseThatItsPolicyCannotJudge) {
  const std::vector<std::pair<AddCommand, std::vector<std::string>>> calls{
      {add_receipt_command,
       {kVectors + "accepted.tlog-proof", "--record", kVectors + "accepted.record", "--policy",
        kVectors + "network.policy"}},
      {add_verify_command,
       {kVectors + "complete.qcaudit", "--policy", kVectors + "network-2.policy"}},
      {add_consistency_command,
       {kVectors + "example.consistency", "--policy", kVectors + "network-2.policy"}},
      {add_evidence_command,
       {kVectors + "split-view.evidence", "--policy", kVectors + "network-2.policy"}}};
  for (const auto& [add, words] : calls) {
    const Ending ending = run_offline(add, words);

    EXPECT_EQ(ending.exit_code, 1) << words[0];
    EXPECT_THAT(ending.out, AllOf(HasSubstr("CANNOT BE JUDGED WITH THIS POLICY: "),
                                  HasSubstr("get the policy of that network and time")))
        << words[0];
  }
}

TEST(VerifyCommand, SaysThatAFolderIsNoFile) {
  const Ending ending =
      run_offline(add_verify_command, {kVectors, "--policy", kVectors + "network.policy"});

  EXPECT_EQ(ending.exit_code, 2);
  EXPECT_THAT(ending.err, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace qc::cli
