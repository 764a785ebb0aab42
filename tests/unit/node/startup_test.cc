// SPDX-License-Identifier: Apache-2.0
#include "node/startup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "node/config/config.h"
#include "tests/unit/node/temporary_folder.h"

namespace qc::node {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string genesis_error(const std::string& path) {
  Config config;
  config.genesis = path;
  const auto genesis = read_genesis(config);
  return genesis ? "" : genesis.error().message;
}

std::string folder_error(const std::string& path) {
  Config config;
  config.data_dir = path;
  const auto prepared = prepare_data_dir(config);
  return prepared ? "" : prepared.error().message;
}

TEST(Startup, SaysWhyTheGenesisDocumentCannotBeRead) {
  const TemporaryFolder folder;
  const std::string empty = folder.write("genesis.bin", "", 0600);

  EXPECT_THAT(genesis_error(folder.file("absent")), HasSubstr("No such file"));
  EXPECT_THAT(genesis_error(folder.file("")), HasSubstr("Is a directory"));
  EXPECT_THAT(genesis_error(empty), AllOf(HasSubstr(empty), HasSubstr("is empty")));
}

TEST(Startup, SaysWhyTheDataDirectoryCannotBeMade) {
  const TemporaryFolder folder;
  folder.write("file", "", 0600);

  EXPECT_EQ(folder_error(folder.file("new")), "");
  EXPECT_THAT(folder_error(folder.file("none/new")),
              AllOf(HasSubstr("No such file"), HasSubstr("make its parent first")));
  EXPECT_THAT(folder_error(folder.file("file/new")),
              AllOf(HasSubstr("Not a directory"), Not(HasSubstr("parent"))));
}

TEST(Startup, SaysWhyTheConfigurationCannotBeRead) {
  const TemporaryFolder folder;

  const auto absent = load_config(folder.file("qcnode.toml"));
  const auto directory = load_config(folder.file(""));

  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().message, HasSubstr("No such file"));
  ASSERT_FALSE(directory);
  EXPECT_THAT(directory.error().message, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace qc::node
