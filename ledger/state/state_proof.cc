// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "ledger/state/state_tree.h"

namespace qc::ledger {
namespace {

constexpr std::uint32_t kMaxDepth = 256;

bool bit_of(std::string_view bytes, std::size_t position) {
  return (static_cast<std::uint8_t>(bytes[position / 8]) >> (7 - position % 8) & 1) != 0;
}

tl::unexpected<Error> refuted(const char* rule) {
  return fail(Code::kInvalidArgument, std::string("state proof: ") + rule);
}

Result<void> check_shape(const StateProof& proof) {
  if (proof.depth > kMaxDepth) return refuted("the depth is above 256");
  if (proof.bitmap.size() != (proof.depth + 7) / 8) {
    return refuted("the bitmap does not have one bit a level");
  }
  std::size_t listed = 0;
  for (std::size_t i = 0; i < proof.bitmap.size() * 8; ++i) {
    if (!bit_of(proof.bitmap, i)) continue;
    if (i >= proof.depth) return refuted("padding bits of the bitmap must be zero");
    ++listed;
  }
  if (proof.siblings.size() != listed) {
    return refuted("the bitmap does not list as many siblings as there are");
  }
  for (const Digest& sibling : proof.siblings) {
    if (is_zero(sibling)) return refuted("a listed sibling is the empty subtree");
  }
  return {};
}

Result<void> check_terminal(const Digest& key, const std::optional<Digest>& value_hash,
                            const StateProof& proof) {
  const bool own = proof.terminal && proof.terminal->key == key;
  if (value_hash) {
    if (!own) return refuted("it does not end at the leaf of the key that is to be there");
    if (proof.terminal->value_hash != *value_hash) return refuted("the leaf has another value");
    return {};
  }
  if (own) return refuted("it ends at the leaf of the key that is not to be there");
  if (!proof.terminal) return {};
  for (std::size_t i = 0; i < proof.depth; ++i) {
    if (bit_of(view(proof.terminal->key), i) != bit_of(view(key), i)) {
      return refuted("the leaf at its end is not on the way to the key");
    }
  }
  return {};
}

}  // namespace

Result<void> verify_state_proof(HashAlgorithm algorithm, const Digest& root, const Digest& key,
                                const std::optional<Digest>& value_hash, const StateProof& proof) {
  QC_TRY_VOID(check_shape(proof));
  QC_TRY_VOID(check_terminal(key, value_hash, proof));
  Digest hash = proof.terminal ? state_leaf_hash(algorithm, *proof.terminal) : kZeroDigest;
  std::size_t next_sibling = proof.siblings.size();
  for (std::size_t i = proof.depth; i-- > 0;) {
    const Digest sibling = bit_of(proof.bitmap, i) ? proof.siblings[--next_sibling] : kZeroDigest;
    hash = bit_of(view(key), i) ? inner_hash(algorithm, sibling, hash)
                                : inner_hash(algorithm, hash, sibling);
  }
  if (hash != root) return refuted("it does not lead to the state root");
  return {};
}

}  // namespace qc::ledger
