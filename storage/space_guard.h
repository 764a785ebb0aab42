// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace qc::storage {

/// How much a node may still do with the room that is left, from everything to nothing. Each step
/// keeps what the next ones forbid: reads go on at every level but the last.
enum class SpaceLevel : std::uint8_t {
  kAmple = 0,
  /// Tell the operator.
  kWarn = 1,
  /// New submissions are refused with RESOURCE_EXHAUSTED; everything already accepted is still
  /// ordered and executed.
  kRefuseSubmissions = 2,
  /// The node proposes nothing of its own any more.
  kStopProposing = 3,
  /// The process must stop cleanly now: a database that runs into a full disk aborts, and aborts
  /// again at every start.
  kExit = 4,
};

/// A lower-case name for messages and metrics.
const char* to_string(SpaceLevel level);

/// Free room below which each level begins. Must not increase from one to the next.
struct SpaceThresholds {
  std::uint64_t warn_bytes = std::uint64_t{20} << 30;
  std::uint64_t refuse_submissions_bytes = std::uint64_t{4} << 30;
  std::uint64_t stop_proposing_bytes = std::uint64_t{2} << 30;
  std::uint64_t exit_bytes = std::uint64_t{1} << 30;
  /// Fewer free inodes than this count as `kExit`, on file systems that have inodes. 0 switches the
  /// check off.
  std::uint64_t exit_inodes = 256;
};

/// What a file system has left for an unprivileged process.
struct SpaceUsage {
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t free_inodes = 0;
  /// 0 where the file system does not count inodes.
  std::uint64_t total_inodes = 0;
};

/// Asks the operating system (`statvfs`).
ledger::Result<SpaceUsage> space_of(const std::string& path);

/// Watches the file systems that a node writes to.
///
/// RocksDB asserts when it runs into a full disk, and again when it opens on one, so the node must
/// stop before, not after. Not thread-safe: belongs to the thread that polls it (about once a
/// second).
class SpaceGuard {
 public:
  using Probe = std::function<ledger::Result<SpaceUsage>(const std::string& path)>;

  /// Watches every path of `paths` (at least one); the scarcest decides.
  SpaceGuard(std::vector<std::string> paths, SpaceThresholds thresholds, Probe probe = space_of);

  /// What one look found.
  struct Reading {
    SpaceLevel level = SpaceLevel::kAmple;
    /// The scarcest path and what it has.
    std::string path;
    SpaceUsage usage;
    /// One sentence for the operator: which path, how much is left, what the node does now and what
    /// to do about it.
    std::string message;
  };

  /// Looks now. A level is left upwards only when a tenth more than its threshold is free again, so
  /// that a node at the edge does not flap. Fails when the operating system does not answer: treat
  /// it as `kExit`.
  ledger::Result<Reading> check();

  /// To be called before any database is opened: fails with RESOURCE_EXHAUSTED at `kExit`, saying
  /// what to free.
  ledger::Result<void> admit_start();

  SpaceLevel level() const { return level_; }

 private:
  SpaceLevel judge(const SpaceUsage& usage) const;

  std::vector<std::string> paths_;
  SpaceThresholds thresholds_;
  Probe probe_;
  SpaceLevel level_ = SpaceLevel::kAmple;
};

/// Makes sure that a file of `bytes` really occupied bytes stands at `path`: room that an operator
/// can give back to a full node by deleting it. A file that is there already is left alone; with
/// too little room for it nothing is made and the result is false. 0 bytes means no ballast.
ledger::Result<bool> ensure_ballast(const std::string& path, std::uint64_t bytes);

}  // namespace qc::storage
