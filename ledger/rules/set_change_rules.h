// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/digest.h"
#include "ledger/crypto/hash.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

/// A validator set has at least so many members, unless the network's name begins with "dev-".
inline constexpr std::size_t kValidatorsMin = 4;

/// An organisation replaces its own validators' keys by its own admin key once in so long, by block
/// time; more often only with the approval of the governance parties.
inline constexpr std::uint64_t kKeyReplacementMs = 24ULL * 3'600'000;

/// By which the records of one change of the validator set are known to be of the same change:
/// H("qc/set-change/v1" ‖ NUL ‖ canonical bytes of the change).
Digest set_change_id(HashAlgorithm algorithm, const quality::v1::ValidatorSetChange& change);

}  // namespace qc::ledger
