// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace qc::cli {

/// A party that founds a network and runs one of its validators.
struct PlannedParty {
  /// `[a-z][a-z0-9-]{0,31}`: names its folder and its validator.
  std::string short_name;
  /// USCC.
  std::string code;
  std::string name_zh;
  std::string name_en;
  /// "regulator", "government" ...
  std::string kind;
  /// 13 digits or empty.
  std::string gln;
};

/// What `qc network init` makes.
struct NetworkPlan {
  /// Schema-less URL.
  std::string name;
  std::string approval_rule;
  std::vector<PlannedParty> parties;
  /// Node i (in the parties' order) listens for peers at base_port + 2 i, for members one above.
  std::uint16_t base_port = 7100;
};

/// The five cooperating parties of a city's quality programme, or fewer or more of their kind
/// (n from 1 to 31), with well-formed codes of no real organisation.
NetworkPlan example_plan(std::size_t parties);

/// Reads {"name", "approval_rule", "founders": [{"short_name", "code", "name_zh", "name_en",
/// "kind", "gln"}]}; other members are left alone. The error names the member.
ledger::Result<NetworkPlan> read_plan(const std::filesystem::path& file);

}  // namespace qc::cli
