// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/verify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/session.h"
#include "cli/verify/run_call.h"

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

Ending run_words(CLI::App& app, const std::vector<std::string>& words, const int& exit_code) {
  std::vector<const char*> argv{"qc"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  Ending ending;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ending.exit_code = run_call(app, static_cast<int>(argv.size()), argv.data(), exit_code);
  ending.out = testing::internal::GetCapturedStdout();
  ending.err = testing::internal::GetCapturedStderr();
  return ending;
}

Ending run_offline(AddCommand add, const std::vector<std::string>& words) {
  int exit_code = -1;
  CLI::App app;
  add(app, exit_code);
  return run_words(app, words, exit_code);
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

std::vector<std::string> valued_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() > 0 && !option->get_lnames().empty())
      names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

TEST(VerifyCommand, TakesNoEmptyOptionForNone) {
  const std::vector<std::pair<AddCommand, std::vector<std::string>>> calls{
      {add_receipt_command,
       {kVectors + "rejected.tlog-proof", "--policy", kVectors + "network-2.policy"}},
      {add_verify_command,
       {kVectors + "complete.qcaudit", "--policy", kVectors + "network.policy"}},
      {add_consistency_command,
       {kVectors + "example.consistency", "--policy", kVectors + "network.policy"}},
      {add_evidence_command,
       {kVectors + "split-view.evidence", "--policy", kVectors + "network.policy"}}};
  for (const auto& [add, words] : calls) {
    int unused = 0;
    CLI::App app;
    add(app, unused);
    for (const std::string& option : valued_options(app)) {
      std::vector<std::string> with_empty = words;
      if (option == "--policy") with_empty.resize(1);
      std::vector<std::string> with_nothing = with_empty;
      with_empty.insert(with_empty.end(), {option, ""});
      with_nothing.push_back(option + "=");

      for (const Ending& ending : {run_offline(add, with_empty), run_offline(add, with_nothing)}) {
        EXPECT_EQ(ending.exit_code, 2) << words[0] << " " << option;
        EXPECT_THAT(ending.err, HasSubstr(option + ": is empty"));
        EXPECT_EQ(ending.out, "");
      }
    }
  }
}

TEST(RunCall, RefusesAnEmptyValueOfEveryOptionOfQc) {
  Session session;
  CLI::App app;
  app.add_option("--profile", session.profile);
  add_network_commands(app, session);
  add_key_commands(app, session);
  add_organisation_commands(app, session);
  add_validator_commands(app, session);
  add_submit_commands(app, session);
  add_history_commands(app, session);
  add_node_commands(app, session);
  add_evidence_commands(app, session);
  add_bench_command(app, session);
  std::vector<std::pair<std::vector<std::string>, CLI::App*>> open{{{}, &app}};
  std::size_t seen = 0;
  while (!open.empty()) {
    const auto [path, command] = open.back();
    open.pop_back();
    for (CLI::App* below : command->get_subcommands([](CLI::App*) { return true; })) {
      open.emplace_back(path, below);
      open.back().first.push_back(below->get_name());
    }
    for (const std::string& option : valued_options(*command)) {
      std::vector<std::string> words = path;
      words.insert(words.end(), {option, ""});

      const Ending ending = run_words(app, words, session.exit_code);

      ++seen;
      EXPECT_EQ(ending.exit_code, 2) << testing::PrintToString(words);
      EXPECT_THAT(ending.err, HasSubstr(option + ": is empty")) << testing::PrintToString(words);
    }
  }
  EXPECT_GT(seen, 40U);
}

TEST(RunCall, RefusesAnEmptyArgumentAndTakesADash) {
  const auto run = [](const std::vector<std::string>& words) {
    CLI::App app;
    int exit_code = -1;
    std::vector<std::string> sources;
    std::string name;
    bool flag = false;
    app.add_option("source", sources)->required();
    app.add_option("--name", name);
    app.add_flag("--flag", flag);
    app.callback([&] { exit_code = static_cast<int>(sources.size()); });
    return run_words(app, words, exit_code);
  };

  EXPECT_EQ(run({"-", "--flag"}).exit_code, 1);
  EXPECT_EQ(run({"-", "b", "c"}).exit_code, 3);
  EXPECT_EQ(run({"a", "--name=YQ=="}).exit_code, 1);
  EXPECT_EQ(run({"a", "--name="}).exit_code, 2);
  EXPECT_EQ(run({"--name=n", "--", "--name="}).exit_code, 1);
  const Ending empty = run({"-", ""});
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, HasSubstr("source: is empty"));
}

TEST(VerifyCommand, SaysThatAFolderIsNoFile) {
  const Ending ending =
      run_offline(add_verify_command, {kVectors, "--policy", kVectors + "network.policy"});

  EXPECT_EQ(ending.exit_code, 2);
  EXPECT_THAT(ending.err, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace qc::cli
