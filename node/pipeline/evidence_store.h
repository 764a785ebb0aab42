// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/message/equivocation.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "ledger/proof/evidence.h"
#include "node/status/evidence_item.h"

namespace qc::node {

/// What consensus has found, as a file that convicts offline; an error where it would not (a
/// validator may say anything unsigned about the height of its checkpoints).
ledger::Result<ledger::EvidenceFile> evidence_file(const ledger::Network& network,
                                                   const ledger::ValidatorSet& validators,
                                                   const consensus::Equivocation& equivocation);

/// Evidence against validators, kept for ever: one file each in a folder of its own, exactly the
/// file that is verified offline.
///
/// Not in the database, which may be lost and is then fetched from the others: what was seen here
/// nobody can give back. Not in the vote journal either, which is for promises and gets rewritten.
/// Bounded: so many of one validator, so many in all; more of the same proves nothing new. From any
/// thread.
class EvidenceStore {
 public:
  static constexpr std::size_t kItemsMax = 1024;
  static constexpr std::size_t kPerCulpritMax = 32;

  /// What became of a piece of evidence.
  enum class Kept : std::uint8_t { kNew, kKnown, kFull };

  /// Makes the folder if it is not there and reads what it holds; files that are no evidence of
  /// this chain are left alone and logged. Its parent must exist.
  static ledger::Result<std::unique_ptr<EvidenceStore>> open(std::string folder,
                                                             const ledger::Network& network);

  /// Verifies the file under `validators` and keeps it: durable when this returns kNew.
  ledger::Result<Kept> add(const ledger::EvidenceFile& file, const ledger::ValidatorSet& validators,
                           std::uint64_t now_ms);

  std::size_t count() const;
  /// From the place `from` (0 = first) on, in the order in which they were found.
  std::vector<EvidenceItem> page(std::size_t from, std::size_t limit) const;

 private:
  EvidenceStore(std::string folder, ledger::Network network)
      : folder_(std::move(folder)), network_(std::move(network)) {}

  ledger::Result<void> load();
  ledger::Result<void> write(const EvidenceItem& item) const;

  const std::string folder_;
  const ledger::Network network_;
  mutable std::mutex mutex_;
  std::vector<EvidenceItem> items_;
};

}  // namespace qc::node
