// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/digest.h"

// OpenSSL's own tag; its headers stay out of ours.
struct evp_md_ctx_st;

namespace qc::ledger {

/// The hash of a network, chosen once in its genesis: SM3 in one of national cryptography.
enum class HashAlgorithm : std::uint8_t { kSha256 = 1, kSm3 = 2 };

/// Hashes a sequence of parts without joining them first. Contexts are recycled within a thread, so
/// making a Hasher costs next to nothing; one Hasher belongs to one thread at a time.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm = HashAlgorithm::kSha256);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher(Hasher&&) = delete;
  Hasher& operator=(Hasher&&) = delete;

  Hasher& add(std::string_view bytes);
  Hasher& add(const Digest& digest) { return add(view(digest)); }
  Hasher& add_byte(std::uint8_t byte);
  Hasher& add_u32(std::uint32_t value);
  Hasher& add_u64(std::uint64_t value);
  /// An ASCII tag and the NUL that ends it.
  Hasher& add_tag(std::string_view tag);

  /// The hash of everything added; the Hasher then starts anew.
  Digest finish();

 private:
  HashAlgorithm algorithm_;
  evp_md_ctx_st* context_;
  bool fresh_ = true;
};

/// H(bytes).
Digest hash(HashAlgorithm algorithm, std::string_view bytes);
/// H(part ‖ part ...).
Digest hash(HashAlgorithm algorithm, std::initializer_list<std::string_view> parts);
/// H(tag ‖ NUL ‖ part ‖ part ...).
Digest tagged_hash(HashAlgorithm algorithm, std::string_view tag,
                   std::initializer_list<std::string_view> parts);
/// H(0x00 ‖ bytes): a leaf of an RFC 6962 tree.
Digest leaf_hash(HashAlgorithm algorithm, std::string_view bytes);
/// H(0x01 ‖ left ‖ right): an inner node of an RFC 6962 tree and of the state tree.
Digest inner_hash(HashAlgorithm algorithm, const Digest& left, const Digest& right);

}  // namespace qc::ledger
