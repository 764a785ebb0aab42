// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// What never changes on a chain.
struct Network {
  /// Origin of its log: name ‖ "/" ‖ hex of the genesis hash.
  std::string chain_id;
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
};

}  // namespace qc::ledger
