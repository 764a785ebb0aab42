// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "consensus/message/authenticator.h"

namespace qc::simulation {

/// Signatures as keyed hashes: nobody in a simulation has a key but through this class, so they
/// cannot be forged there, and a simulation is not bound by the speed of real ones.
class KeyedHashAuthenticator final : public consensus::Authenticator {
 public:
  KeyedHashAuthenticator(consensus::ReplicaIndex self, std::uint16_t validators)
      : self_(self), validators_(validators) {}

  consensus::Signature sign(std::string_view statement) override { return keyed(self_, statement); }
  bool verify(consensus::ReplicaIndex signer, std::string_view statement,
              const consensus::Signature& signature) const override {
    return signer.value < validators_ && keyed(signer, statement) == signature;
  }
  Digest hash(std::string_view bytes) const override { return fill<32>(bytes, 0); }

 private:
  static consensus::Signature keyed(consensus::ReplicaIndex signer, std::string_view statement) {
    return fill<64>(statement, 0x5eed0000ULL + signer.value + 1);
  }

  /// Two 64-bit multiplicative hashes, repeated over the array: 128 bits, far from a collision in
  /// any run.
  template <std::size_t kSize>
  static std::array<std::uint8_t, kSize> fill(std::string_view bytes, std::uint64_t key) {
    std::uint64_t one = 0xcbf29ce484222325ULL ^ key * 0x9e3779b97f4a7c15ULL;
    std::uint64_t two = 0x2545f4914f6cdd1dULL + key;
    for (const char c : bytes) {
      const auto byte = static_cast<std::uint8_t>(c);
      one = (one ^ byte) * 0x100000001b3ULL;
      two = (two + byte) * 0xda942042e4dd58b5ULL;
      two ^= two >> 29;
    }
    std::array<std::uint8_t, kSize> out{};
    for (std::size_t i = 0; i < kSize; ++i) {
      const std::uint64_t source = i / 8 % 2 == 0 ? one : two;
      out[i] = static_cast<std::uint8_t>(source >> i % 8 * 8);
    }
    return out;
  }

  consensus::ReplicaIndex self_;
  std::uint16_t validators_;
};

}  // namespace qc::simulation
