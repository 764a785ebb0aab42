// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "ledger/proof/policy.h"

namespace qc::cli {

/// The policy of one validator set of the chain.
struct EpochPolicy {
  ledger::NetworkPolicy policy;
  /// Its keys certify no longer log; nothing for the present set.
  std::optional<std::uint64_t> last_size;

  /// Whether this set certifies the note: a quorum has signed it, and it is not of a later set's
  /// time.
  [[nodiscard]] bool certifies(std::string_view note) const;
};

/// Follows the seals from the validator set of `trusted` to the present one: the policy of every
/// set on the way, the trusted one first. Each has the trusted one's log lines first, then the
/// node's that are new. kDataLoss where the node's way does not hold.
ledger::Result<std::vector<EpochPolicy>> follow_policy(const ClientProfile& profile,
                                                       const ledger::NetworkPolicy& trusted);

/// What became of the profile's policy file.
struct FollowedPolicy {
  /// As follow_policy gives them.
  std::vector<EpochPolicy> epochs;
  /// Where those before the present one are kept, for receipts of their sets; empty if nothing has
  /// changed.
  std::vector<std::filesystem::path> earlier;
};

/// follow_policy on the profile's file. The policy of every earlier set stays beside it: FILE.1,
/// FILE.2, ...
ledger::Result<FollowedPolicy> follow_policy_file(const ClientProfile& profile);

/// "FILE.1, FILE.2".
std::string names_of(const std::vector<std::filesystem::path>& files);

/// The policies that lie in the profile, the present one first; those that cannot be read are left
/// out.
std::vector<ledger::NetworkPolicy> kept_policies(const ClientProfile& profile);

}  // namespace qc::cli
