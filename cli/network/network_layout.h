// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace qc::cli {

/// Where things lie in the folder of a local network.
class NetworkLayout {
 public:
  explicit NetworkLayout(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path genesis() const { return root_ / "genesis.bin"; }
  std::filesystem::path policy() const { return root_ / "network.policy"; }
  /// profile.json without keys: what somebody needs who wants to join.
  std::filesystem::path invitation() const { return root_ / "invitation"; }
  std::filesystem::path node(const std::string& short_name) const {
    return root_ / "nodes" / short_name;
  }
  std::filesystem::path node_config(const std::string& short_name) const {
    return node(short_name) / "qcnode.toml";
  }
  std::filesystem::path pid_file(const std::string& short_name) const {
    return node(short_name) / "qcnode.pid";
  }
  std::filesystem::path log_file(const std::string& short_name) const {
    return node(short_name) / "qcnode.log";
  }
  /// A member's profile folder.
  std::filesystem::path organisation(const std::string& short_name) const {
    return root_ / "organisations" / short_name;
  }

  /// Short names of the nodes that have a configuration here, sorted; the error says how to make
  /// them.
  ledger::Result<std::vector<std::string>> nodes() const;

 private:
  std::filesystem::path root_;
};

}  // namespace qc::cli
