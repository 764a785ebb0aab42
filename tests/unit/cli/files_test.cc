// SPDX-License-Identifier: Apache-2.0
#include "cli/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "cli/base/key_file.h"
#include "cli/client/client_profile.h"

namespace qc::cli {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "qc-files-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  Files(Files&&) = delete;
  Files& operator=(Files&&) = delete;

  std::filesystem::path folder_;
};

TEST_F(Files, AreReadAsTheyWereWritten) {
  const std::string content("a\0b\n", 4);

  ASSERT_TRUE(write_file(folder_ / "deep" / "file", content));

  EXPECT_EQ(*read_file(folder_ / "deep" / "file"), content);
  EXPECT_FALSE(read_file(folder_ / "deep" / "file", 3));
}

TEST_F(Files, KeysAreForTheirOwnerOnlyAndNeverOverwritten) {
  const auto file = folder_ / "key.pem";

  ASSERT_TRUE(create_key_file(file, ledger::KeyAlgorithm::kEd25519));

  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(create_key_file(file, ledger::KeyAlgorithm::kEd25519));
  EXPECT_TRUE(open_key_file(file));
}

TEST_F(Files, AKeyThatOthersMayReadIsRefused) {
  const auto file = folder_ / "key.pem";
  ASSERT_TRUE(create_key_file(file, ledger::KeyAlgorithm::kEcdsaP256Sha256));
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);

  const auto opened = open_key_file(file);

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("chmod 600"), std::string::npos);
}

TEST_F(Files, AProfileIsReadAsItWasSaved) {
  const ClientProfile profile{.folder = folder_,
                              .chain_id = "quality-chain.example/x/00",
                              .organisation = "91350100M000100Y43",
                              .nodes = {{.address = "127.0.0.1:7101", .key_id = "ab"}},
                              .admin_key = folder_ / "admin.pem",
                              .signing_key = folder_ / "signing.pem",
                              .tls_key = folder_ / "tls.pem",
                              .policy = folder_ / "network.policy"};
  ASSERT_TRUE(profile.save());

  const auto loaded = ClientProfile::load(folder_);

  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->chain_id, profile.chain_id);
  EXPECT_EQ(loaded->nodes.front().address, "127.0.0.1:7101");
  EXPECT_EQ(loaded->signing_key, profile.signing_key);
}

TEST_F(Files, AProfileWithoutAMemberNamesIt) {
  ASSERT_TRUE(write_file(folder_ / "profile.json", R"({"chain": "x", "organisation": 7})"));

  const auto loaded = ClientProfile::load(folder_);

  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("organisation"), std::string::npos);
}

}  // namespace
}  // namespace qc::cli
