// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/journal.h"

#include <gtest/gtest.h>

#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

CertificateMade certificate(std::uint64_t view, std::uint64_t height, std::uint8_t mark) {
  return CertificateMade{
      PreparedCertificate{
          View{view}, Height{height}, digest_of(mark), {{ReplicaIndex{0}, signature_of(mark)}}},
      Proposal{Height{height}, digest_of(0), height, {digest_of(mark)}}};
}

CheckpointHeld held(std::uint64_t height) {
  return CheckpointHeld{CertifiedCheckpoint{Height{height}, digest_of(9), "checkpoint", "proof"}};
}

std::vector<JournalEntry> busy_journal() {
  return {EpochEntered{Height{1}, digest_of(0xee)},
          ProposalMade{
              PrePrepare{View{0}, Proposal{Height{1}, {}, 1, {digest_of(1)}}, signature_of(1)}},
          PrepareMade{View{0}, Height{1}, digest_of(1)},
          certificate(0, 1, 1),
          PrepareMade{View{0}, Height{2}, digest_of(2)},
          certificate(0, 2, 2),
          CheckpointSigned{Height{1}, "one", "s"},
          held(1),
          ViewEntered{View{3}},
          PrepareMade{View{3}, Height{2}, digest_of(2)},
          certificate(3, 2, 2),
          PrepareMade{View{3}, Height{3}, digest_of(3)}};
}

TEST(Journal, ARotatedFileSaysWhatTheOldOneSaid) {
  const std::vector<JournalEntry> all = busy_journal();
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const RecoveredState state = recover(std::span(all).first(size));

    EXPECT_EQ(recover(state.entries()), state) << "after " << size << " entries";
  }
}

TEST(Journal, RotationAtAnyMomentChangesNothingThatFollows) {
  const std::vector<JournalEntry> all = busy_journal();
  for (std::size_t size = 0; size <= all.size(); ++size) {
    std::vector<JournalEntry> rotated = recover(std::span(all).first(size)).entries();
    rotated.insert(rotated.end(), all.begin() + static_cast<std::ptrdiff_t>(size), all.end());

    EXPECT_EQ(recover(rotated), recover(all)) << "rotated after " << size << " entries";
  }
}

TEST(Journal, TheHighestCertificateIsJudgedByViewFirst) {
  const std::vector<JournalEntry> entries = {certificate(0, 9, 1), certificate(2, 4, 2),
                                             certificate(1, 7, 3)};

  const RecoveredState state = recover(entries);

  EXPECT_EQ(state.highest_certificate(), certificate(2, 4, 2));
}

TEST(Journal, TheHighestCertificateStaysWhenItsHeightIsCertified) {
  const std::vector<JournalEntry> entries = {certificate(0, 9, 1), held(20)};

  const RecoveredState state = recover(entries);

  EXPECT_TRUE(state.certificates().empty());
  EXPECT_EQ(state.highest_certificate(), certificate(0, 9, 1));
}

TEST(Journal, TheLastPrepareOutlivesItsCertification) {
  const std::vector<JournalEntry> entries = {PrepareMade{View{0}, Height{5}, digest_of(5)},
                                             held(8)};

  const RecoveredState state = recover(entries);

  EXPECT_TRUE(state.prepares().empty());
  EXPECT_EQ(state.last_prepare(), (PrepareMade{View{0}, Height{5}, digest_of(5)}));
}

TEST(Journal, LeavingAViewLeavesItsVotes) {
  const std::vector<JournalEntry> entries = {PrepareMade{View{0}, Height{5}, digest_of(5)},
                                             ViewEntered{View{1}},
                                             PrepareMade{View{0}, Height{6}, digest_of(6)}};

  const RecoveredState state = recover(entries);

  EXPECT_EQ(state.view(), View{1});
  EXPECT_TRUE(state.prepares().empty());
  EXPECT_FALSE(state.last_prepare());
}

}  // namespace
}  // namespace qc::consensus
