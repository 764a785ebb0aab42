// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/openssl_handles.h"

#include <cstddef>

namespace qc::ledger {
namespace {

constexpr int kIntegerSize = 32;
constexpr std::size_t kSignatureBytes = 64;

void append_der_integer(std::string& der, std::string_view bytes) {
  while (bytes.size() > 1 && bytes.front() == 0) bytes.remove_prefix(1);
  const bool padded = (static_cast<std::uint8_t>(bytes.front()) & 0x80) != 0;
  der.push_back(0x02);
  der.push_back(static_cast<char>(bytes.size() + (padded ? 1 : 0)));
  if (padded) der.push_back(0x00);
  der.append(bytes);
}

}  // namespace

std::string der_signature(std::string_view r_s) {
  std::string der("\x30\x00", 2);
  append_der_integer(der, r_s.substr(0, kIntegerSize));
  append_der_integer(der, r_s.substr(kIntegerSize));
  der[1] = static_cast<char>(der.size() - 2);
  return der;
}

std::string r_s_signature(std::string_view der) {
  const unsigned char* place = data_of(der);
  const EcdsaSignature parsed(d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size())));
  if (!parsed) return {};
  std::string r_s(kSignatureBytes, '\0');
  if (BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), data_of(r_s), kIntegerSize) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), data_of(r_s) + kIntegerSize, kIntegerSize) < 0) {
    return {};
  }
  return r_s;
}

Sm2Contexts::Sm2Contexts(EVP_PKEY* key)
    : key_(EVP_PKEY_CTX_new(key, nullptr)), digest_(EVP_MD_CTX_new()) {
  constexpr std::string_view kDefaultId = "1234567812345678";
  if (!key_ || !digest_) return;
  EVP_MD_CTX_set_pkey_ctx(digest_.get(), key_.get());
  good_ = EVP_PKEY_CTX_set1_id(key_.get(), kDefaultId.data(), kDefaultId.size()) == 1;
}

}  // namespace qc::ledger
