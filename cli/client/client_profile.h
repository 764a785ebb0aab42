// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace qc::cli {

/// Where a node listens for members, and the key by which it is known.
struct NodeAddress {
  /// host:port of its gRPC service.
  std::string address;
  /// SubjectPublicKeyInfo of its TLS key, 64 hex digits of its key id.
  std::string key_id;
};

/// What an organisation's tools need to know: its code, its keys, its nodes. A folder with
/// `profile.json`; the paths in it are relative to that folder. No secret stands in the file
/// itself.
struct ClientProfile {
  std::filesystem::path folder;
  std::string chain_id;
  /// USCC or LEI.
  std::string organisation;
  std::vector<NodeAddress> nodes;
  /// Private keys (PEM, 0600).
  std::filesystem::path admin_key;
  std::filesystem::path signing_key;
  std::filesystem::path tls_key;
  /// network.policy, for offline verification.
  std::filesystem::path policy;

  /// Reads FOLDER/profile.json; the error names file and member.
  static ledger::Result<ClientProfile> load(const std::filesystem::path& folder);
  /// Writes FOLDER/profile.json.
  ledger::Result<void> save() const;
};

}  // namespace qc::cli
