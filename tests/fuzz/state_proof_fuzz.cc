// SPDX-License-Identifier: Apache-2.0
// No proof, however made, shows something else than the tree holds.
#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "ledger/crypto/hash.h"
#include "ledger/state/state_tree.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

using ledger::HashAlgorithm;

constexpr std::size_t kLeavesMax = 48;

/// A key that shares its first `prefix` bytes with all others of that length.
Digest key_with_prefix(std::size_t prefix, std::uint8_t tail) {
  Digest key = ledger::hash(HashAlgorithm::kSha256, std::string(1, static_cast<char>(tail)));
  std::fill_n(key.begin(), std::min(prefix, key.size() - 1), std::uint8_t{0xa5});
  return key;
}

std::vector<ledger::StateLeaf> leaves_from(Source& source) {
  std::set<Digest> keys;
  const std::uint64_t count = source.below(kLeavesMax);
  for (std::uint64_t i = 0; i < count; ++i) {
    keys.insert(key_with_prefix(source.byte() % 32U, source.byte()));
  }
  std::vector<ledger::StateLeaf> leaves;
  for (const Digest& key : keys) {
    leaves.push_back({key, ledger::hash(HashAlgorithm::kSha256, qc::view(key))});
  }
  return leaves;
}

/// Changes of a proof that the input asks for.
void bend(ledger::StateProof& proof, Source& source) {
  switch (source.byte() % 8U) {
    case 0:
      proof.depth = static_cast<std::uint32_t>(source.below(300));
      break;
    case 1:
      proof.bitmap = std::string(source.bytes(source.byte() % 40U));
      break;
    case 2:
      proof.siblings.resize(source.below(300));
      break;
    case 3:
      proof.terminal.reset();
      break;
    case 4:
      proof.terminal = ledger::StateLeaf{key_with_prefix(source.byte() % 32U, source.byte()), {}};
      break;
    case 5:
      if (!proof.siblings.empty()) proof.siblings[source.below(proof.siblings.size())][0] ^= 1U;
      break;
    case 6:
      if (!proof.bitmap.empty()) {
        char& bits = proof.bitmap[source.below(proof.bitmap.size())];
        bits = static_cast<char>(bits ^ static_cast<char>(1U << (source.byte() % 8U)));
      }
      break;
    default:
      break;
  }
}

}  // namespace

void run(std::string_view input) {
  Source source(input);
  const auto leaves = leaves_from(source);
  ledger::MemoryNodeStore store;
  const ledger::StateTree tree(store);
  auto update = tree.update(leaves);
  require(update.has_value(), "a tree in memory can be updated");
  store.apply(std::move(update->bundles));
  const Digest root = tree.root().value();
  require(root == update->root, "the stored root is the one that was returned");

  const Digest asked = !leaves.empty() && source.byte() % 2U == 0
                           ? leaves[source.below(leaves.size())].key
                           : key_with_prefix(source.byte() % 32U, source.byte());
  const std::optional<Digest> truth = tree.find(asked).value();
  ledger::StateProof proof = tree.prove(asked).value();
  require(ledger::verify_state_proof(HashAlgorithm::kSha256, root, asked, truth, proof).has_value(),
          "an honest proof holds");

  const std::uint64_t changes = source.below(4);
  for (std::uint64_t i = 0; i < changes; ++i) {
    bend(proof, source);
  }
  const std::optional<Digest> lie = truth ? std::nullopt : std::optional<Digest>(asked);
  require(!ledger::verify_state_proof(HashAlgorithm::kSha256, root, asked, lie, proof).has_value(),
          "no proof shows the opposite");
}

}  // namespace qc::fuzz
