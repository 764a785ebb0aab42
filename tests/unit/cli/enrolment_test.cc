// SPDX-License-Identifier: Apache-2.0
#include "cli/governance/enrolment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "cli/base/files.h"

namespace qc::cli {
namespace {

using testing::HasSubstr;

class EnrolmentDraftTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "qc-enrolment-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    network_.chain_id = "quality-chain.example/test/" + std::string(64, 'a');
    network_.policy = root_ / "network.policy";
    ASSERT_TRUE(write_file(network_.policy, "log example\n"));
    applicant_.code = "91371500MA2018Q07R";
    applicant_.name_zh = "示例检测有限公司";
    applicant_.contract = "contract";
    applicant_.contract_version = "2026-1";
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  ledger::Result<EnrolmentDraft> prepare() const {
    return prepare_enrolment(applicant_, network_, root_ / "new");
  }

  std::filesystem::path root_;
  ClientProfile network_;
  Applicant applicant_;
};

TEST_F(EnrolmentDraftTest, IsMadeWithKeysForACodeThatIsRight) {
  const auto draft = prepare();

  ASSERT_TRUE(draft) << draft.error().message;
  EXPECT_TRUE(std::filesystem::exists(root_ / "new" / "admin.pem"));
}

TEST_F(EnrolmentDraftTest, MakesNothingForAWrongCheckCharacter) {
  applicant_.code = "91371500MA2018Q077";

  const auto draft = prepare();

  ASSERT_FALSE(draft);
  EXPECT_THAT(draft.error().message, HasSubstr("code: "));
  EXPECT_THAT(draft.error().message, HasSubstr("R"));
  EXPECT_FALSE(std::filesystem::exists(root_ / "new"));
}

TEST_F(EnrolmentDraftTest, MakesNothingForANameThatSaysNothing) {
  applicant_.name_zh = "／";

  const auto draft = prepare();

  ASSERT_FALSE(draft);
  EXPECT_THAT(draft.error().message, HasSubstr("the application's name.zh: "));
  EXPECT_FALSE(std::filesystem::exists(root_ / "new"));
}

TEST_F(EnrolmentDraftTest, MakesNothingWhereTheChainWouldRefuseTheRest) {
  applicant_.gln = "1234567890123";

  EXPECT_FALSE(prepare());

  applicant_.gln.clear();
  applicant_.contract_version.clear();

  EXPECT_FALSE(prepare());
  EXPECT_FALSE(std::filesystem::exists(root_ / "new"));
}

}  // namespace
}  // namespace qc::cli
