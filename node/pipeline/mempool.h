// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/record/submission.h"

namespace qc::node {

/// Accepted submissions on their way into a batch, and the quota of everything accepted and not
/// certified yet: of the node, and of each organisation, so that one cannot shut out the others.
///
/// All members may be called from any thread.
class Mempool {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::uint64_t bytes = 0;
    std::uint64_t organisation_bytes = 0;
    /// A batch is due at so many bytes, or when its oldest submission has waited so long.
    std::size_t batch_bytes = 0;
    std::chrono::milliseconds batch_wait{0};
  };

  struct Usage {
    std::size_t submissions = 0;
    std::uint64_t bytes = 0;
  };

  /// Whether the pipeline behind the mempool has something to do already: an idle one takes a
  /// batch at once, a busy one lets it fill.
  enum class Pipeline { kIdle, kBusy };

  explicit Mempool(const Limits& limits) : limits_(limits) {}

  /// Queues a submission and charges it to its organisation, or says which quota is full
  /// (kResourceExhausted).
  ledger::Result<void> add(std::shared_ptr<const ledger::Submission> submission,
                           Clock::time_point now);
  /// Gives back the charge of a submission that has its outcome, or will never have one.
  void release(const std::string& organisation, std::size_t bytes);

  /// The next batch's submissions in order of arrival, or none if it is not due.
  std::vector<std::shared_ptr<const ledger::Submission>> take(Pipeline pipeline,
                                                              Clock::time_point now);
  /// When the batch that is filling is due at the latest; max() where nothing waits.
  Clock::time_point due() const;

  Usage usage() const;

 private:
  struct Waiting {
    std::shared_ptr<const ledger::Submission> submission;
    Clock::time_point since;
  };

  const Limits limits_;
  mutable std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  Usage usage_;
  std::map<std::string, std::uint64_t, std::less<>> organisations_;
};

}  // namespace qc::node
