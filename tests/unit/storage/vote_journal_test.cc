// SPDX-License-Identifier: Apache-2.0
#include "storage/journal/vote_journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "os/file.h"
#include "tests/unit/storage/temporary_directory.h"

namespace qc::storage {
namespace {

using ledger::Code;

constexpr std::string_view kIdentity = "quality-chain.example/test/ab01 key 17";
const std::string kFirstSegment = "/votes-00000000000000000001.log";
const std::string kSecondSegment = "/votes-00000000000000000002.log";

using Records = std::vector<JournalRecord>;

/// Three groups of different sizes; the middle one spans several sectors.
std::vector<Records> some_groups() {
  return {{{1, "view 3 entered"}, {2, ""}},
          {{3, std::string(600, 'c')}, {4, std::string("\0\1\2", 3)}},
          {{5, "prepare 3/17"}}};
}

Records joined(const std::vector<Records>& groups, std::size_t count) {
  Records all;
  for (std::size_t group = 0; group < count; ++group) {
    all.insert(all.end(), groups[group].begin(), groups[group].end());
  }
  return all;
}

std::vector<JournalRecordView> views(const Records& records) {
  std::vector<JournalRecordView> result;
  for (const JournalRecord& record : records) result.push_back({record.type, record.bytes});
  return result;
}

class VoteJournalTest : public testing::Test {
 protected:
  std::string directory() const { return temporary_.file("votes"); }
  std::string segment() const { return directory() + kFirstSegment; }

  /// Writes the groups and returns the size of the file before the first and after each.
  std::vector<std::size_t> write(const std::vector<Records>& groups) {
    auto opened = VoteJournal::create(directory(), kIdentity);
    EXPECT_TRUE(opened) << opened.error().message;
    std::vector<std::size_t> ends = {read_file(segment()).size()};
    for (const Records& group : groups) {
      EXPECT_TRUE(opened->journal->append(views(group)));
      ends.push_back(read_file(segment()).size());
    }
    return ends;
  }

  TemporaryDirectory temporary_;
};

TEST_F(VoteJournalTest, GivesBackEveryRecordInOrder) {
  write(some_groups());

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->records, joined(some_groups(), 3));
  EXPECT_EQ(opened->torn_bytes, 0U);
}

TEST_F(VoteJournalTest, GoesOnAfterReopening) {
  write({{{1, "a"}}});
  {
    auto opened = VoteJournal::open(directory(), kIdentity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal->append(views({{2, "b"}})));
  }

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->records, (Records{{1, "a"}, {2, "b"}}));
}

TEST_F(VoteJournalTest, SyncsOnceAGroup) {
  auto opened = VoteJournal::create(directory(), kIdentity);
  ASSERT_TRUE(opened);

  for (const Records& group : some_groups()) ASSERT_TRUE(opened->journal->append(views(group)));
  ASSERT_TRUE(opened->journal->append({}));

  EXPECT_EQ(opened->journal->stats().syncs, 3U);
  EXPECT_EQ(opened->journal->stats().segment_bytes, read_file(segment()).size());
}

TEST_F(VoteJournalTest, IsBegunOnlyOnce) {
  write({{{1, "a"}}});

  const auto again = VoteJournal::create(directory(), kIdentity);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
}

TEST_F(VoteJournalTest, OfTheKeyBeforeIsNamedWithTheWayOut) {
  ASSERT_TRUE(VoteJournal::create(directory(), kIdentity));

  const auto opened = VoteJournal::open(directory(), "the new key");

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("move the folder votes/ away"), std::string::npos);
}

TEST_F(VoteJournalTest, AMissingJournalIsRefused) {
  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kFailedPrecondition);
  EXPECT_NE(opened.error().message.find("qc validator replace-key"), std::string::npos);
}

TEST_F(VoteJournalTest, HasOneWriter) {
  const auto first = VoteJournal::create(directory(), kIdentity);
  ASSERT_TRUE(first);

  const auto second = VoteJournal::open(directory(), kIdentity);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
}

TEST_F(VoteJournalTest, AnotherIdentityIsRefused) {
  write({{{1, "a"}}});

  const auto opened = VoteJournal::open(directory(), "other chain");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kFailedPrecondition);
}

TEST_F(VoteJournalTest, TornAtEveryByteKeepsTheWholeGroups) {
  const auto ends = write(some_groups());
  const std::string whole = read_file(segment());

  for (std::size_t size = ends[0]; size <= whole.size(); ++size) {
    write_file(segment(), whole.substr(0, size));
    std::size_t groups = 0;
    while (groups + 1 < ends.size() && ends[groups + 1] <= size) ++groups;

    const auto opened = VoteJournal::open(directory(), kIdentity);

    ASSERT_TRUE(opened) << size << ": " << opened.error().message;
    ASSERT_EQ(opened->records, joined(some_groups(), groups)) << size;
    ASSERT_EQ(opened->torn_bytes, size - ends[groups]) << size;
  }
}

TEST_F(VoteJournalTest, GoesOnAfterATornGroup) {
  write(some_groups());
  const std::string whole = read_file(segment());
  write_file(segment(), whole.substr(0, whole.size() - 1));
  {
    auto opened = VoteJournal::open(directory(), kIdentity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal->append(views({{9, "after"}})));
  }

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_TRUE(opened) << opened.error().message;
  Records expected = joined(some_groups(), 2);
  expected.push_back({9, "after"});
  EXPECT_EQ(opened->records, expected);
}

TEST_F(VoteJournalTest, SectorsThatNeverReachedTheDiskMakeAnUnfinishedGroup) {
  const auto ends = write({{{1, "a"}}, {{2, std::string(3000, 'b')}}});
  const std::string whole = read_file(segment());

  for (std::size_t sector = ends[1] / 512; sector * 512 < whole.size(); ++sector) {
    std::string torn = whole;
    const std::size_t begin = std::max(ends[1], sector * 512);
    const std::size_t end = std::min(torn.size(), (sector + 1) * 512);
    torn.replace(begin, end - begin, end - begin, '\0');
    write_file(segment(), torn);

    const auto opened = VoteJournal::open(directory(), kIdentity);

    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_EQ(opened->records, (Records{{1, "a"}}));
  }
}

TEST_F(VoteJournalTest, AFlippedBitAnywhereIsRefused) {
  const auto ends = write(some_groups());
  const std::string whole = read_file(segment());

  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_file(segment(), damaged);

    const auto opened = VoteJournal::open(directory(), kIdentity);

    // Only the last group's announced length can be taken for an unfinished write; its header has a
    // checksum of its own, so not even that.
    ASSERT_FALSE(opened) << "byte " << at << " of " << whole.size() << ", groups end at "
                         << ends[1];
    ASSERT_EQ(opened.error().code, Code::kDataLoss) << at;
  }
}

TEST_F(VoteJournalTest, ALostGroupInTheMiddleIsRefused) {
  const auto ends = write(some_groups());
  std::string damaged = read_file(segment());
  damaged.erase(ends[1], ends[2] - ends[1]);
  write_file(segment(), damaged);

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("group 2"), std::string::npos) << opened.error().message;
}

TEST_F(VoteJournalTest, ZeroesInFrontOfALaterGroupAreRefused) {
  const auto ends = write(some_groups());
  std::string damaged = read_file(segment());
  damaged.replace(ends[1], ends[2] - ends[1], ends[2] - ends[1], '\0');
  write_file(segment(), damaged);

  EXPECT_FALSE(VoteJournal::open(directory(), kIdentity));
}

TEST_F(VoteJournalTest, ARotationKeepsWhatItIsToldTo) {
  {
    auto opened = VoteJournal::create(directory(), kIdentity);
    ASSERT_TRUE(opened);
    for (const Records& group : some_groups()) ASSERT_TRUE(opened->journal->append(views(group)));
    ASSERT_TRUE(opened->journal->rotate(views({{7, "kept"}})));
    ASSERT_TRUE(opened->journal->append(views({{8, "new"}})));
  }

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->records, (Records{{7, "kept"}, {8, "new"}}));
  EXPECT_FALSE(std::filesystem::exists(segment()));
}

TEST_F(VoteJournalTest, IsWholeAtEveryMomentOfARotation) {
  write(some_groups());
  const std::string before = read_file(segment());
  {
    auto opened = VoteJournal::open(directory(), kIdentity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal->rotate(views({{7, "kept"}})));
  }
  const std::string after = read_file(directory() + kSecondSegment);

  // Cut short while the new segment was being written.
  write_file(segment(), before);
  std::filesystem::remove(directory() + kSecondSegment);
  write_file(directory() + kSecondSegment + ".tmp", after.substr(0, after.size() / 2));
  const auto old = VoteJournal::open(directory(), kIdentity);
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(old->records, joined(some_groups(), 3));
}

TEST_F(VoteJournalTest, TheNewSegmentCountsOnceItHasItsName) {
  write(some_groups());
  const std::string before = read_file(segment());
  {
    auto opened = VoteJournal::open(directory(), kIdentity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal->rotate(views({{7, "kept"}})));
  }
  // Cut short before the old one was removed.
  write_file(segment(), before);

  const auto opened = VoteJournal::open(directory(), kIdentity);

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->records, (Records{{7, "kept"}}));
  EXPECT_FALSE(std::filesystem::exists(segment()));
}

TEST_F(VoteJournalTest, WhatARotationKeptCanNotBeUnfinished) {
  {
    auto opened = VoteJournal::create(directory(), kIdentity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal->rotate(views({{7, std::string(600, 'k')}})));
  }
  const std::string whole = read_file(directory() + kSecondSegment);

  for (std::size_t cut = 1; cut <= 600; ++cut) {
    write_file(directory() + kSecondSegment, whole.substr(0, whole.size() - cut));
    ASSERT_FALSE(VoteJournal::open(directory(), kIdentity)) << cut;
  }
}

TEST_F(VoteJournalTest, AsksForARotationOnlyWhereItGains) {
  auto opened = VoteJournal::create(directory(), kIdentity, {.segment_bytes_max = 4096});
  ASSERT_TRUE(opened);
  const std::string big(3000, 'x');
  ASSERT_TRUE(opened->journal->append(views({{1, big}})));
  EXPECT_FALSE(opened->journal->wants_rotation());
  ASSERT_TRUE(opened->journal->append(views({{1, big}})));
  EXPECT_TRUE(opened->journal->wants_rotation());

  ASSERT_TRUE(opened->journal->rotate(views({{1, big}, {1, big}})));

  EXPECT_FALSE(opened->journal->wants_rotation());
}

TEST_F(VoteJournalTest, AFailedWriteIsFinal) {
  auto opened = VoteJournal::create(directory(), kIdentity);
  ASSERT_TRUE(opened);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 2000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);

  const auto failed = opened->journal->append(views({{1, std::string(4000, 'x')}}));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, old_handler);
  const auto after = opened->journal->append(views({{1, "small"}}));

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kResourceExhausted);
  EXPECT_FALSE(after);
  EXPECT_FALSE(opened->journal->rotate({}));
}

}  // namespace
}  // namespace qc::storage
