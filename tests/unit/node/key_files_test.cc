// SPDX-License-Identifier: Apache-2.0
#include "node/config/key_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ledger/crypto/signer.h"
#include "node/config/config.h"
#include "tests/unit/node/temporary_folder.h"

namespace qc::node {
namespace {

using ledger::KeyAlgorithm;

Config config_in(const TemporaryFolder& folder) {
  Config config;
  config.name = "association";
  config.data_dir = folder.file("");
  config.keys.validator =
      folder.write("v.pem", *ledger::generate_private_key(KeyAlgorithm::kEd25519), 0600);
  config.keys.log =
      folder.write("l.pem", *ledger::generate_private_key(KeyAlgorithm::kEd25519), 0600);
  config.keys.node_tls =
      folder.write("t.pem", *ledger::generate_private_key(KeyAlgorithm::kEcdsaP256Sha256), 0600);
  config.keys.tls_certificate = folder.file("t.crt");
  return config;
}

TEST(KeyFiles, AreRefusedWhenOthersCanReadThem) {
  const TemporaryFolder folder;
  const std::string path = folder.write("key.pem", "secret", 0644);

  const auto content = read_private_file(path);

  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find("chmod 600"), std::string::npos);
  EXPECT_EQ(content.error().message.find("secret"), std::string::npos);
}

TEST(KeyFiles, AreReadThroughLinksAsMountedSecretsAre) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("..2026"));
  folder.write("..2026/key.pem", "secret", 0600);
  std::filesystem::create_symlink("..2026", folder.file("..data"));
  std::filesystem::create_symlink("..data/key.pem", folder.file("key.pem"));

  const auto content = read_private_file(folder.file("key.pem"));

  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(*content, "secret");
}

TEST(KeyFiles, BehindALinkAreJudgedLikeOthers) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder.write("key.pem", "secret", 0644), folder.file("link"));

  EXPECT_FALSE(read_private_file(folder.file("link")));
}

TEST(KeyFiles, MayBeReadByTheNodesOwnGroupButNotChanged) {
  const TemporaryFolder folder;

  EXPECT_TRUE(read_private_file(folder.write("read.pem", "secret", 0640)));
  EXPECT_TRUE(read_private_file(folder.write("only.pem", "secret", 0440)));
  EXPECT_FALSE(read_private_file(folder.write("change.pem", "secret", 0660)));
}

TEST(KeyFiles, ThatAreMissingAreNamedWithTheReason) {
  const TemporaryFolder folder;

  const auto content = read_private_file(folder.file("absent"));

  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find(folder.file("absent") + ": No such file"),
            std::string::npos);
}

TEST(KeyFiles, ThatAreFoldersAreRefused) {
  const TemporaryFolder folder;

  EXPECT_FALSE(read_private_file(folder.file("")));
}

TEST(KeyFiles, MakeACertificateOverTheTlsKeyWhereThereIsNone) {
  const TemporaryFolder folder;
  const Config config = config_in(folder);

  const auto first = load_keys(config, AbsentCertificate::kMake);
  const auto second = load_keys(config, AbsentCertificate::kMake);

  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(first->tls_certificate_pem, second->tls_certificate_pem);
}

TEST(KeyFiles, ACheckOnlyMakesNoCertificate) {
  const TemporaryFolder folder;
  const Config config = config_in(folder);

  ASSERT_TRUE(load_keys(config, AbsentCertificate::kLeaveOut));

  EXPECT_FALSE(std::filesystem::exists(config.keys.tls_certificate));
}

TEST(KeyFiles, RefuseACertificateOverAnotherKey) {
  const TemporaryFolder folder;
  Config config = config_in(folder);
  ASSERT_TRUE(load_keys(config, AbsentCertificate::kMake));
  config.keys.node_tls =
      folder.write("t2.pem", *ledger::generate_private_key(KeyAlgorithm::kEcdsaP256Sha256), 0600);

  const auto keys = load_keys(config, AbsentCertificate::kMake);

  ASSERT_FALSE(keys);
  EXPECT_NE(keys.error().message.find("another key"), std::string::npos);
}

TEST(KeyFiles, RefuseAVotingKeyThatIsNotEd25519) {
  const TemporaryFolder folder;
  Config config = config_in(folder);
  config.keys.validator = config.keys.node_tls;

  EXPECT_FALSE(load_keys(config, AbsentCertificate::kMake));
}

}  // namespace
}  // namespace qc::node
