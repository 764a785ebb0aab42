// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/network/network_layout.h"
#include "cli/network/network_plan.h"
#include "ledger/base/result.h"

namespace qc::cli {

/// Founds a network on this machine: for every party its keys, a node's folder with configuration,
/// and a member's profile; the genesis document, the trust anchor network.policy, and an invitation
/// for those who want to join. The folder must not exist yet. Returns the chain id.
ledger::Result<std::string> init_network(const NetworkPlan& plan, const NetworkLayout& layout);

}  // namespace qc::cli
