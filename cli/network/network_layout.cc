// SPDX-License-Identifier: Apache-2.0
#include "cli/network/network_layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace qc::cli {

ledger::Result<std::vector<std::string>> NetworkLayout::nodes() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root_ / "nodes", error)) {
    const std::string name = entry.path().filename().string();
    if (std::filesystem::exists(node_config(name))) {
      names.push_back(name);
    }
  }
  if (error || names.empty()) {
    return ledger::fail(ledger::Code::kNotFound,
                        fmt::format("no network in {}: make one with qc network init {}",
                                    root_.string(), root_.string()));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace qc::cli
