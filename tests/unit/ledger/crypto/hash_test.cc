// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/hash.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace qc::ledger {
namespace {

constexpr HashAlgorithm kSha = HashAlgorithm::kSha256;

TEST(Hash, KnowsThePublishedExamples) {
  EXPECT_EQ(to_hex(hash(kSha, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hash(HashAlgorithm::kSm3, "abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  EXPECT_EQ(to_hex(hash(kSha, "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, PartsHashAsTheirConcatenation) {
  EXPECT_EQ(hash(kSha, {"a", "", "bc"}), hash(kSha, "abc"));
  EXPECT_EQ(tagged_hash(kSha, "tag", {"a", "b"}), hash(kSha, std::string_view("tag\0ab", 6)));
  EXPECT_EQ(leaf_hash(kSha, "x"), hash(kSha, std::string_view("\0x", 2)));
  EXPECT_EQ(inner_hash(kSha, kZeroDigest, kZeroDigest), hash(kSha, "\x01" + std::string(64, '\0')));
}

TEST(Hasher, StartsAnewAfterFinish) {
  Hasher hasher;
  const Digest first = hasher.add("a").finish();
  EXPECT_EQ(hasher.add("a").finish(), first);
}

TEST(Hasher, LeftUnfinishedSpoilsNoOther) {
  const Digest expected = hash(kSha, "b");
  { Hasher(kSha).add("a"); }
  EXPECT_EQ(Hasher(kSha).add("b").finish(), expected);
}

TEST(Hasher, SeveralMayBeAtWorkAtOnce) {
  Hasher one(kSha);
  Hasher two(kSha);
  Hasher three(HashAlgorithm::kSm3);
  one.add("a");
  two.add("x");
  three.add("a");
  one.add("bc");
  three.add("bc");
  EXPECT_EQ(one.finish(), hash(kSha, "abc"));
  EXPECT_EQ(two.finish(), hash(kSha, "x"));
  EXPECT_EQ(three.finish(), hash(HashAlgorithm::kSm3, "abc"));
}

TEST(Hasher, WritesIntegersBigEndian) {
  EXPECT_EQ(Hasher().add_byte(1).add_u32(0x02030405).add_u64(0x060708090a0b0c0d).finish(),
            hash(kSha, *from_hex("0102030405060708090a0b0c0d")));
}

}  // namespace
}  // namespace qc::ledger
