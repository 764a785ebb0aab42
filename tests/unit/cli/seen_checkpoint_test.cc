// SPDX-License-Identifier: Apache-2.0
#include "cli/client/seen_checkpoint.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "cli/base/files.h"

namespace qc::cli {
namespace {

class SeenCheckpointTest : public testing::Test {
 protected:
  SeenCheckpointTest() {
    std::string name = (std::filesystem::temp_directory_path() / "qc-seen-XXXXXX").string();
    profile_.folder = ::mkdtemp(name.data());
  }
  ~SeenCheckpointTest() override { std::filesystem::remove_all(profile_.folder); }

  ClientProfile profile_;
};

const SeenCheckpoint kNewer{.size = 20, .root = std::string(64, 'a'), .as_of_s = 1'700'000'100};
const SeenCheckpoint kOlder{.size = 12, .root = std::string(64, 'b'), .as_of_s = 1'700'000'000};

TEST_F(SeenCheckpointTest, KeepsTheNewestThatWasVerified) {
  ASSERT_TRUE(remember_seen(profile_, kOlder));
  ASSERT_TRUE(remember_seen(profile_, kNewer));
  ASSERT_TRUE(remember_seen(profile_, kOlder));

  const auto newest = newest_seen(profile_);
  ASSERT_TRUE(newest);
  EXPECT_EQ(*newest, kNewer);
}

TEST_F(SeenCheckpointTest, IsNothingAtFirst) {
  const auto newest = newest_seen(profile_);
  ASSERT_TRUE(newest);
  EXPECT_EQ(*newest, std::nullopt);
}

TEST_F(SeenCheckpointTest, RefusesAFileThatHoldsSomethingElse) {
  ASSERT_TRUE(write_file(profile_.folder / "newest-checkpoint.json", R"({"size": "20"})"));

  const auto newest = newest_seen(profile_);
  ASSERT_FALSE(newest);
  EXPECT_NE(newest.error().message.find("remove it to begin anew"), std::string::npos);
}

TEST(CompareWithSeen, KnowsOlderEqualNewerAndContradicting) {
  SeenCheckpoint forked = kNewer;
  forked.root = kOlder.root;

  EXPECT_EQ(compare(kOlder, std::nullopt), AgainstSeen::kNotOlder);
  EXPECT_EQ(compare(kNewer, kOlder), AgainstSeen::kNotOlder);
  EXPECT_EQ(compare(kNewer, kNewer), AgainstSeen::kNotOlder);
  EXPECT_EQ(compare(kOlder, kNewer), AgainstSeen::kOlder);
  EXPECT_EQ(compare(forked, kNewer), AgainstSeen::kContradicts);
}

}  // namespace
}  // namespace qc::cli
