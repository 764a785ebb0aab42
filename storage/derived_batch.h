// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/execution/block.h"
#include "ledger/log/merkle_log.h"
#include "storage/database.h"

namespace qc::storage {

/// Collects what follows from one or more executed blocks, so that it is written once, sorted, and
/// a value that several of them change only as the last one leaves it. Views into the blocks: they
/// must outlive it.
class DerivedBatch {
 public:
  /// `log` is the log after the last applied block, and goes on with every block added.
  DerivedBatch(const Database& database, ledger::Frontier& log) : database_(database), log_(log) {}

  /// Adds the next block. kDataLoss if its log does not continue the one that was applied before.
  ledger::Result<void> add(const ledger::ExecutedBlock& block);
  /// Puts everything into `batch`, a column after the other, keys ascending.
  void put_into(Database::Batch& batch) const;

 private:
  ledger::Result<void> add_log(const ledger::ExecutedBlock& block);
  void add_jumps(const ledger::ExecutedBlock& block);

  const Database& database_;
  ledger::Frontier& log_;
  std::map<std::string, std::string> log_rows_;
  std::map<std::string_view, std::string_view> subjects_;
  std::map<std::string, std::string> jumps_;
  std::map<std::string_view, std::string_view> bundles_;
  std::map<std::string_view, std::string> submissions_;
  std::set<std::string> parties_;
};

}  // namespace qc::storage
