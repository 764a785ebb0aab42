// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::ledger {

/// What a self-signed certificate says. Nobody on the chain judges any of it: a TLS certificate is
/// accepted by its public key alone.
struct CertificateSubject {
  /// Common name, at most 64 bytes are used.
  std::string common_name;
  /// Validity, unix seconds.
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
};

/// A self-signed X.509 v3 certificate (RFC 5280) over the private key in `key_pem`, as PEM text.
/// Refuses what is no private key of an algorithm that TLS knows.
Result<std::string> self_signed_certificate(std::string_view key_pem,
                                            const CertificateSubject& subject);

/// The DER SubjectPublicKeyInfo of the first certificate in PEM text: what identifies a TLS peer.
Result<std::string> certificate_spki(std::string_view certificate_pem);

}  // namespace qc::ledger
