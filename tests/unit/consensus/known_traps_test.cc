// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/byte_writer.h"
#include "consensus/message/codec.h"
#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

/// What went wrong in other systems, each by name (docs/consensus.md, Known traps). Validator 3 of
/// four.
class KnownTraps : public ReplicaFixture {
 protected:
  KnownTraps() : KnownTraps(ReplicaIndex{3}) {}
  explicit KnownTraps(ReplicaIndex self) : ReplicaFixture(self) {}

  bool good(const Message& message) const {
    return verify_message(config_.epoch, authenticator_, message);
  }
};

TEST_F(KnownTraps, EveryChangedFieldOfAViewChangeIsNoticed) {
  const PreparedCertificate certificate =
      certificate_of(config_.epoch, View{1}, proposal(2, {}, 1));
  const PreparedPoint prepared{View{1}, Height{2}, certificate.digest};
  const ViewChange change{header_of(config_.epoch, 0, View{4}, prepared), certificate, {}};
  ASSERT_TRUE(good(change));
  std::vector<ViewChange> forged(8, change);
  forged[0].header.view = View{5};
  forged[1].header.voter = ReplicaIndex{1};
  forged[2].header.prepared.view = View{2};
  forged[3].header.prepared.height = Height{3};
  forged[4].header.prepared.digest = digest_of(9);
  forged[5].header.checkpoint.proposal = digest_of(9);
  forged[6].certificate->digest = digest_of(9);
  forged[7].certificate->prepares[0].signature = signature_of(1);

  for (std::size_t i = 0; i < forged.size(); ++i) {
    EXPECT_FALSE(good(forged[i])) << "forgery " << i;
  }
}

TEST_F(KnownTraps, EveryChangedFieldOfANewViewIsNoticed) {
  const NewView new_view = new_view_of(config_.epoch, View{2},
                                       certificate_of(config_.epoch, View{}, proposal(1, {}, 1)));
  ASSERT_TRUE(good(new_view));
  std::vector<NewView> forged(5, new_view);
  forged[0].view = View{3};
  forged[1].headers[0].prepared = new_view.headers[2].prepared;
  forged[2].headers[2].prepared.height = Height{7};
  forged[3].certificate->height = Height{7};
  forged[4].signature = signature_of(1);

  for (std::size_t i = 0; i < forged.size(); ++i) {
    EXPECT_FALSE(good(forged[i])) << "forgery " << i;
  }
}

TEST_F(KnownTraps, AProposalOnAnotherParentGetsNoVote) {
  Replica replica = make();
  hold(replica, 1);
  hold(replica, 2);
  const Proposal first = proposal(1, {}, 1);
  ASSERT_EQ(votes(receive(replica, 1, pre_prepare(first)), Phase::kPrepare).size(), 1U);

  const Actions actions = receive(replica, 1, pre_prepare(proposal(2, digest_of(9), 2)));

  EXPECT_TRUE(votes(actions, Phase::kPrepare).empty());
}

TEST_F(KnownTraps, AHugeCountIsRefusedBeforeAnythingIsAllocated) {
  for (const std::uint32_t count : std::initializer_list<std::uint32_t>{2, 0xffffffff}) {
    std::string bytes = encode(Message(BatchAck{{digest_of(1)}}));
    ByteWriter length;
    length.u32(count);
    bytes.replace(1, 4, std::move(length).take());
    EXPECT_FALSE(decode_message(bytes)) << count;
  }
}

TEST_F(KnownTraps, VotesOfAnotherChainEpochOrSetMeanNothingHere) {
  const auto voted_in = [&](const Epoch& epoch) {
    return vote_of(epoch, Phase::kPrepare, View{}, Height{1}, digest_of(1), ReplicaIndex{0});
  };
  ASSERT_TRUE(good(voted_in(config_.epoch)));
  Epoch other_chain = config_.epoch;
  other_chain.chain_id = "test.example/other";
  Epoch earlier = config_.epoch;
  earlier.first_height = Height{100};
  Epoch other_set = config_.epoch;
  other_set.set_hash = digest_of(0xdd);

  for (const Epoch& epoch : {other_chain, earlier, other_set}) {
    EXPECT_FALSE(good(voted_in(epoch)));
  }
}

TEST_F(KnownTraps, AProposalOfWhatNobodyHasEndsTheView) {
  Replica replica = make();
  const Actions proposed = receive(replica, 1, pre_prepare(proposal(1, {}, 1)));
  EXPECT_TRUE(votes(proposed, Phase::kPrepare).empty());

  wait(replica, 1'000);

  EXPECT_EQ(replica.status().view, View{1});
  hold(replica, 2);
  const Proposal other = proposal(1, {}, 2);
  receive(replica, 2, new_view_of(config_.epoch, View{1}));
  EXPECT_EQ(votes(receive(replica, 2, pre_prepare(other, View{1})), Phase::kPrepare).size(), 1U)
      << "and binds nobody in the next";
}

TEST_F(KnownTraps, AStaleNewViewChangesNothing) {
  Replica replica = make();
  change(replica, 0, View{5});
  change(replica, 1, View{5});
  ASSERT_EQ(replica.status().view, View{5});

  const NewView stale = new_view_of(config_.epoch, View{1});
  EXPECT_EQ(replica.interest(ReplicaIndex{2}, stale), Interest::kDrop);
  const Actions actions = receive(replica, 2, stale);

  EXPECT_EQ(replica.status().view, View{5});
  EXPECT_FALSE(replica.status().view_installed);
  EXPECT_TRUE(actions.persist.empty());
}

TEST_F(KnownTraps, ACosignatureUnderAFalseHeightCertifiesNothing) {
  Replica replica = make();
  const Proposal first = proposal(1, {}, 1);
  hold(replica, 1);
  receive(replica, 1, pre_prepare(first));
  for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 2}) {
    receive(replica, voter, vote(Phase::kCommit, first, voter));
  }
  step(replica, Executed{Height{1}, "one", "cosignature", {}});
  receive(replica, 0, CheckpointVote{Height{1}, "one", "a"});

  // A good cosignature, but of another height's checkpoint.
  EXPECT_TRUE(receive(replica, 1, CheckpointVote{Height{1}, "two", "b"}).certify.empty());
}

TEST_F(KnownTraps, AnOwnBatchIsSentAgainUntilAQuorumHasIt) {
  Replica replica = make();
  step(replica, BatchStored{digest_of(1), ReplicaIndex{3}, 100, ~std::uint64_t{0}});
  receive(replica, 0, BatchAck{{digest_of(1)}});

  const Actions again = wait(replica, 1'600);

  const bool sent_to_two = std::ranges::any_of(again.send_batches, [](const SendBatches& sent) {
    return sent.to == ReplicaIndex{2} && sent.batches == std::vector<Digest>{digest_of(1)};
  });
  EXPECT_TRUE(sent_to_two);
}

TEST_F(KnownTraps, VotesInMyNameThatIDidNotMakeAreForgeries) {
  Replica replica = make();
  Vote forged = vote(Phase::kPrepare, proposal(1, {}, 1), 3);
  forged.signature = signature_of(1);
  EXPECT_FALSE(good(forged));
  // And an unsigned claim changes nothing.
  Status claim;
  claim.votes = {HeldVotes{Height{1}, digest_of(9), {0x0f}, {0x0f}}};

  const Actions actions = receive(replica, 0, claim);

  EXPECT_TRUE(actions.persist.empty());
  EXPECT_TRUE(actions.evidence.empty());
}

TEST_F(KnownTraps, OneBatchAfterALongSilenceFindsADeadPrimary) {
  Replica replica = make();
  wait(replica, 600'000);
  ASSERT_EQ(replica.status().view, View{0});
  hold(replica, 1);
  receive(replica, 0, BatchAck{{digest_of(1)}});

  wait(replica, 1'000);

  EXPECT_EQ(replica.status().view, View{1});
}

TEST_F(KnownTraps, ANextPrimaryThatIsDeadTooIsPassedOver) {
  Replica replica = make();
  for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1}) {
    change(replica, voter, View{1});
  }
  ASSERT_EQ(replica.status().view, View{1});

  wait(replica, 2'000);

  EXPECT_EQ(replica.status().view, View{2});
}

/// Validator 1, the primary of view 0.
class KnownTrapsOfPrimary : public KnownTraps {
 protected:
  KnownTrapsOfPrimary() : KnownTraps(ReplicaIndex{1}) {}
};

TEST_F(KnownTrapsOfPrimary, ABatchThatItWasNotSentIsAskedFor) {
  Replica replica = make();
  for (const std::uint16_t peer : std::initializer_list<std::uint16_t>{0, 2}) {
    receive(replica, peer, BatchAck{{digest_of(1)}});
  }

  const std::vector<FetchBatches> asked = sent<FetchBatches>(wait(replica, 300));

  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().batches, std::vector<Digest>{digest_of(1)});
  const Actions actions =
      step(replica, BatchStored{digest_of(1), ReplicaIndex{0}, 100, ~std::uint64_t{0}});
  EXPECT_EQ(sent<PrePrepare>(actions).size(), 1U);
}

/// Validator 2, the primary of view 1.
class KnownTrapsOfNextPrimary : public KnownTraps {
 protected:
  KnownTrapsOfNextPrimary() : KnownTraps(ReplicaIndex{2}) {}
};

TEST_F(KnownTrapsOfNextPrimary, ACertificateShownWithoutItsPayloadIsNotBuiltOn) {
  Replica replica = make();
  const Proposal hidden = proposal(1, {}, 1);
  const PreparedCertificate certificate = certificate_of(config_.epoch, View{}, hidden);
  const PreparedPoint prepared{View{}, Height{1}, certificate.digest};
  receive(replica, 0,
          ViewChange{header_of(config_.epoch, 0, View{1}, prepared), certificate, std::nullopt});
  const Actions quorum = change(replica, 3, View{1});
  EXPECT_TRUE(sent<NewView>(quorum).empty()) << "0's, 3's and its own, but 0 shows nothing for it";

  const Actions actions = change(replica, 1, View{1});

  ASSERT_EQ(sent<NewView>(actions).size(), 1U);
  EXPECT_FALSE(sent<NewView>(actions).front().certificate);
}

}  // namespace
}  // namespace qc::consensus
