// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/big_endian.h"
#include "base/hex.h"
#include "ledger/crypto/openssl_handles.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kEd25519Size = 32;
constexpr std::size_t kPointSize = 65;

struct SpkiForm {
  KeyAlgorithm algorithm;
  std::string_view name;
  std::string_view prefix_hex;
  std::size_t key_size;
};

// The prefix of the curves' keys ends before the 04 that says "uncompressed".
constexpr std::array<SpkiForm, 3> kForms = {
    SpkiForm{KeyAlgorithm::kEcdsaP256Sha256, "ECDSA_P256_SHA256",
             "3059301306072a8648ce3d020106082a8648ce3d030107034200", kPointSize},
    SpkiForm{KeyAlgorithm::kEd25519, "ED25519", "302a300506032b6570032100", kEd25519Size},
    SpkiForm{KeyAlgorithm::kSm2Sm3, "SM2_SM3",
             "3059301306072a8648ce3d020106082a811ccf5501822d034200", kPointSize}};

const SpkiForm& form_of(KeyAlgorithm algorithm) {
  return *std::find_if(kForms.begin(), kForms.end(),
                       [&](const SpkiForm& form) { return form.algorithm == algorithm; });
}

const SpkiForm* recognise(std::string_view der) {
  for (const SpkiForm& form : kForms) {
    const std::size_t prefix_size = form.prefix_hex.size() / 2;
    if (der.size() != prefix_size + form.key_size) continue;
    if (to_hex(der.substr(0, prefix_size)) != form.prefix_hex) continue;
    if (form.key_size == kPointSize && der[prefix_size] != 0x04) continue;
    return &form;
  }
  return nullptr;
}

// Every encoding (y mod p may be written as y + p while that fits) of the eight points whose order
// divides 8, without the sign bit: anybody can make signatures that such a key verifies.
bool has_small_order(std::string_view raw) {
  static constexpr std::array<std::string_view, 7> kSmallOrder = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
  std::string y(raw);
  y.back() = static_cast<char>(static_cast<std::uint8_t>(y.back()) & 0x7f);
  return std::find(kSmallOrder.begin(), kSmallOrder.end(), to_hex(y)) != kSmallOrder.end();
}

bool verify_p256(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const Digest digest = hash(HashAlgorithm::kSha256, message);
  const std::string der = der_signature(signature);
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), data_of(der), der.size(), digest.data(), digest.size()) ==
             1;
}

bool verify_ed25519(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

bool verify_sm2(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const std::string der = der_signature(signature);
  const Sm2Contexts contexts(key);
  return contexts.good() &&
         EVP_DigestVerifyInit(contexts.digest(), nullptr, EVP_sm3(), nullptr, key) == 1 &&
         EVP_DigestVerify(contexts.digest(), data_of(der), der.size(), data_of(message),
                          message.size()) == 1;
}

}  // namespace

struct PublicKey::Parsed {
  KeyAlgorithm algorithm;
  std::string spki;
  KeyHandle key;
};

std::string_view name_of(KeyAlgorithm algorithm) { return form_of(algorithm).name; }

Result<PublicKey> PublicKey::from_spki(std::string_view der) {
  const SpkiForm* form = recognise(der);
  if (form == nullptr) {
    return fail(Code::kInvalidArgument,
                "not a public key of ours: DER SubjectPublicKeyInfo of P-256 or SM2 (uncompressed) "
                "or Ed25519, nothing around it");
  }
  if (form->algorithm == KeyAlgorithm::kEd25519 &&
      has_small_order(der.substr(der.size() - kEd25519Size))) {
    return fail(Code::kInvalidArgument, "an Ed25519 key of small order, which proves nothing");
  }
  const OpensslErrors errors;
  KeyHandle key;
  if (form->algorithm == KeyAlgorithm::kEd25519) {
    const std::string_view raw = der.substr(der.size() - kEd25519Size);
    key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(raw), raw.size()));
  } else {
    const unsigned char* place = data_of(der);
    key.reset(d2i_PUBKEY(nullptr, &place, static_cast<long>(der.size())));
  }
  if (!key) {
    return fail(Code::kInvalidArgument,
                std::string(form->name) + " public key: its point is not on the curve");
  }
  return PublicKey(std::make_shared<Parsed>(
      Parsed{.algorithm = form->algorithm, .spki = std::string(der), .key = std::move(key)}));
}

Result<PublicKey> PublicKey::from_ed25519(std::string_view raw) {
  if (raw.size() != kEd25519Size) {
    return fail(Code::kInvalidArgument,
                "an Ed25519 key has 32 bytes, this one " + std::to_string(raw.size()));
  }
  return from_spki(*from_hex(form_of(KeyAlgorithm::kEd25519).prefix_hex) + std::string(raw));
}

KeyAlgorithm PublicKey::algorithm() const { return parsed_->algorithm; }

const std::string& PublicKey::spki() const { return parsed_->spki; }

std::string_view PublicKey::raw() const {
  return std::string_view(parsed_->spki).substr(form_of(parsed_->algorithm).prefix_hex.size() / 2);
}

Digest PublicKey::id(HashAlgorithm hash) const { return ledger::hash(hash, parsed_->spki); }

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureSize) return false;
  const OpensslErrors errors;
  switch (parsed_->algorithm) {
    case KeyAlgorithm::kEcdsaP256Sha256:
      return verify_p256(parsed_->key.get(), message, signature);
    case KeyAlgorithm::kEd25519:
      return verify_ed25519(parsed_->key.get(), message, signature);
    case KeyAlgorithm::kSm2Sm3:
      return verify_sm2(parsed_->key.get(), message, signature);
  }
  return false;
}

std::string possession_message(std::string_view chain_id, std::string_view organisation,
                               KeyPurpose purpose, std::string_view spki) {
  std::string message = "qc/key/v1";
  message.push_back('\0');
  message.append(chain_id);
  message.push_back('\0');
  message.append(organisation);
  message.push_back('\0');
  append_big_endian<std::uint32_t>(message, static_cast<std::uint32_t>(purpose));
  message.append(spki);
  return message;
}

}  // namespace qc::ledger
