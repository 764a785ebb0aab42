// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "ledger/consortium/checkpoint.h"

namespace qc::cli {

/// The newest checkpoint that this profile has verified, so that an older answer is noticed even
/// where the node itself does not know that it is behind.
struct SeenCheckpoint {
  std::uint64_t size = 0;
  /// 64 hex digits.
  std::string root;
  /// Unix seconds, as ledger::VerifyReport::as_of_s.
  std::uint64_t as_of_s = 0;

  bool operator==(const SeenCheckpoint&) const = default;
};

/// How an answer's checkpoint stands to the newest that was seen.
enum class AgainstSeen {
  kNotOlder,
  kOlder,
  /// The same size with another root: a quorum has signed two logs.
  kContradicts,
};

SeenCheckpoint seen_now(const ledger::Checkpoint& checkpoint, std::uint64_t as_of_s);

AgainstSeen compare(const SeenCheckpoint& answer, const std::optional<SeenCheckpoint>& newest);

/// PROFILE/newest-checkpoint.json; nothing where none was seen yet.
ledger::Result<std::optional<SeenCheckpoint>> newest_seen(const ClientProfile& profile);

/// Keeps `checkpoint` if it is newer than the one that is kept. It must have been verified.
ledger::Result<void> remember_seen(const ClientProfile& profile, const SeenCheckpoint& checkpoint);

}  // namespace qc::cli
