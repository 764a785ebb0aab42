// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/tls_certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <memory>

namespace qc::ledger {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;

constexpr std::size_t kCommonNameMax = 64;

BioPtr memory_bio(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

KeyPtr read_private_key(std::string_view pem) {
  const BioPtr bio = memory_bio(pem);
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 8> serial{};
  if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) {
    return false;
  }
  // RFC 5280 4.1.2.2: positive.
  serial[0] &= 0x7f;
  std::uint64_t number = 0;
  for (const unsigned char byte : serial) {
    number = (number << 8U) | byte;
  }
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1;
}

bool add_extension(X509* certificate, int id, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
  if (extension == nullptr) {
    return false;
  }
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool fill(X509* certificate, EVP_PKEY* key, const CertificateSubject& subject) {
  const std::string name = subject.common_name.substr(0, kCommonNameMax);
  X509_NAME* issuer = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  return X509_set_version(certificate, 2) == 1 && set_random_serial(certificate) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), subject.not_before_s) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), subject.not_after_s) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_NID(issuer, NID_commonName, MBSTRING_UTF8, text,
                                    static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, issuer) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth,clientAuth");
}

}  // namespace

Result<std::string> self_signed_certificate(std::string_view key_pem,
                                            const CertificateSubject& subject) {
  const KeyPtr key = read_private_key(key_pem);
  if (!key) {
    return fail(Code::kInvalidArgument, "no unencrypted PEM private key in the key file");
  }
  const CertificatePtr certificate(X509_new());
  const EVP_MD* digest =
      EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  if (!certificate || !fill(certificate.get(), key.get(), subject) ||
      X509_sign(certificate.get(), key.get(), digest) == 0) {
    return fail(Code::kInternal, "the TLS library could not make a self-signed certificate");
  }
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
    return fail(Code::kInternal, "the TLS library could not write a certificate");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::string> certificate_spki(std::string_view certificate_pem) {
  const BioPtr bio = memory_bio(certificate_pem);
  const CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return fail(Code::kInvalidArgument, "no PEM certificate");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  if (size <= 0) {
    return fail(Code::kInvalidArgument, "the certificate holds no public key");
  }
  std::string spki(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return spki;
}

}  // namespace qc::ledger
