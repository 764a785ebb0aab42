// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/crypto/network.h"
#include "ledger/execution/chain_head.h"
#include "ledger/execution/replay_window.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/state_view.h"

namespace qc::ledger {

/// What a block is executed on: the chain after the block before it. References must outlive the
/// call only.
struct ExecutionBase {
  const Network& network;
  const ChainHead& head;
  const StateView& state;
  const NodeStore& nodes;
  const ReplayWindow& replay;
};

}  // namespace qc::ledger
