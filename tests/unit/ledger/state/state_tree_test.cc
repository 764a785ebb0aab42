// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/state_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace qc::ledger {
namespace {

constexpr HashAlgorithm kSha = HashAlgorithm::kSha256;

using Leaves = std::map<Digest, Digest>;

bool bit_of(const Digest& key, std::size_t i) { return (key[i / 8] >> (7 - i % 8) & 1) != 0; }

// The definition of docs/formats.md, word for word.
Digest naive_root(std::span<const StateLeaf> leaves, std::size_t depth = 0) {
  if (leaves.empty()) return kZeroDigest;
  if (leaves.size() == 1) return state_leaf_hash(kSha, leaves[0]);
  std::size_t split = 0;
  while (split < leaves.size() && !bit_of(leaves[split].key, depth)) ++split;
  return inner_hash(kSha, naive_root(leaves.first(split), depth + 1),
                    naive_root(leaves.subspan(split), depth + 1));
}

std::vector<StateLeaf> sorted(const Leaves& leaves) {
  std::vector<StateLeaf> list;
  for (const auto& [key, value_hash] : leaves) list.push_back({key, value_hash});
  return list;
}

Digest random_digest(std::mt19937_64& random) {
  Digest digest{};
  for (std::uint8_t& byte : digest) byte = static_cast<std::uint8_t>(random());
  return digest;
}

// Keys that agree in many first bits with others, so that the tree grows deep.
Digest crowded_key(std::mt19937_64& random, const Leaves& leaves) {
  Digest key = random_digest(random);
  if (leaves.empty()) return key;
  auto model = leaves.lower_bound(key);
  if (model == leaves.end()) model = leaves.begin();
  const std::size_t shared = random() % 257;
  for (std::size_t i = 0; i < shared; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (i % 8));
    key[i / 8] = static_cast<std::uint8_t>((key[i / 8] & ~mask) | (model->first[i / 8] & mask));
  }
  return key;
}

TEST(StateTree, IsTheTreeOfItsDefinitionAfterEveryBatch) {
  for (const bool crowded : {false, true}) {
    std::mt19937_64 random(crowded ? 1 : 2);
    MemoryNodeStore store;
    Leaves leaves;
    EXPECT_EQ(StateTree(store).root().value(), kZeroDigest);
    for (int round = 0; round < 60; ++round) {
      Leaves batch;
      const std::size_t size = 1 + random() % 20;
      while (batch.size() < size) {
        const bool known = !leaves.empty() && random() % 3 == 0;
        const Digest key =
            known ? std::next(leaves.begin(), static_cast<std::ptrdiff_t>(random() % leaves.size()))
                        ->first
            : crowded ? crowded_key(random, leaves)
                      : random_digest(random);
        batch[key] = random_digest(random);
      }
      for (const auto& [key, value_hash] : batch) leaves[key] = value_hash;

      auto update = StateTree(store).update(sorted(batch));

      ASSERT_TRUE(update) << update.error().message;
      EXPECT_TRUE(std::is_sorted(update->bundles.begin(), update->bundles.end()));
      ASSERT_EQ(update->root, naive_root(sorted(leaves)));
      store.apply(std::move(update->bundles));
      ASSERT_EQ(StateTree(store).root().value(), update->root);
    }
  }
}

TEST(StateTree, DoesNotDependOnTheOrderOfUpdates) {
  std::mt19937_64 random(3);
  Leaves leaves;
  while (leaves.size() < 3000) leaves[crowded_key(random, leaves)] = random_digest(random);
  const auto all = sorted(leaves);
  MemoryNodeStore at_once;
  at_once.apply(StateTree(at_once).update(all)->bundles);
  MemoryNodeStore in_parts;
  for (std::size_t part = 0; part < 7; ++part) {
    std::vector<StateLeaf> batch;
    for (std::size_t i = part; i < all.size(); i += 7) batch.push_back(all[i]);
    in_parts.apply(StateTree(in_parts).update(batch)->bundles);
  }
  EXPECT_EQ(StateTree(at_once).root().value(), naive_root(all));
  EXPECT_EQ(at_once.bundles(), in_parts.bundles());
}

TEST(StateTree, ProvesPresenceAndAbsence) {
  std::mt19937_64 random(4);
  MemoryNodeStore store;
  Leaves leaves;
  while (leaves.size() < 300) leaves[crowded_key(random, leaves)] = random_digest(random);
  store.apply(StateTree(store).update(sorted(leaves))->bundles);
  const StateTree tree(store);
  const Digest root = tree.root().value();
  for (const auto& [key, value_hash] : leaves) {
    const StateProof proof = tree.prove(key).value();
    EXPECT_EQ(tree.find(key).value(), value_hash);
    EXPECT_TRUE(verify_state_proof(kSha, root, key, value_hash, proof));
    EXPECT_FALSE(verify_state_proof(kSha, root, key, std::nullopt, proof));
    EXPECT_FALSE(verify_state_proof(kSha, root, key, root, proof));
  }
  for (int i = 0; i < 300; ++i) {
    const Digest key = crowded_key(random, leaves);
    if (leaves.count(key) != 0) continue;
    const StateProof proof = tree.prove(key).value();
    EXPECT_EQ(tree.find(key).value(), std::nullopt);
    EXPECT_TRUE(verify_state_proof(kSha, root, key, std::nullopt, proof));
    EXPECT_FALSE(verify_state_proof(kSha, root, key, root, proof));
  }
}

TEST(StateTree, ProofsReachTheLastBit) {
  Digest one{};
  Digest two{};
  two[31] = 1;
  MemoryNodeStore store;
  const std::vector<StateLeaf> batch = {{one, two}, {two, one}};
  store.apply(StateTree(store).update(batch)->bundles);
  const StateTree tree(store);
  const StateProof proof = tree.prove(two).value();
  EXPECT_EQ(proof.depth, 256U);
  EXPECT_EQ(proof.siblings.size(), 1U);
  EXPECT_EQ(tree.root().value(), naive_root(batch));
  EXPECT_TRUE(verify_state_proof(kSha, tree.root().value(), two, one, proof));
}

TEST(StateProof, EveryChangeIsRefuted) {
  std::mt19937_64 random(5);
  MemoryNodeStore store;
  Leaves leaves;
  while (leaves.size() < 40) leaves[random_digest(random)] = random_digest(random);
  store.apply(StateTree(store).update(sorted(leaves))->bundles);
  const Digest root = StateTree(store).root().value();
  const auto& [key, value_hash] = *leaves.begin();
  const StateProof good = StateTree(store).prove(key).value();
  const auto refuted = [&](const StateProof& proof) {
    return !verify_state_proof(kSha, root, key, value_hash, proof);
  };
  ASSERT_FALSE(refuted(good));

  for (std::size_t i = 0; i < good.bitmap.size() * 8; ++i) {
    StateProof proof = good;
    proof.bitmap[i / 8] = static_cast<char>(proof.bitmap[i / 8] ^ (0x80 >> (i % 8)));
    EXPECT_TRUE(refuted(proof)) << "bit " << i;
  }
  for (std::size_t i = 0; i < good.siblings.size(); ++i) {
    StateProof proof = good;
    proof.siblings[i][7] ^= 1;
    EXPECT_TRUE(refuted(proof));
    proof.siblings.erase(proof.siblings.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(refuted(proof));
  }
  StateProof proof = good;
  proof.bitmap.push_back('\0');
  EXPECT_TRUE(refuted(proof));
  proof = good;
  proof.siblings.push_back(root);
  EXPECT_TRUE(refuted(proof));
  proof = good;
  ++proof.depth;
  EXPECT_TRUE(refuted(proof));
  proof = good;
  proof.terminal.reset();
  EXPECT_TRUE(refuted(proof));
  proof.depth = 0x7fffffff;
  EXPECT_TRUE(refuted(proof));
}

TEST(StateProof, AnotherLeafMustBeOnTheWay) {
  std::mt19937_64 random(6);
  MemoryNodeStore store;
  const std::vector<StateLeaf> batch = {{Digest{}, random_digest(random)}};
  store.apply(StateTree(store).update(batch)->bundles);
  const Digest root = StateTree(store).root().value();
  Digest absent{};
  absent[0] = 0x80;
  StateProof proof = StateTree(store).prove(absent).value();
  EXPECT_TRUE(verify_state_proof(kSha, root, absent, std::nullopt, proof));

  // An invented level with an empty sibling, on the other side of which the leaf lies.
  proof.depth = 1;
  proof.bitmap = std::string(1, '\0');

  EXPECT_FALSE(verify_state_proof(kSha, root, absent, std::nullopt, proof));
}

TEST(OverlayNodeStore, LeavesItsBaseAlone) {
  std::mt19937_64 random(7);
  MemoryNodeStore base;
  Leaves leaves;
  while (leaves.size() < 100) leaves[random_digest(random)] = random_digest(random);
  base.apply(StateTree(base).update(sorted(leaves))->bundles);
  const auto before = base.bundles();
  OverlayNodeStore lower(&base);
  OverlayNodeStore upper(&lower);
  for (OverlayNodeStore* overlay : {&lower, &upper}) {
    Leaves batch;
    while (batch.size() < 10) batch[random_digest(random)] = random_digest(random);
    for (const auto& [key, value_hash] : batch) leaves[key] = value_hash;
    overlay->apply(StateTree(*overlay).update(sorted(batch))->bundles);
    EXPECT_EQ(StateTree(*overlay).root().value(), naive_root(sorted(leaves)));
  }
  EXPECT_EQ(base.bundles(), before);
  for (const auto* layer : {&lower, &upper}) {
    base.apply({layer->changes().begin(), layer->changes().end()});
  }
  EXPECT_EQ(StateTree(base).root().value(), naive_root(sorted(leaves)));
}

TEST(StateTree, DamagedBundlesAreAnErrorAndNoCrash) {
  std::mt19937_64 random(8);
  MemoryNodeStore store;
  Leaves leaves;
  while (leaves.size() < 100) leaves[random_digest(random)] = random_digest(random);
  store.apply(StateTree(store).update(sorted(leaves))->bundles);
  const auto bundles = store.bundles();
  const Digest key = leaves.begin()->first;
  for (std::size_t cut = 1; cut < bundles.begin()->second.size(); ++cut) {
    MemoryNodeStore damaged;
    damaged.apply({{bundles.begin()->first, bundles.begin()->second.substr(cut)}});
    const StateTree tree(damaged);
    // What is left may by chance be a bundle, but then the ones below it are missing.
    (void)tree.root();
    const auto found = tree.find(key);
    if (!found) {
      EXPECT_EQ(found.error().code, Code::kDataLoss);
    }
  }
  MemoryNodeStore without_lower;
  without_lower.apply({*bundles.begin()});
  EXPECT_EQ(StateTree(without_lower).find(key).error().code, Code::kDataLoss);
  const StateLeaf leaf{key, key};
  EXPECT_EQ(StateTree(without_lower).update(std::span(&leaf, 1)).error().code, Code::kDataLoss);
}

}  // namespace
}  // namespace qc::ledger
