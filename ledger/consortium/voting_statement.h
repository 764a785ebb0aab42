// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace qc::ledger {

/// What a validator signs in consensus and signs only once for a place: a proposal, prepare or
/// commit (for a view and height), or the beginning of a view. docs/consensus.md, Messages.
struct VotingStatement {
  enum class Kind : std::uint8_t { kProposal = 1, kPrepare = 2, kCommit = 3, kNewView = 4 };
  Kind kind = Kind::kProposal;
  std::string chain_id;
  /// First height of the epoch, and the hash of its validator set.
  std::uint64_t epoch = 0;
  Digest set_hash{};
  std::uint64_t view = 0;
  /// 0 for the beginning of a view.
  std::uint64_t height = 0;

  /// Reads the exact bytes that are signed; nothing for any other bytes. What is voted for is not
  /// looked at, only where.
  static std::optional<VotingStatement> parse(std::string_view bytes);

  /// Whether both are about one place, so that nobody may sign two that differ.
  bool operator==(const VotingStatement&) const = default;
};

/// "proposals", "prepares", "commits", "beginnings of the view".
std::string_view plural_of(VotingStatement::Kind kind);

}  // namespace qc::ledger
