// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "consensus/message/messages.h"
#include "consensus/replica/replica.h"
#include "ledger/base/result.h"
#include "node/status/node_view.h"

namespace qc::node {

/// Why a message of a peer was dropped.
enum class DropReason : std::uint8_t {
  /// Too many of that peer wait.
  kQueueFull = 0,
  /// No message at all; the link is closed.
  kUndecodable,
  /// A signature or a proof in it is false.
  kFalse,
  /// Nobody needs it: old, known, far ahead.
  kNotNeeded,
};

/// What became of a submission in a block.
enum class SubmissionEnd : std::uint8_t { kAccepted = 0, kRejected, kDropped };

/// Everything that docs/metrics.md lists, in Prometheus' text format: what happens is counted here
/// by whoever does it, what is so is taken from the node's status when somebody asks. From any
/// thread.
class Metrics {
 public:
  /// What is so now; everything else is counted.
  struct Snapshot {
    NodeStatus status;
    /// Complete name of the node, and when it was started, unix milliseconds.
    std::string name;
    std::uint64_t started_at_ms = 0;
    bool halted = false;
    std::uint64_t waiting_callers = 0;
    std::uint64_t signatures_verified = 0;
    std::uint64_t damaged_reads = 0;
    std::uint64_t frames_dropped = 0;
    /// As RocksDB estimates them.
    std::uint64_t table_bytes = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t cpu_ms = 0;
  };

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  Metrics(Metrics&&) = delete;
  Metrics& operator=(Metrics&&) = delete;

  void view_left(const consensus::ViewLeft& left);
  void message_received(const consensus::Message& message);
  void message_sent(const consensus::Message& message);
  void message_dropped(DropReason reason);
  void journal_synced(std::chrono::nanoseconds took);
  void block_executed(std::chrono::nanoseconds execution, std::chrono::nanoseconds writing,
                      std::size_t records);
  void submission_ended(SubmissionEnd end);
  void submission_refused(ledger::Code code);

  /// Prometheus' text exposition format 0.0.4.
  std::string text(const Snapshot& snapshot) const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

/// Resident set and CPU time of this process; 0 where the system does not say.
std::uint64_t resident_bytes();
std::uint64_t cpu_milliseconds();

}  // namespace qc::node
