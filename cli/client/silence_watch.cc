// SPDX-License-Identifier: Apache-2.0
#include "cli/client/silence_watch.h"

#include <grpcpp/client_context.h>

namespace qc::cli {

SilenceWatch::SilenceWatch(grpc::ClientContext& context, std::chrono::milliseconds limit)
    : limit_(limit),
      watcher_([this, &context](const std::stop_token& ending) { watch(ending, context); }) {}

void SilenceWatch::watch(const std::stop_token& ending, grpc::ClientContext& context) {
  std::unique_lock lock(mutex_);
  while (!ending.stop_requested()) {
    const auto deadline = heard_.load() + limit_;
    if (std::chrono::steady_clock::now() >= deadline) {
      cancelled_.store(true);
      context.TryCancel();
      return;
    }
    wake_.wait_until(lock, ending, deadline, [] { return false; });
  }
}

}  // namespace qc::cli
