// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ledger/base/result.h"
#include "node/config/config.h"

namespace qc::node {

/// Plain HTTP for the operator's own machine or network, without authentication: GET /metrics
/// (Prometheus' text format), /livez (the process answers), /readyz (503 and the reason while the
/// node is not in order). Nothing in it is secret and nothing can be changed by it, but it is for
/// nobody outside. One thread; at most `kConnectionsMax` connections, one request and a few seconds
/// each.
class MetricsServer {
 public:
  static constexpr std::size_t kConnectionsMax = 16;

  struct Source {
    std::function<std::string()> metrics;
    /// Empty while the node is in order.
    std::function<std::string()> trouble;
  };

  /// Listens; the error says who to ask. The source is called on the server's thread, from now
  /// until stop().
  static ledger::Result<std::unique_ptr<MetricsServer>> start(const Endpoint& listen,
                                                              Source source);
  /// As stop().
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;
  MetricsServer(MetricsServer&&) = delete;
  MetricsServer& operator=(MetricsServer&&) = delete;

  /// The port that is listened on.
  std::uint16_t port() const;
  void stop();

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace qc::node
