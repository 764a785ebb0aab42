// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "node/status/node_view.h"

namespace qc::node {

/// The newest certified state, and those who wait for a later one. From any thread.
class HeightWaiters {
 public:
  HeightWaiters(std::size_t waiters_max, std::shared_ptr<const storage::ReadView> view);

  std::shared_ptr<const storage::ReadView> latest() const;
  NodeView::Ticket wait(std::uint64_t height, NodeView::HeightReached reached);
  bool cancel(NodeView::Ticket ticket);

  /// Makes `view` the newest and calls those whom it satisfies.
  void publish(const std::shared_ptr<const storage::ReadView>& view);
  /// Calls everybody with null, and whoever comes later.
  void stop();

 private:
  struct Waiter {
    std::uint64_t height = 0;
    NodeView::HeightReached reached;
  };

  const std::size_t waiters_max_;
  mutable std::mutex mutex_;
  std::shared_ptr<const storage::ReadView> view_;
  NodeView::Ticket next_ = 1;
  bool stopped_ = false;
  std::map<NodeView::Ticket, Waiter> waiters_;
};

}  // namespace qc::node
