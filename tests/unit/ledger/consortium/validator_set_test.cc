// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/validator_set.h"

#include <gtest/gtest.h>

#include "ledger/crypto/signer.h"

namespace qc::ledger {
namespace {

PublicKey new_key(KeyAlgorithm algorithm = KeyAlgorithm::kEd25519) {
  return PemSigner::from_pem(generate_private_key(algorithm).value()).value()->public_key();
}

TEST(ValidatorSet, IsSortedByName) {
  const Validator a{"net.example/a", new_key()};
  const Validator b{"net.example/b", new_key()};
  const ValidatorSet set = ValidatorSet::make({b, a}).value();
  EXPECT_EQ(set.validators(), (std::vector<Validator>{a, b}));
  EXPECT_EQ(set, ValidatorSet::make({a, b}).value());
  EXPECT_EQ(set.hash(), ValidatorSet::make({a, b})->hash());
  EXPECT_EQ(set.network_name(), "net.example");
  EXPECT_EQ(set.find("net.example/b")->key, b.key);
  EXPECT_EQ(set.find("net.example/c"), nullptr);
}

TEST(ValidatorSet, RefusesDoubtfulMembers) {
  const PublicKey key = new_key();
  EXPECT_FALSE(ValidatorSet::make({}));
  EXPECT_FALSE(ValidatorSet::make({{"net/a", key}, {"net/a", new_key()}}));
  EXPECT_FALSE(ValidatorSet::make({{"net/a", key}, {"net/b", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"net/a", key}, {"ten/b", new_key()}}));
  EXPECT_FALSE(ValidatorSet::make({{"a", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"/a", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"net/A", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"net/none", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"n+t/a", key}}));
  EXPECT_FALSE(ValidatorSet::make({{"net/a", new_key(KeyAlgorithm::kEcdsaP256Sha256)}}));
  EXPECT_TRUE(ValidatorSet::make({{"net/a", key}}));
}

TEST(ValidatorSet, IsBounded) {
  std::vector<Validator> validators;
  for (std::size_t i = 0; i < kMaxValidators; ++i) {
    validators.push_back({"net/v" + std::to_string(i), new_key()});
  }
  EXPECT_TRUE(ValidatorSet::make(validators));
  validators.push_back({"net/one-more", new_key()});
  EXPECT_FALSE(ValidatorSet::make(validators));
}

TEST(ValidatorSet, ShortNamesFollowTheirRule) {
  for (const char* name : {"a", "regulator", "a-1", "a23456789-123456789-123456789-12"}) {
    EXPECT_TRUE(is_short_name(name)) << name;
  }
  for (const char* name :
       {"", "none", "1a", "-a", "A", "a_b", "a.b", "a/b", "a23456789-123456789-123456789-123"}) {
    EXPECT_FALSE(is_short_name(name)) << name;
  }
}

}  // namespace
}  // namespace qc::ledger
