// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/types.h"

#include <gtest/gtest.h>

namespace qc::consensus {
namespace {

TEST(Quorum, IsThatOfTheProtocolsTable) {
  struct Row {
    std::size_t validators, faulty, certificate;
  };
  constexpr Row kTable[] = {{1, 0, 1},  {2, 0, 2},   {3, 0, 2},    {4, 1, 3},    {5, 1, 4},
                            {6, 1, 4},  {7, 2, 5},   {8, 2, 6},    {9, 2, 6},    {10, 3, 7},
                            {13, 4, 9}, {16, 5, 11}, {31, 10, 21}, {100, 33, 67}};

  for (const Row& row : kTable) {
    EXPECT_EQ(Quorum(row.validators).faulty_max(), row.faulty) << "n = " << row.validators;
    EXPECT_EQ(Quorum(row.validators).certificate(), row.certificate) << "n = " << row.validators;
  }
}

TEST(Quorum, TwoCertificatesShareACorrectReplicaAndTheCorrectOnesSuffice) {
  for (std::size_t n = 1; n <= 256; ++n) {
    const Quorum quorum(n);
    EXPECT_GE(2 * quorum.certificate(), n + quorum.one_correct()) << "n = " << n;
    EXPECT_LE(quorum.certificate(), n - quorum.faulty_max()) << "n = " << n;
  }
}

TEST(Epoch, ThePrimaryMovesOnWithEachViewFromTheFirstHeight) {
  const Epoch epoch{"chain", Height{6}, {}, 4};

  EXPECT_EQ(epoch.primary(View{0}), ReplicaIndex{2});
  EXPECT_EQ(epoch.primary(View{1}), ReplicaIndex{3});
  EXPECT_EQ(epoch.primary(View{2}), ReplicaIndex{0});
}

TEST(Epoch, ThePrimaryOfAnAbsurdViewIsStillInTheSet) {
  const Epoch epoch{"chain", Height{~std::uint64_t{0}}, {}, 7};

  EXPECT_LT(epoch.primary(View{~std::uint64_t{0}}).value, 7);
}

}  // namespace
}  // namespace qc::consensus
