// SPDX-License-Identifier: Apache-2.0
#include "chain/renewal.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"

namespace qc::chain {
namespace {

constexpr std::uint64_t kHeight = 7;
constexpr std::uint64_t kBlockMs = 1'800'000'000'900;
constexpr std::uint64_t kBlockS = kBlockMs / 1000;

/// Four validators; three make a quorum.
class RenewalTest : public ::testing::Test {
 protected:
  RenewalTest() { renewal_.begin(kHeight, checkpoint_, kBlockMs); }

  static std::vector<std::unique_ptr<ledger::PemSigner>> make_keys() {
    std::vector<std::unique_ptr<ledger::PemSigner>> keys;
    for (int i = 0; i < 4; ++i) {
      keys.push_back(*ledger::PemSigner::from_pem(
          *ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519)));
    }
    return keys;
  }
  ledger::ValidatorSet make_set() const {
    std::vector<ledger::Validator> validators;
    for (std::size_t i = 0; i < keys_.size(); ++i)
      validators.push_back({.name = name(i), .key = keys_[i]->public_key()});
    return *ledger::ValidatorSet::make(std::move(validators));
  }
  static std::string name(std::size_t validator) {
    return "n.example/x/" + std::string(1, static_cast<char>('a' + validator));
  }
  consensus::CheckpointVote vote(std::size_t validator, std::uint64_t stamp_s,
                                 const ledger::Checkpoint& of) const {
    return {.height = consensus::Height{kHeight},
            .checkpoint = of.text(),
            .cosignature = ledger::cosign(*keys_[validator], name(validator), stamp_s, of)->line()};
  }
  void add(std::uint32_t validator, std::uint64_t stamp_s) {
    renewal_.add(validator, vote(validator, stamp_s, checkpoint_));
  }
  std::size_t lines_as_of(std::uint64_t least_s) const {
    const auto lines = renewal_.lines_as_of(least_s);
    return lines ? lines->size() : 0;
  }

  const ledger::Checkpoint checkpoint_{
      .origin = "n.example/x/" + std::string(64, '0'), .size = 9, .root = {1}};
  const std::vector<std::unique_ptr<ledger::PemSigner>> keys_ = make_keys();
  const ledger::ValidatorSet set_ = make_set();
  Renewal renewal_{set_};
};

TEST_F(RenewalTest, AQuorumsStampsAreItsAsOfTime) {
  add(0, kBlockS + 10);
  add(1, kBlockS + 30);
  EXPECT_EQ(lines_as_of(kBlockS), 0U) << "two of three";

  add(3, kBlockS + 20);

  EXPECT_EQ(lines_as_of(kBlockS + 10), 3U);
  EXPECT_EQ(lines_as_of(kBlockS + 11), 0U) << "only two are so young";
  EXPECT_EQ(renewal_.lines_as_of(kBlockS)->front().name, name(0));
}

TEST_F(RenewalTest, TheNewestOfAValidatorStays) {
  add(0, kBlockS + 10);
  add(1, kBlockS + 10);
  add(2, kBlockS + 10);
  add(0, kBlockS + 40);
  add(1, kBlockS + 40);
  add(2, kBlockS + 40);
  add(2, kBlockS + 20);

  EXPECT_EQ(lines_as_of(kBlockS + 40), 3U);
}

TEST_F(RenewalTest, NothingFalseCounts) {
  add(0, kBlockS);
  add(1, kBlockS);
  renewal_.add(2, vote(3, kBlockS, checkpoint_));
  renewal_.add(4, vote(3, kBlockS, checkpoint_));
  renewal_.add(2, {.height = consensus::Height{kHeight},
                   .checkpoint = checkpoint_.text(),
                   .cosignature = "no line"});
  add(2, kBlockS - 1);
  const ledger::Checkpoint other{.origin = checkpoint_.origin, .size = 9, .root = {2}};
  renewal_.add(2, vote(2, kBlockS, other));
  consensus::CheckpointVote higher = vote(2, kBlockS, checkpoint_);
  higher.height = consensus::Height{kHeight + 1};
  renewal_.add(2, higher);
  EXPECT_EQ(lines_as_of(0), 0U);

  add(2, kBlockS);

  EXPECT_EQ(lines_as_of(0), 3U);
}

TEST_F(RenewalTest, WhatWasGatheredEndsWithItsCheckpoint) {
  for (std::uint32_t validator = 0; validator < 3; ++validator) add(validator, kBlockS);
  EXPECT_TRUE(renewal_.begun());

  renewal_.end();
  EXPECT_FALSE(renewal_.begun());
  add(0, kBlockS);
  EXPECT_EQ(lines_as_of(0), 0U);

  renewal_.begin(kHeight, checkpoint_, kBlockMs);
  EXPECT_EQ(lines_as_of(0), 0U);
}

}  // namespace
}  // namespace qc::chain
