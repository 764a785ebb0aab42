// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/client_profile.h"
#include "cli/client/policy_follow.h"
#include "ledger/base/result.h"
#include "ledger/proof/policy.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// Verifies receipts against the profile's policy and writes them into a folder. Where the
/// validators have changed since the policy was written it follows them, if the seals prove the
/// way, and keeps the policy of every set that it passes: a receipt is judged by the set of its
/// time, whichever that is. A node that is asked for the way may be behind the one that gave the
/// receipt, so it is asked again, for 5 s in all receipts together: false ones cost no more.
class ReceiptKeeper {
 public:
  /// `spki` is the key that signed; an empty `folder` keeps nothing and only verifies.
  static ledger::Result<ReceiptKeeper> open(const ClientProfile& profile, std::string spki,
                                            std::filesystem::path folder);

  /// For each record of a committed submission LOGINDEX.record and LOGINDEX.tlog-proof, for a
  /// rejected one HASH.tlog-proof.
  ledger::Result<void> keep(std::string_view signed_submission,
                            const quality::v1::SubmitResponse& answer);

 private:
  ReceiptKeeper(const ClientProfile& profile, ledger::NetworkPolicy policy, std::string spki,
                std::filesystem::path folder);
  ledger::Result<void> write(std::string_view signed_submission,
                             const quality::v1::SubmitResponse& answer,
                             const ledger::NetworkPolicy& policy) const;
  void remember(const std::string& checkpoint, const ledger::NetworkPolicy& policy) const;
  /// Whether one of the sets known here certifies it.
  bool is_known(const std::string& checkpoint) const;
  /// The policy to judge this note by: of the set that certifies it, or the newest.
  const ledger::NetworkPolicy& policy_for(const std::string& checkpoint) const;
  /// Learns of the sets that came after those known here, if there are any.
  void follow();

  /// Outlives the keeper.
  const ClientProfile* profile_;
  /// Never empty; in the order of the chain.
  std::vector<EpochPolicy> epochs_;
  std::string spki_;
  std::filesystem::path folder_;
  /// How often it is still asked again, each after a pause.
  int tries_left_ = 25;
};

}  // namespace qc::cli
