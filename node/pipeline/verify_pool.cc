// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/verify_pool.h"

#include <algorithm>
#include <utility>

namespace qc::node {

VerifyPool::VerifyPool(const Options& options) : queue_max_(options.queue_max) {
  const std::size_t count = std::max<std::size_t>(options.threads, 1);
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

VerifyPool::~VerifyPool() { stop(); }

bool VerifyPool::post(Lane lane, Task task) {
  {
    const std::lock_guard lock(mutex_);
    std::deque<Task>& queue = lane == Lane::kPeers ? peers_ : clients_;
    if (stopped_ || queue.size() >= queue_max_) return false;
    queue.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void VerifyPool::stop() {
  std::deque<Task> dropped_peers;
  std::deque<Task> dropped_clients;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped_peers.swap(peers_);
    dropped_clients.swap(clients_);
  }
  wake_.notify_all();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void VerifyPool::work() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopped_ || !peers_.empty() || !clients_.empty(); });
      if (stopped_) return;
      std::deque<Task>& queue = peers_.empty() ? clients_ : peers_;
      task = std::move(queue.front());
      queue.pop_front();
    }
    task();
  }
}

}  // namespace qc::node
