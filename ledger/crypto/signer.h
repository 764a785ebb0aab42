// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/crypto/key.h"

namespace qc::ledger {

/// The one way to use a private key, whether it lies in a file or in a token. Implementations may
/// be called from any thread.
class Signer {
 public:
  Signer() = default;
  virtual ~Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  Signer(Signer&&) = delete;
  Signer& operator=(Signer&&) = delete;

  virtual const PublicKey& public_key() const = 0;
  /// The 64-byte signature over `message`; an error where the token behind it fails.
  virtual Result<std::string> sign(std::string_view message) const = 0;
};

/// Signs with an unencrypted private key in PEM (PKCS#8) that somebody else has read.
class PemSigner final : public Signer {
 public:
  /// Refuses text without a private key of an algorithm of ours.
  static Result<std::unique_ptr<PemSigner>> from_pem(std::string_view pem);

  const PublicKey& public_key() const override { return public_key_; }
  Result<std::string> sign(std::string_view message) const override;

 private:
  struct Secret;
  PemSigner(PublicKey public_key, std::shared_ptr<const Secret> secret);

  PublicKey public_key_;
  std::shared_ptr<const Secret> secret_;
};

/// A new private key from the operating system's randomness, as unencrypted PKCS#8 PEM text. The
/// caller wipes it (wipe) once it is written where it belongs.
Result<std::string> generate_private_key(KeyAlgorithm algorithm);

/// The public key as PEM text ("BEGIN PUBLIC KEY"), as openssl and other tools read it.
std::string public_key_pem(const PublicKey& key);
/// The public key in PEM text.
Result<PublicKey> public_key_from_pem(std::string_view pem);

/// Overwrites a secret so that the compiler cannot leave it out, and empties the string.
void wipe(std::string& secret);

}  // namespace qc::ledger
