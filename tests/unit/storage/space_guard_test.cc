// SPDX-License-Identifier: Apache-2.0
#include "storage/space_guard.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/unit/storage/temporary_directory.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::Result;

constexpr SpaceThresholds kThresholds = {.warn_bytes = 1000,
                                         .refuse_submissions_bytes = 800,
                                         .stop_proposing_bytes = 600,
                                         .exit_bytes = 400,
                                         .exit_inodes = 10};

/// File systems as the test says they are.
class Disks {
 public:
  SpaceGuard guard(std::vector<std::string> paths) {
    return SpaceGuard(std::move(paths), kThresholds,
                      [this](const std::string& path) -> Result<SpaceUsage> {
                        if (broken) return ledger::fail(Code::kInternal, "no answer");
                        return SpaceUsage{free[path], 100'000, inodes, 1'000'000};
                      });
  }

  std::map<std::string, std::uint64_t> free;
  std::uint64_t inodes = 1000;
  bool broken = false;
};

TEST(SpaceGuard, ForbidsStepByStep) {
  Disks disks;
  SpaceGuard guard = disks.guard({"/data"});
  const std::vector<std::pair<std::uint64_t, SpaceLevel>> steps = {
      {1000, SpaceLevel::kAmple},
      {999, SpaceLevel::kWarn},
      {799, SpaceLevel::kRefuseSubmissions},
      {599, SpaceLevel::kStopProposing},
      {399, SpaceLevel::kExit},
      {0, SpaceLevel::kExit}};

  for (const auto& [free, level] : steps) {
    disks.free["/data"] = free;
    const auto reading = guard.check();
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->level, level) << free;
    EXPECT_EQ(guard.level(), level);
  }
}

TEST(SpaceGuard, ReturnsOnlyWithATenthToSpare) {
  Disks disks;
  SpaceGuard guard = disks.guard({"/data"});
  const auto level_at = [&](std::uint64_t free) {
    disks.free["/data"] = free;
    return guard.check()->level;
  };
  ASSERT_EQ(level_at(799), SpaceLevel::kRefuseSubmissions);

  EXPECT_EQ(level_at(801), SpaceLevel::kRefuseSubmissions);
  EXPECT_EQ(level_at(879), SpaceLevel::kRefuseSubmissions);
  EXPECT_EQ(level_at(880), SpaceLevel::kWarn);
  EXPECT_EQ(level_at(1099), SpaceLevel::kWarn);
  EXPECT_EQ(level_at(1100), SpaceLevel::kAmple);
}

TEST(SpaceGuard, TheScarcestPathDecides) {
  Disks disks;
  SpaceGuard guard = disks.guard({"/data", "/votes"});
  disks.free = {{"/data", 50'000}, {"/votes", 500}};

  const auto reading = guard.check();

  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->path, "/votes");
  EXPECT_EQ(reading->level, SpaceLevel::kStopProposing);
}

TEST(SpaceGuard, RunsOutOfInodesToo) {
  Disks disks;
  disks.free["/data"] = 50'000;
  disks.inodes = 9;
  SpaceGuard guard = disks.guard({"/data"});

  const auto admitted = guard.admit_start();

  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, Code::kResourceExhausted);
  EXPECT_NE(admitted.error().message.find("9 inodes"), std::string::npos);
}

TEST(SpaceGuard, AFullDiskKeepsTheNodeFromStarting) {
  Disks disks;
  SpaceGuard guard = disks.guard({"/data"});
  disks.free["/data"] = 399;
  EXPECT_FALSE(guard.admit_start());
  disks.free["/data"] = 500;
  EXPECT_TRUE(guard.admit_start());
}

TEST(SpaceGuard, PassesOnThatTheSystemDoesNotAnswer) {
  Disks disks;
  disks.broken = true;
  SpaceGuard guard = disks.guard({"/data"});

  EXPECT_FALSE(guard.check());
}

TEST(SpaceGuard, ReadsARealFileSystem) {
  const TemporaryDirectory temporary;

  const auto usage = space_of(temporary.path());

  ASSERT_TRUE(usage);
  EXPECT_GT(usage->total_bytes, 0U);
  EXPECT_LE(usage->free_bytes, usage->total_bytes);
  EXPECT_FALSE(space_of(temporary.file("absent")));
}

TEST(Ballast, ReallyOccupiesItsBytes) {
  const TemporaryDirectory temporary;
  const std::string path = temporary.file("ballast");

  const auto made = ensure_ballast(path, 1 << 20);

  ASSERT_TRUE(made);
  EXPECT_TRUE(*made);
  EXPECT_EQ(std::filesystem::file_size(path), 1U << 20);
  EXPECT_TRUE(ensure_ballast(path, 2 << 20));
  EXPECT_EQ(std::filesystem::file_size(path), 1U << 20);
}

TEST(Ballast, IsNotMadeWhereItWouldBeTheProblem) {
  const TemporaryDirectory temporary;
  const auto usage = space_of(temporary.path());
  ASSERT_TRUE(usage);

  const auto made = ensure_ballast(temporary.file("ballast"), usage->free_bytes / 2);

  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
  EXPECT_FALSE(std::filesystem::exists(temporary.file("ballast")));
}

}  // namespace
}  // namespace qc::storage
