// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/proof/policy.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// The receipts of accepted records that lie in a folder, found by what their records say. The
/// folder is read once, when it is made.
class EarlierReceipts {
 public:
  /// Without a folder there are none. A receipt is proven where one of the policies proves it.
  EarlierReceipts(const std::filesystem::path& folder, std::vector<ledger::NetworkPolicy> policies,
                  std::string organisation);

  /// Log index of a record of this organisation that says the same, apart from the time that is
  /// claimed, which each run may set anew. Only what its receipt proves.
  [[nodiscard]] std::optional<std::uint64_t> log_index_of(const quality::v1::Record& record) const;

 private:
  [[nodiscard]] std::optional<std::uint64_t> proven_by(const std::filesystem::path& file) const;

  std::vector<ledger::NetworkPolicy> policies_;
  std::string organisation_;
  /// Record files by what they say.
  std::multimap<std::string, std::filesystem::path> files_;
};

}  // namespace qc::cli
