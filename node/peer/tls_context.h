// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "node/base/asio.h"

namespace qc::node {

/// Decides by SubjectPublicKeyInfo DER alone whether the other end may be talked to.
using SpkiJudge = std::function<bool(std::string_view spki)>;

/// TLS 1.3 with this certificate, without tickets or resumption: every link proves its key anew.
ledger::Result<boost::asio::ssl::context> make_tls_context(const std::string& certificate_pem,
                                                           const std::string& private_key_pem);

/// Demands a certificate of the other end and has its key judged in the handshake. To be called
/// before the handshake of every stream.
void require_peer_key(boost::asio::ssl::stream<boost::asio::ip::tcp::socket>& stream,
                      SpkiJudge judge);

/// The key that the other end has proven; empty before the handshake.
std::string peer_spki(boost::asio::ssl::stream<boost::asio::ip::tcp::socket>& stream);

}  // namespace qc::node
