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

/// A few threads that do what must not be done on the thread that learns of it: answers are put
/// together here, off the node's pipeline. Tasks start in the order in which they came.
class WorkPool {
 public:
  /// At most `capacity` tasks wait.
  WorkPool(std::size_t threads, std::size_t capacity);
  /// Does what still waits, then ends.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  WorkPool(WorkPool&&) = delete;
  WorkPool& operator=(WorkPool&&) = delete;

  /// False, and nothing done, when too many tasks wait. From any thread.
  [[nodiscard]] bool post(std::function<void()> task);

 private:
  void work();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace qc::node
