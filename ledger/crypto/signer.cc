// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/signer.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "ledger/crypto/openssl_handles.h"

namespace qc::ledger {
namespace {

// Without it OpenSSL would ask the terminal for the passphrase of an encrypted key.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

BioHandle reader_of(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Result<PublicKey> public_half(EVP_PKEY* key) {
  std::string der;
  const int size = i2d_PUBKEY(key, nullptr);
  if (size > 0) {
    der.resize(static_cast<std::size_t>(size));
    unsigned char* place = data_of(der);
    i2d_PUBKEY(key, &place);
  }
  return PublicKey::from_spki(der);
}

// Signs what EVP_DigestSignInit has been called for on the context; empty on failure.
std::string digest_sign(EVP_MD_CTX* context, std::string_view message) {
  constexpr std::size_t kMaxDerSignature = 80;
  std::string signature(kMaxDerSignature, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSign(context, data_of(signature), &size, data_of(message), message.size()) != 1) {
    return {};
  }
  signature.resize(size);
  return signature;
}

std::string sign_p256(EVP_PKEY* key, std::string_view message) {
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1) {
    return {};
  }
  return r_s_signature(digest_sign(context.get(), message));
}

std::string sign_ed25519(EVP_PKEY* key, std::string_view message) {
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1) {
    return {};
  }
  return digest_sign(context.get(), message);
}

std::string sign_sm2(EVP_PKEY* key, std::string_view message) {
  const Sm2Contexts contexts(key);
  if (!contexts.good() ||
      EVP_DigestSignInit(contexts.digest(), nullptr, EVP_sm3(), nullptr, key) != 1) {
    return {};
  }
  return r_s_signature(digest_sign(contexts.digest(), message));
}

KeyHandle generate(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kEcdsaP256Sha256:
      return KeyHandle(EVP_EC_gen("P-256"));
    case KeyAlgorithm::kEd25519:
      return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyAlgorithm::kSm2Sm3:
      return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2"));
  }
  return nullptr;
}

}  // namespace

// OpenSSL wipes the private part when it frees the key.
struct PemSigner::Secret {
  KeyHandle key;
};

PemSigner::PemSigner(PublicKey public_key, std::shared_ptr<const Secret> secret)
    : public_key_(std::move(public_key)), secret_(std::move(secret)) {}

Result<std::unique_ptr<PemSigner>> PemSigner::from_pem(std::string_view pem) {
  constexpr std::size_t kMaxPem = std::size_t{16} * 1024;
  const OpensslErrors errors;
  if (pem.size() > kMaxPem) {
    return fail(Code::kInvalidArgument, "a private key of ours has less than 16 KiB of PEM");
  }
  const BioHandle bio = reader_of(pem);
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return fail(Code::kInvalidArgument,
                "no unencrypted private key in this PEM text; expected \"BEGIN PRIVATE KEY\" "
                "(PKCS#8) with a P-256, Ed25519 or SM2 key");
  }
  QC_TRY(PublicKey public_key, public_half(key.get()));
  auto secret = std::make_shared<const Secret>(Secret{.key = std::move(key)});
  return std::unique_ptr<PemSigner>(new PemSigner(std::move(public_key), std::move(secret)));
}

Result<std::string> PemSigner::sign(std::string_view message) const {
  const OpensslErrors errors;
  std::string signature;
  switch (public_key_.algorithm()) {
    case KeyAlgorithm::kEcdsaP256Sha256:
      signature = sign_p256(secret_->key.get(), message);
      break;
    case KeyAlgorithm::kEd25519:
      signature = sign_ed25519(secret_->key.get(), message);
      break;
    case KeyAlgorithm::kSm2Sm3:
      signature = sign_sm2(secret_->key.get(), message);
      break;
  }
  if (signature.size() != kSignatureSize) {
    return fail(Code::kInternal, "OpenSSL could not sign with this " +
                                     std::string(name_of(public_key_.algorithm())) + " key");
  }
  return signature;
}

Result<std::string> generate_private_key(KeyAlgorithm algorithm) {
  const OpensslErrors errors;
  const KeyHandle key = generate(algorithm);
  const BioHandle bio(BIO_new(BIO_s_secmem()));
  if (!key || !bio ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(Code::kInternal, "OpenSSL could not make a " + std::string(name_of(algorithm)) +
                                     " key; is the system's randomness available?");
  }
  return contents(bio.get());
}

std::string public_key_pem(const PublicKey& key) {
  const std::string& der = key.spki();
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio(bio.get(), PEM_STRING_PUBLIC, "", data_of(std::string_view(der)),
                            static_cast<long>(der.size())) <= 0) {
    return {};
  }
  return contents(bio.get());
}

Result<PublicKey> public_key_from_pem(std::string_view pem) {
  constexpr std::size_t kMaxPem = std::size_t{16} * 1024;
  const OpensslErrors errors;
  if (pem.size() > kMaxPem) {
    return fail(Code::kInvalidArgument, "a public key of ours has less than 16 KiB of PEM");
  }
  const BioHandle bio = reader_of(pem);
  const KeyHandle key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return fail(Code::kInvalidArgument,
                "no public key in this PEM text; expected \"BEGIN PUBLIC KEY\"");
  }
  return public_half(key.get());
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace qc::ledger
