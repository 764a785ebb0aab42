// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "ledger/base/result.h"

namespace qc::node {

/// What of this node's own data could not be read: told to its operator in the log, once for each
/// damaged place, and in the node's status as long as the process runs. Whoever asked is told to
/// ask another node, and learns nothing about this one's files. From any thread.
class DamageNotes {
 public:
  /// Damage of more places than this is one line more, and counted.
  static constexpr std::size_t kPlacesMax = 32;

  /// Takes note of an error of code kDataLoss.
  void note(const ledger::Error& error);

  /// Reads that have failed.
  std::uint64_t reads() const;
  /// How much is damaged, the first place, and what to do; empty where nothing is.
  std::string summary() const;

 private:
  mutable std::mutex mutex_;
  std::set<std::string> places_;
  std::string first_;
  std::uint64_t reads_ = 0;
};

}  // namespace qc::node
