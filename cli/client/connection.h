// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"

namespace grpc {
class Channel;
}

namespace qc::cli {

/// Keeps gRPC's own log lines off standard error: what a user needs of them stands in our errors.
void silence_grpc_log();

/// What gRPC says of a connection that failed, in the user's words with what to do.
std::string connection_reason(std::string_view grpc_message);

/// Waits until the channel is connected; kUnavailable with the reason as soon as it has failed, or
/// after `timeout`.
ledger::Result<void> connect(const std::shared_ptr<grpc::Channel>& channel,
                             std::chrono::milliseconds timeout);

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

}  // namespace qc::cli
