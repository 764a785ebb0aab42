// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/safety_rules.h"

#include <gtest/gtest.h>

#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

class SafetyRulesTest : public ::testing::Test {
 protected:
  static constexpr ReplicaIndex kSelf{1};

  SafetyRules make(RecoveredState journal = {}) {
    SafetyRules rules(epoch_, kSelf, std::move(journal), authenticator_);
    rules.enter_epoch(persist_);
    rules.set_certified(genesis_);
    rules.allow_votes(true);
    return rules;
  }
  Proposal proposal(std::uint64_t height, const Digest& parent, std::uint8_t batch) const {
    return Proposal{Height{height}, parent, 1'000 + height, {digest_of(batch)}};
  }
  Digest digest(const Proposal& proposal) const {
    return proposal_digest(proposal, authenticator_);
  }
  PreparedCertificate certificate(const Proposal& proposal, std::uint16_t signers = 3) const {
    PreparedCertificate certificate{View{}, proposal.height, digest(proposal), {}};
    for (std::uint16_t i = 0; i < signers; ++i) {
      certificate.prepares.push_back(SignedBy{ReplicaIndex{i}, signature_of(1)});
    }
    return certificate;
  }

  Epoch epoch_ = epoch_of(4);
  TestAuthenticator authenticator_{kSelf};
  BlockPoint genesis_{};
  std::vector<JournalEntry> persist_;
};

TEST_F(SafetyRulesTest, JournalsAPrepareBeforeItIsGivenOut) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);

  const std::optional<Vote> vote = rules.prepare(first, digest(first), persist_);

  ASSERT_TRUE(vote);
  EXPECT_EQ(*vote, vote_of(epoch_, Phase::kPrepare, View{}, Height{1}, digest(first), kSelf));
  EXPECT_EQ(persist_.back(), JournalEntry(PrepareMade{View{}, Height{1}, digest(first)}));
}

TEST_F(SafetyRulesTest, PreparesOneDigestAHeight) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal other = proposal(1, {}, 2);
  ASSERT_TRUE(rules.prepare(first, digest(first), persist_));

  EXPECT_FALSE(rules.prepare(other, digest(other), persist_));
}

TEST_F(SafetyRulesTest, PreparesOneDigestAHeightAcrossARestart) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal other = proposal(1, {}, 2);
  ASSERT_TRUE(rules.prepare(first, digest(first), persist_));

  SafetyRules again = make(recover(persist_));

  EXPECT_FALSE(again.prepare(other, digest(other), persist_));
  ASSERT_EQ(again.votes().size(), 1U);
  EXPECT_EQ(again.votes().front().digest, digest(first));
}

TEST_F(SafetyRulesTest, PreparesInHeightOrderOnly) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal second = proposal(2, digest(first), 2);

  EXPECT_FALSE(rules.prepare(second, digest(second), persist_)) << "height 1 comes first";
  ASSERT_TRUE(rules.prepare(first, digest(first), persist_));
  EXPECT_TRUE(rules.prepare(second, digest(second), persist_));
}

TEST_F(SafetyRulesTest, RefusesAParentThatItDidNotPrepare) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal stranger = proposal(2, digest_of(77), 2);
  ASSERT_TRUE(rules.prepare(first, digest(first), persist_));

  EXPECT_FALSE(rules.prepare(stranger, digest(stranger), persist_));
}

TEST_F(SafetyRulesTest, RefusesAFirstBlockOnAnythingButGenesis) {
  SafetyRules rules = make();
  const Proposal stranger = proposal(1, digest_of(77), 1);

  EXPECT_FALSE(rules.prepare(stranger, digest(stranger), persist_));
}

TEST_F(SafetyRulesTest, GoesOnAboveACertifiedBlockThatItDidNotPrepare) {
  SafetyRules rules = make();
  rules.set_certified(BlockPoint{Height{5}, digest_of(50), 1'005});
  const Proposal next = proposal(6, digest_of(50), 1);
  const Proposal stranger = proposal(6, digest_of(51), 1);

  EXPECT_FALSE(rules.prepare(stranger, digest(stranger), persist_));
  EXPECT_TRUE(rules.prepare(next, digest(next), persist_));
}

TEST_F(SafetyRulesTest, CommitsInHeightOrderWithAQuorumOnly) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal second = proposal(2, digest(first), 2);

  EXPECT_FALSE(rules.commit(certificate(second), second, persist_)) << "height 1 comes first";
  EXPECT_FALSE(rules.commit(certificate(first, 2), first, persist_)) << "two of four are no quorum";
  ASSERT_TRUE(rules.commit(certificate(first), first, persist_));
  EXPECT_EQ(persist_.back(), JournalEntry(CertificateMade{certificate(first), first}));
  EXPECT_FALSE(rules.commit(certificate(first), first, persist_)) << "once is enough";
  EXPECT_TRUE(rules.commit(certificate(second), second, persist_));
}

TEST_F(SafetyRulesTest, AProposalMadeBeforeARestartIsTheOneThatStays) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  const Proposal other = proposal(1, {}, 2);
  const std::optional<PrePrepare> made = rules.propose(first, digest(first), persist_);
  ASSERT_TRUE(made);

  SafetyRules again = make(recover(persist_));

  EXPECT_EQ(again.propose(other, digest(other), persist_), made);
}

TEST_F(SafetyRulesTest, OnlyThePrimaryProposes) {
  SafetyRules rules(epoch_, ReplicaIndex{2}, {}, authenticator_);
  rules.set_certified(genesis_);
  rules.allow_votes(true);
  const Proposal first = proposal(1, {}, 1);

  EXPECT_FALSE(rules.propose(first, digest(first), persist_));
}

TEST_F(SafetyRulesTest, AnObserverSignsNothing) {
  SafetyRules rules(epoch_, std::nullopt, {}, authenticator_);
  rules.set_certified(genesis_);
  rules.allow_votes(true);
  const Proposal first = proposal(1, {}, 1);

  EXPECT_FALSE(rules.prepare(first, digest(first), persist_));
  EXPECT_FALSE(rules.commit(certificate(first), first, persist_));
  EXPECT_FALSE(rules.cosign(CheckpointVote{Height{1}, "c", "s"}, persist_));
}

TEST_F(SafetyRulesTest, CosignsEachHeightOnceAndNeverALowerOne) {
  SafetyRules rules = make();

  EXPECT_TRUE(rules.cosign(CheckpointVote{Height{4}, "four", "s"}, persist_));
  EXPECT_FALSE(rules.cosign(CheckpointVote{Height{4}, "other", "s"}, persist_));
  EXPECT_FALSE(rules.cosign(CheckpointVote{Height{3}, "three", "s"}, persist_));
  EXPECT_EQ(persist_.back(), JournalEntry(CheckpointSigned{Height{4}, "four", "s"}));
}

TEST_F(SafetyRulesTest, ANewEpochForgetsVotesAndKeepsWhatWasCosigned) {
  SafetyRules rules = make();
  const Proposal first = proposal(1, {}, 1);
  ASSERT_TRUE(rules.prepare(first, digest(first), persist_));
  ASSERT_TRUE(rules.cosign(CheckpointVote{Height{1}, "one", "s"}, persist_));
  Epoch next = epoch_;
  next.first_height = Height{2};

  SafetyRules later(next, kSelf, recover(persist_), authenticator_);
  later.enter_epoch(persist_);

  EXPECT_TRUE(later.journal().prepares().empty());
  EXPECT_EQ(later.journal().cosigned()->height, Height{1});
}

}  // namespace
}  // namespace qc::consensus
