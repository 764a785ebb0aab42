// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/vote_set.h"

#include <gtest/gtest.h>

#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

Vote prepare(std::uint16_t voter, std::uint8_t mark) {
  return Vote{Phase::kPrepare,   View{}, Height{1}, digest_of(mark), ReplicaIndex{voter},
              signature_of(mark)};
}

TEST(VoteSet, CountsAReplicaOnlyOnce) {
  VoteSet votes(Quorum(4));

  EXPECT_TRUE(votes.add(prepare(0, 1)));
  EXPECT_FALSE(votes.add(prepare(0, 1)));
  EXPECT_FALSE(votes.add(prepare(0, 1)));

  EXPECT_EQ(votes.count(digest_of(1)), 1U);
  EXPECT_FALSE(votes.decided());
}

TEST(VoteSet, ASecondDigestOfOneVoterCountsForNothing) {
  VoteSet votes(Quorum(4));
  votes.add(prepare(0, 1));

  EXPECT_FALSE(votes.add(prepare(0, 2)));

  EXPECT_EQ(votes.count(digest_of(2)), 0U);
}

TEST(VoteSet, DecidesWithAQuorumForOneDigestAndNotBefore) {
  VoteSet votes(Quorum(5));
  votes.add(prepare(0, 1));
  votes.add(prepare(1, 2));
  votes.add(prepare(2, 1));
  votes.add(prepare(3, 1));
  EXPECT_FALSE(votes.decided()) << "three of five are no quorum";

  votes.add(prepare(4, 1));

  EXPECT_EQ(votes.decided(), digest_of(1));
}

TEST(VoteSet, GivesSignaturesInAscendingOrderOfVoter) {
  VoteSet votes(Quorum(4));
  votes.add(prepare(3, 1));
  votes.add(prepare(0, 1));
  votes.add(prepare(2, 9));

  const std::vector<SignedBy> expected = {{ReplicaIndex{0}, signature_of(1)},
                                          {ReplicaIndex{3}, signature_of(1)}};
  EXPECT_EQ(votes.signatures(digest_of(1)), expected);
}

TEST(VoteSet, MarksInItsBitmapWhoVoted) {
  VoteSet votes(Quorum(10));
  votes.add(prepare(1, 1));
  votes.add(prepare(9, 1));

  const std::vector<std::uint8_t> bitmap = votes.bitmap();

  EXPECT_EQ(bitmap, (std::vector<std::uint8_t>{0x02, 0x02}));
  EXPECT_TRUE(marked(bitmap, ReplicaIndex{9}));
  EXPECT_FALSE(marked(bitmap, ReplicaIndex{8}));
  EXPECT_FALSE(marked(bitmap, ReplicaIndex{200})) << "beyond the end nobody is marked";
}

}  // namespace
}  // namespace qc::consensus
