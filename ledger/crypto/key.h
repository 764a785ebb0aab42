// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// The signature algorithm, which follows from the key.
enum class KeyAlgorithm : std::uint8_t { kEcdsaP256Sha256 = 1, kEd25519 = 2, kSm2Sm3 = 3 };

/// What a key is enrolled for: once, one purpose, for ever (docs/formats.md).
enum class KeyPurpose : std::uint32_t {
  kAdmin = 1,
  kSigning = 2,
  kTlsClient = 3,
  kValidator = 4,
  kNodeTls = 5,
  kLog = 6,
};

/// Every signature of every algorithm here has 64 bytes: r ‖ s, or RFC 8032's.
inline constexpr std::size_t kSignatureSize = 64;

/// "ECDSA_P256_SHA256", "ED25519" or "SM2_SM3".
std::string_view name_of(KeyAlgorithm algorithm);

/// A public key in its one admitted encoding, parsed once. Copies share the parsed key, so they are
/// cheap; all members may be called from any thread.
class PublicKey {
 public:
  /// Accepts exactly the DER SubjectPublicKeyInfo encodings of docs/formats.md: P-256 and SM2
  /// uncompressed with a point on the curve, Ed25519 not of small order.
  static Result<PublicKey> from_spki(std::string_view der);
  /// An Ed25519 key from its 32 bytes, as note verifier keys carry it.
  static Result<PublicKey> from_ed25519(std::string_view raw);

  KeyAlgorithm algorithm() const;
  const std::string& spki() const;
  /// The 32 bytes of an Ed25519 key; for the other algorithms 04 ‖ X ‖ Y. Valid as long as the key.
  std::string_view raw() const;
  /// H(SPKI DER), by which the chain knows the key.
  Digest id(HashAlgorithm hash = HashAlgorithm::kSha256) const;

  /// True if `signature` (64 bytes) is this key's over `message`. High s is valid; a signature of
  /// any other length is not.
  bool verify(std::string_view message, std::string_view signature) const;

  bool operator==(const PublicKey& other) const { return spki() == other.spki(); }

 private:
  struct Parsed;
  explicit PublicKey(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<const Parsed> parsed_;
};

/// What the holder of a new key signs with it to prove that it is theirs:
/// "qc/key/v1" ‖ NUL ‖ chain_id ‖ NUL ‖ organisation ‖ NUL ‖ u32 purpose ‖ SPKI.
std::string possession_message(std::string_view chain_id, std::string_view organisation,
                               KeyPurpose purpose, std::string_view spki);

}  // namespace qc::ledger
