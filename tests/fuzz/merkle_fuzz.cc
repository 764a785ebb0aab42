// SPDX-License-Identifier: Apache-2.0
// Inclusion paths, consistency proofs and range receipts of small logs, honest and bent.
#include <vector>

#include "ledger/crypto/hash.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/range_receipt.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

using ledger::HashAlgorithm;

constexpr HashAlgorithm kSha256 = HashAlgorithm::kSha256;
constexpr std::uint64_t kLeavesMax = 200;

Digest leaf(std::uint64_t index) {
  return ledger::leaf_hash(kSha256, std::string(1, static_cast<char>(index)));
}

std::vector<Digest> some_digests(Source& source, std::uint64_t count_max) {
  std::vector<Digest> digests(source.below(count_max));
  for (Digest& digest : digests) digest[0] = source.byte();
  return digests;
}

void bent_path(Source& source, const ledger::MerkleTree& tree, std::uint64_t index) {
  auto path = tree.path(index);
  const Digest root = tree.root();
  require(ledger::verify_inclusion(kSha256, leaf(index), index, tree.size(), path, root),
          "an honest path holds");
  const std::uint64_t elsewhere = source.number();
  require(
      elsewhere == index || leaf(elsewhere) == leaf(index) ||
          !ledger::verify_inclusion(kSha256, leaf(elsewhere), elsewhere, tree.size(), path, root),
      "another leaf is not there");
  if (!path.empty()) {
    path[source.below(path.size())][source.below(32)] ^= 1U;
    require(!ledger::verify_inclusion(kSha256, leaf(index), index, tree.size(), path, root),
            "a path with one bit changed does not hold");
  }
  // Any numbers at all: no crash, no hang.
  (void)ledger::root_from_path(kSha256, leaf(0), source.number(), source.number(),
                               some_digests(source, 80));
}

void bent_consistency(Source& source, const ledger::MerkleTree& tree) {
  const std::uint64_t old_size = 1 + source.below(tree.size());
  const Digest old_root = ledger::log_root(kSha256, tree, old_size).value();
  auto proof = ledger::consistency_proof(kSha256, tree, old_size, tree.size()).value();
  require(ledger::verify_consistency(kSha256, old_size, old_root, tree.size(), tree.root(), proof),
          "an honest consistency proof holds");
  if (!proof.empty()) {
    proof[source.below(proof.size())][source.below(32)] ^= 1U;
    require(
        !ledger::verify_consistency(kSha256, old_size, old_root, tree.size(), tree.root(), proof),
        "a consistency proof with one bit changed does not hold");
  }
  (void)ledger::roots_from_consistency(kSha256, source.number(), source.number(),
                                       some_digests(source, 80));
}

void range(Source& source, const ledger::MerkleTree& tree) {
  const std::uint64_t first = source.below(tree.size());
  const ledger::LeafRange range{
      .first = first, .count = 1 + source.below(tree.size() - first), .size = tree.size()};
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < range.count; ++i) leaves.push_back(leaf(range.first + i));
  const auto nodes = ledger::range_receipt(tree, range).value();
  const auto receipt = ledger::RangeReceipt::make(kSha256, range, leaves, nodes).value();
  require(receipt.root().value() == tree.root(), "the holder computes the log's root");
  for (std::uint64_t i = 0; i < range.count; ++i) {
    require(receipt.path(i).value() == tree.path(range.first + i), "every path is the log's");
  }
  const ledger::LeafRange any{
      .first = source.number(), .count = source.number(), .size = source.number()};
  (void)ledger::nodes_outside(any);
  (void)ledger::RangeReceipt::make(kSha256, any, leaves, nodes);
}

}  // namespace

void run(std::string_view input) {
  Source source(input);
  ledger::MerkleTree tree;
  const std::uint64_t size = 1 + source.below(kLeavesMax);
  for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf(i));
  bent_path(source, tree, source.below(size));
  bent_consistency(source, tree);
  range(source, tree);
  (void)ledger::Frontier::parse(source.rest(), kSha256);
}

}  // namespace qc::fuzz
