// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/client_profile.h"
#include "ledger/policy.h"
#include "ledger/result.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// Verifies receipts against the profile's policy and writes them into a folder. Where the
/// validators have changed since the policy was written it follows them once, if the seals prove
/// the way, and keeps the earlier policy file.
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
                             const quality::v1::SubmitResponse& answer) const;
  void remember(const std::string& checkpoint) const;
  /// Whether there is a newer policy now.
  bool follow();

  /// Outlives the keeper.
  const ClientProfile* profile_;
  ledger::NetworkPolicy policy_;
  std::string spki_;
  std::filesystem::path folder_;
  bool followed_ = false;
};

}  // namespace qc::cli
