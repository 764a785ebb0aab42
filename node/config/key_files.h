// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/base/result.h"
#include "ledger/crypto/signer.h"

namespace qc::node {

struct Config;

/// The node's secrets, read once at start.
struct NodeKeys {
  /// Signs votes and cosignatures; null for an observer.
  std::unique_ptr<ledger::Signer> validator;
  /// Signs the log's line on checkpoints.
  std::unique_ptr<ledger::Signer> log;
  std::string tls_private_key_pem;
  std::string tls_certificate_pem;
  /// SubjectPublicKeyInfo DER of the TLS key: who we are to peers.
  std::string tls_spki;
};

/// A small secret file's content. Refused unless it is a regular file, owned by the user that runs
/// the node, and closed to everybody else (mode 0600 or 0400): the message says the command that
/// mends it.
ledger::Result<std::string> read_private_file(const std::string& path);

/// What to do where the TLS certificate's file is absent.
enum class AbsentCertificate : std::uint8_t {
  /// Make a self-signed one over the node_tls key; the file's folder must exist.
  kMake,
  /// Leave it out (NodeKeys::tls_certificate_pem stays empty).
  kLeaveOut,
};

/// Reads and checks every key file of the configuration. Refuses a certificate over another key.
ledger::Result<NodeKeys> load_keys(const Config& config, AbsentCertificate absent);

}  // namespace qc::node
