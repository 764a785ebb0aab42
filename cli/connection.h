// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/client_profile.h"
#include "ledger/result.h"

namespace grpc {
class Channel;
}

namespace qc::cli {

/// A TLS channel to one node: this organisation's client certificate (self-signed over its TLS key)
/// on our side, and the node's key, known from the profile, on the other. Certificates' names and
/// dates play no part.
ledger::Result<std::shared_ptr<grpc::Channel>> open_channel(const ClientProfile& profile,
                                                            const NodeAddress& node);

/// The profile's node with that address, or its first where none is named.
ledger::Result<NodeAddress> chosen_node(const ClientProfile& profile, const std::string& address);

/// Channels to every node of the profile, in its order.
ledger::Result<std::vector<std::shared_ptr<grpc::Channel>>> open_channels(
    const ClientProfile& profile);

/// The first node of the profile that answers within a few seconds; kUnavailable where none does.
ledger::Result<std::shared_ptr<grpc::Channel>> open_any_channel(const ClientProfile& profile);

}  // namespace qc::cli
