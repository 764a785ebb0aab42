// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/log/note.h"

namespace qc::ledger {

/// A policy file longer than this is refused.
inline constexpr std::size_t kMaxPolicySize = std::size_t{256} * 1024;

/// The trust anchor of offline verification, a C2SP tlog-policy file (`network.policy`): which
/// network, the log keys of which one must have signed the newest checkpoint, and the validators of
/// whom a quorum must have.
struct NetworkPolicy {
  /// The chain id, name of all logs.
  std::string origin;
  /// At least one; type 0x01.
  std::vector<NoteKey> logs;
  ValidatorSet validators;

  /// The file's text, one validator a line in the order of the set.
  std::string format() const;
  /// Strict about everything it uses: see docs/formats.md, "Trust anchor". Lines for other
  /// witnesses and groups are allowed and ignored; any quorum but "quorum validators" with k =
  /// quorum(n) is refused. The error names the line.
  static Result<NetworkPolicy> parse(std::string_view text);
};

}  // namespace qc::ledger
