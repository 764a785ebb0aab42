// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace qc::node {

/// Threads for what costs CPU and touches nothing of its own: parsing, hashing, checking
/// signatures.
///
/// Two bounded queues, so that what clients send never keeps what peers send waiting for long: the
/// workers take from the peers' queue first. Every member may be called from any thread.
class VerifyPool {
 public:
  using Task = std::function<void()>;

  enum class Lane { kPeers, kClients };

  struct Options {
    /// At least 1.
    std::size_t threads = 1;
    /// Tasks that wait, of each lane.
    std::size_t queue_max = 4096;
  };

  explicit VerifyPool(const Options& options);
  /// As stop().
  ~VerifyPool();
  VerifyPool(const VerifyPool&) = delete;
  VerifyPool& operator=(const VerifyPool&) = delete;
  VerifyPool(VerifyPool&&) = delete;
  VerifyPool& operator=(VerifyPool&&) = delete;

  /// Has the task run on some worker. False, and the task is gone, where the lane is full or the
  /// pool has stopped.
  [[nodiscard]] bool post(Lane lane, Task task);

  /// Lets the running tasks end, drops the waiting ones, and joins.
  void stop();

 private:
  void work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> peers_;
  std::deque<Task> clients_;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace qc::node
