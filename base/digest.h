// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace qc {

inline constexpr std::size_t kDigestSize = 32;

/// A 32-byte hash value, or a key of the state tree, which is one.
using Digest = std::array<std::uint8_t, kDigestSize>;

/// 32 zero bytes: the empty subtree, the link before the first, the parent of seal 0.
inline constexpr Digest kZeroDigest{};

/// The bytes of a digest; valid as long as the digest is.
inline std::string_view view(const Digest& digest) {
  // A char may alias any object.
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

inline std::string to_bytes(const Digest& digest) { return std::string(view(digest)); }

/// The digest in exactly 32 bytes; nothing for any other length.
inline std::optional<Digest> digest_from(std::string_view bytes) {
  if (bytes.size() != kDigestSize) return std::nullopt;
  Digest digest{};
  std::memcpy(digest.data(), bytes.data(), kDigestSize);
  return digest;
}

inline bool is_zero(const Digest& digest) { return digest == kZeroDigest; }

/// Hash functor for containers keyed by digests: a digest's first bytes are as good as random.
/// Where a stranger picks the keys (a nonce can be ground), use an ordered container instead.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t value = 0;
    std::memcpy(&value, digest.data(), sizeof value);
    return value;
  }
};

}  // namespace qc
