// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/journal_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "consensus/message/codec.h"
#include "storage/journal/vote_journal.h"

namespace qc::tools {
namespace {

using consensus::CertificateMade;
using consensus::CheckpointSigned;
using consensus::EpochEntered;
using consensus::Height;
using consensus::JournalEntry;
using consensus::NewViewInstalled;
using consensus::PreparedCertificate;
using consensus::PrepareMade;
using consensus::Proposal;
using consensus::ProposalMade;
using consensus::replica_at;
using consensus::View;
using consensus::ViewEntered;
using consensus::ViewStart;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kValidators = 4;

Digest digest(std::uint8_t of) {
  Digest made{};
  made.fill(of);
  return made;
}

Proposal proposal(std::uint64_t height, std::uint8_t content) {
  return {.height = Height{height}, .parent = {}, .time_ms = height, .batches = {digest(content)}};
}

PrepareMade prepare(std::uint64_t view, std::uint64_t height, std::uint8_t content) {
  return {View{view}, Height{height}, digest(content)};
}

CertificateMade certificate(std::uint64_t view, std::uint64_t height, std::uint8_t content,
                            const std::vector<std::size_t>& signers) {
  CertificateMade made{.certificate = {View{view}, Height{height}, digest(content), {}},
                       .proposal = proposal(height, content)};
  for (const std::size_t signer : signers) {
    made.certificate.prepares.push_back({replica_at(signer), {}});
  }
  return made;
}

NewViewInstalled start(std::uint64_t view, std::uint64_t height) {
  return {View{view}, ViewStart{.start = Height{height}, .base = std::nullopt, .parent = {}}};
}

/// Journals of four validators that agree on one block in view 0 and one in view 1.
class Journals {
 public:
  Journals() : entries_(kValidators) {
    for (auto& journal : entries_) {
      journal = {EpochEntered{Height{1}, digest(9)},
                 prepare(0, 1, 1),
                 certificate(0, 1, 1, {0, 1, 2}),
                 ViewEntered{View{1}},
                 start(1, 2),
                 prepare(1, 2, 2),
                 certificate(1, 2, 2, {1, 2, 3})};
    }
  }

  std::vector<JournalEntry>& of(std::size_t validator) { return entries_[validator]; }

  std::vector<std::string> findings() const {
    JournalChecker checker({"a", "b", "c", "d"});
    for (std::size_t validator = 0; validator < kValidators; ++validator) {
      checker.begin_segment(validator, true);
      checker.end_kept(validator);
      for (const JournalEntry& entry : entries_[validator]) checker.add(validator, entry, false);
    }
    return checker.findings();
  }

 private:
  std::vector<std::vector<JournalEntry>> entries_;
};

TEST(JournalChecker, FindsNothingInJournalsThatAgree) {
  EXPECT_THAT(Journals().findings(), IsEmpty());
}

TEST(JournalChecker, FindsAForgedDoublePrepare) {
  Journals journals;
  journals.of(3).push_back(prepare(1, 2, 7));
  EXPECT_THAT(journals.findings(), testing::Contains(HasSubstr("d: double vote: prepares 0202")));
}

TEST(JournalChecker, FindsASecondPrepareThatOnlyAnothersCertificateShows) {
  Journals journals;
  // Validator a's own journal has digest 2 at (1, 3); the certificate that b holds has its
  // signature under 3.
  journals.of(0).push_back(prepare(1, 3, 2));
  for (const std::size_t other : {1U, 2U, 3U}) journals.of(other).push_back(prepare(1, 3, 3));
  journals.of(1).push_back(certificate(1, 3, 3, {0, 2, 3}));
  EXPECT_THAT(journals.findings(),
              ElementsAre(HasSubstr("a: double vote: journalled a prepare for 0202")));
}

TEST(JournalChecker, FindsASignatureThatItsOwnersJournalLacks) {
  Journals journals;
  for (const std::size_t other : {1U, 2U, 3U}) journals.of(other).push_back(prepare(1, 3, 3));
  journals.of(1).push_back(certificate(1, 3, 3, {0, 2, 3}));
  EXPECT_THAT(journals.findings(),
              ElementsAre(HasSubstr("a: its journal lacks a prepare that it signed")));
}

TEST(JournalChecker, FindsTwoCertificatesOfOnePlace) {
  Journals journals;
  journals.of(2).back() = certificate(1, 2, 5, {0, 2, 3});
  const auto findings = journals.findings();
  EXPECT_THAT(findings, testing::Contains(HasSubstr("c: double vote: a certificate for 0505")));
  EXPECT_THAT(findings, testing::Contains(HasSubstr("d: double vote: signed prepares for")));
}

TEST(JournalChecker, FindsAVoteInAViewThatWasLeft) {
  Journals journals;
  journals.of(1).push_back(prepare(0, 3, 3));
  EXPECT_THAT(journals.findings(), ElementsAre(HasSubstr("b: prepares in view 0 while in view 1")));
}

TEST(JournalChecker, FindsAViewEnteredAgain) {
  Journals journals;
  journals.of(1).push_back(ViewEntered{View{1}});
  EXPECT_THAT(journals.findings(), ElementsAre(HasSubstr("b: enters view 1 after view 1")));
}

TEST(JournalChecker, FindsTwoStartsOfOneView) {
  Journals journals;
  journals.of(0).push_back(start(1, 3));
  EXPECT_THAT(journals.findings(), ElementsAre(HasSubstr("a: two starts of view 1")));
}

TEST(JournalChecker, FindsAVoteBeforeTheViewsStart) {
  Journals journals;
  journals.of(0).push_back(ViewEntered{View{2}});
  journals.of(0).push_back(prepare(2, 3, 3));
  EXPECT_THAT(journals.findings(),
              ElementsAre(HasSubstr("a: prepares in view 2 before its start")));
}

TEST(JournalChecker, FindsTwoProposalsOfOnePlace) {
  Journals journals;
  for (const std::uint8_t content : std::array<std::uint8_t, 2>{3, 4}) {
    journals.of(0).push_back(ProposalMade{{View{1}, proposal(3, content), {}}});
  }
  EXPECT_THAT(journals.findings(), ElementsAre(HasSubstr("a: double vote: proposes two blocks")));
}

TEST(JournalChecker, FindsAProposalThatDiffersFromTheCertifiedOne) {
  Journals journals;
  auto& own = journals.of(0);
  own.insert(own.end() - 2, ProposalMade{{View{1}, proposal(2, 6), {}}});
  EXPECT_THAT(journals.findings(),
              ElementsAre(HasSubstr("a: double vote: proposed another block")));
}

TEST(JournalChecker, FindsTwoCosignedCheckpoints) {
  Journals journals;
  journals.of(3).push_back(CheckpointSigned{Height{1}, "one", "signature"});
  journals.of(3).push_back(CheckpointSigned{Height{1}, "other", "signature"});
  EXPECT_THAT(journals.findings(),
              ElementsAre(HasSubstr("d: cosigns two checkpoints of height 1")));
}

TEST(JournalChecker, FindsARotationThatForgets) {
  JournalChecker checker({"a"});
  checker.begin_segment(0, true);
  checker.end_kept(0);
  checker.add(0, EpochEntered{Height{1}, digest(9)}, false);
  checker.add(0, ViewEntered{View{3}}, false);
  checker.begin_segment(0, true);
  checker.add(0, EpochEntered{Height{1}, digest(9)}, true);
  checker.end_kept(0);
  EXPECT_THAT(checker.findings(), ElementsAre(HasSubstr("a: a rotation in view 3 changed")));
}

/// Real files: votes over two segments with a rotation in between.
class JournalFiles : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() /
        (std::string("qc-journal-checker-") + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "all");
    auto opened = storage::VoteJournal::create((folder_ / "live").string(), "test");
    ASSERT_TRUE(opened);
    journal_ = std::move(opened->journal);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void append(const JournalEntry& entry) {
    state_.apply(entry);
    const std::string bytes = consensus::encode(entry);
    ASSERT_TRUE(journal_->append(std::vector<storage::JournalRecordView>{{1, bytes}}));
  }
  void rotate() {
    keep();
    std::vector<std::string> bytes;
    for (const JournalEntry& entry : state_.entries()) bytes.push_back(consensus::encode(entry));
    std::vector<storage::JournalRecordView> views;
    for (const std::string& one : bytes) views.push_back({1, one});
    ASSERT_TRUE(journal_->rotate(views));
    keep();
  }
  /// As an archive keeps them: under a second name.
  void keep() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "live")) {
      const auto kept = folder_ / "all" / entry.path().filename();
      if (entry.path().extension() == ".log" && !std::filesystem::exists(kept)) {
        std::filesystem::create_hard_link(entry.path(), kept);
      }
    }
  }
  std::vector<std::string> findings(const std::string& which, std::size_t complete) {
    JournalChecker checker({"a"});
    const auto read = checker.add_directory(0, (folder_ / which).string());
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    EXPECT_EQ(complete, checker.counts().complete);
    return checker.findings();
  }

  std::filesystem::path folder_;
  std::unique_ptr<storage::VoteJournal> journal_;
  consensus::RecoveredState state_;
};

TEST_F(JournalFiles, OfTwoSegmentsWithoutContradictionAreFine) {
  append(EpochEntered{Height{1}, digest(9)});
  append(prepare(0, 1, 1));
  append(certificate(0, 1, 1, {0}));
  append(ViewEntered{View{1}});
  append(start(1, 2));
  append(prepare(1, 2, 2));
  rotate();
  append(prepare(1, 3, 3));
  EXPECT_THAT(findings("all", 1), IsEmpty());
  EXPECT_THAT(findings("live", 0), IsEmpty());
}

TEST_F(JournalFiles, ShowADoubleVoteAcrossARotationOnlyWhereTheOldSegmentWasKept) {
  append(EpochEntered{Height{1}, digest(9)});
  append(prepare(0, 1, 1));
  append(ViewEntered{View{1}});
  rotate();
  append(prepare(0, 1, 2));
  EXPECT_THAT(findings("all", 1), testing::Contains(HasSubstr("a: double vote: prepares 0101")));
  EXPECT_THAT(findings("live", 0), ElementsAre(HasSubstr("a: prepares in view 0 while in view 1")));
}

TEST_F(JournalFiles, ThatAreNotThereAreAnError) {
  JournalChecker checker({"a"});
  EXPECT_FALSE(checker.add_directory(0, (folder_ / "all").string()));
}

}  // namespace
}  // namespace qc::tools
