// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ledger/base/result.h"
#include "node/config/config.h"

namespace qc::node {

class Ingress;
class NodeView;

/// A running node: everything between its configuration and its ports. Made running, ended by its
/// destructor or by stop(), in the reverse order: no new calls, running ones answered, executor and
/// journal at rest, database flushed.
class Node {
 public:
  /// Reads keys and genesis, opens the data directory, executes again what a crash left behind,
  /// and opens the ports. The error says what the operator has to do.
  static ledger::Result<std::unique_ptr<Node>> start(Config config);

  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  Node(Node&&) = delete;
  Node& operator=(Node&&) = delete;

  /// Why the node cannot go on, once that is so: the process must end with an error.
  std::optional<ledger::Error> failure() const;

  /// The failure is only that another validator set votes from now on: the process makes a new Node
  /// with the same configuration, which begins with that set.
  bool epoch_ended() const;

  NodeView& view();
  Ingress& ingress();
  std::uint16_t peer_port() const;
  std::uint16_t rpc_port() const;

  /// Ends in order; later calls do nothing.
  void stop();

 private:
  class Impl;
  explicit Node(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// Checks a configuration, its keys and its genesis document without opening the data directory or
/// a port.
ledger::Result<void> check_node(const Config& config);

}  // namespace qc::node
