// SPDX-License-Identifier: Apache-2.0
#include "node/execution/height_waiters.h"

#include <utility>
#include <vector>

#include "storage/read_view.h"

namespace qc::node {

HeightWaiters::HeightWaiters(std::size_t waiters_max, std::shared_ptr<const storage::ReadView> view)
    : waiters_max_(waiters_max), view_(std::move(view)) {}

std::shared_ptr<const storage::ReadView> HeightWaiters::latest() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

NodeView::Ticket HeightWaiters::wait(std::uint64_t height, NodeView::HeightReached reached) {
  std::shared_ptr<const storage::ReadView> now;
  NodeView::Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = next_++;
    const bool there = view_ != nullptr && view_->height() >= height;
    if (!there && !stopped_ && waiters_.size() < waiters_max_) {
      waiters_.emplace(ticket, Waiter{.height = height, .reached = std::move(reached)});
      return ticket;
    }
    if (there) now = view_;
  }
  reached(std::move(now));
  return ticket;
}

bool HeightWaiters::cancel(NodeView::Ticket ticket) {
  const std::lock_guard lock(mutex_);
  return waiters_.erase(ticket) > 0;
}

void HeightWaiters::publish(const std::shared_ptr<const storage::ReadView>& view) {
  std::vector<NodeView::HeightReached> satisfied;
  {
    const std::lock_guard lock(mutex_);
    view_ = view;
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
      if (waiter->second.height > view->height()) {
        ++waiter;
        continue;
      }
      satisfied.push_back(std::move(waiter->second.reached));
      waiter = waiters_.erase(waiter);
    }
  }
  for (const NodeView::HeightReached& reached : satisfied) reached(view);
}

void HeightWaiters::stop() {
  std::map<NodeView::Ticket, Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiters.swap(waiters_);
  }
  for (const auto& [ticket, waiter] : waiters) waiter.reached(nullptr);
}

}  // namespace qc::node
