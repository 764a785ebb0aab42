// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/consortium/validator_set.h"

namespace qc::ledger {

/// One validator set and from where on it votes: an epoch.
struct ValidatorEpoch {
  /// The first height at which it votes; 1 for the founders' set (block 0 is nobody's vote).
  std::uint64_t first_height = 1;
  ValidatorSet validators;
  /// Codes of the organisations that run them, in the order of validators.validators(), which is
  /// that of the replicas' numbers.
  std::vector<std::string> organisations;
  /// SubjectPublicKeyInfo DER of their nodes' TLS keys, in the same order.
  std::vector<std::string> node_tls_spkis;
};

}  // namespace qc::ledger
