// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only for the .cc files of this folder that use OpenSSL: no other header includes it.

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace qc::ledger {

/// Calls an OpenSSL function that frees.
template <auto kFree>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, OpensslFree<ECDSA_SIG_free>>;

/// Leaves the thread's OpenSSL error queue as it was: what we find wrong we say ourselves, and a
/// full queue would mislead the TLS code that shares the thread.
class OpensslErrors {
 public:
  OpensslErrors() { ERR_set_mark(); }
  ~OpensslErrors() { ERR_pop_to_mark(); }
  OpensslErrors(const OpensslErrors&) = delete;
  OpensslErrors& operator=(const OpensslErrors&) = delete;
  OpensslErrors(OpensslErrors&&) = delete;
  OpensslErrors& operator=(OpensslErrors&&) = delete;
};

inline const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

/// The DER form of a 64-byte r ‖ s, which OpenSSL wants.
std::string der_signature(std::string_view r_s);
/// The 64-byte r ‖ s in a DER signature; empty if it is not one.
std::string r_s_signature(std::string_view der);

/// A digest context that is set up for SM2 with the default identity of GM/T 0009.
class Sm2Contexts {
 public:
  explicit Sm2Contexts(EVP_PKEY* key);

  bool good() const { return good_; }
  EVP_MD_CTX* digest() const { return digest_.get(); }

 private:
  // The digest context refers to the key context, so that one goes last.
  KeyContext key_;
  DigestContext digest_;
  bool good_ = false;
};

}  // namespace qc::ledger
