// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace grpc {
class ClientContext;
}

namespace qc::cli {

/// Cancels a call once nothing has been heard on it for `limit`: a node that stands still or is cut
/// off keeps its connection, and only its silence tells.
class SilenceWatch {
 public:
  SilenceWatch(grpc::ClientContext& context, std::chrono::milliseconds limit);

  /// From any thread.
  void heard() { heard_.store(std::chrono::steady_clock::now()); }
  /// Whether it was the watch that ended the call.
  bool cancelled() const { return cancelled_.load(); }

 private:
  void watch(const std::stop_token& ending, grpc::ClientContext& context);

  const std::chrono::milliseconds limit_;
  std::atomic<std::chrono::steady_clock::time_point> heard_{std::chrono::steady_clock::now()};
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  // Last, so that it ends before what it uses.
  std::jthread watcher_;
};

}  // namespace qc::cli
