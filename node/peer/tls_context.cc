// SPDX-License-Identifier: Apache-2.0
#include "node/peer/tls_context.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <utility>

namespace qc::node {
namespace {

namespace asio = boost::asio;
using ledger::Code;
using ledger::fail;

std::string spki_of(X509* certificate) {
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  std::string spki(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return spki;
}

}  // namespace

ledger::Result<asio::ssl::context> make_tls_context(const std::string& certificate_pem,
                                                    const std::string& private_key_pem) {
  asio::ssl::context context(asio::ssl::context::tls);
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  boost::system::error_code failure;
  context.use_certificate(asio::buffer(certificate_pem), asio::ssl::context::pem, failure);
  if (failure) {
    return fail(Code::kInvalidArgument, "the TLS certificate is no PEM: " + failure.message());
  }
  context.use_private_key(asio::buffer(private_key_pem), asio::ssl::context::pem, failure);
  if (failure) {
    return fail(Code::kInvalidArgument,
                "the TLS key does not belong to the certificate: " + failure.message());
  }
  return context;
}

void require_peer_key(asio::ssl::stream<asio::ip::tcp::socket>& stream, SpkiJudge judge) {
  boost::system::error_code ignored;
  stream.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, ignored);
  // Nothing above the leaf counts, and of the leaf only its key.
  stream.set_verify_callback(
      [judge = std::move(judge)](bool, asio::ssl::verify_context& context) {
        X509_STORE_CTX* native = context.native_handle();
        if (X509_STORE_CTX_get_error_depth(native) > 0) return true;
        if (!judge(spki_of(X509_STORE_CTX_get_current_cert(native)))) return false;
        X509_STORE_CTX_set_error(native, X509_V_OK);
        return true;
      },
      ignored);
}

std::string peer_spki(asio::ssl::stream<asio::ip::tcp::socket>& stream) {
  X509* certificate = SSL_get1_peer_certificate(stream.native_handle());
  std::string spki = spki_of(certificate);
  X509_free(certificate);
  return spki;
}

}  // namespace qc::node
