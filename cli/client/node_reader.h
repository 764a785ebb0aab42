// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/client/client_profile.h"
#include "cli/client/silence_watch.h"
#include "ledger/base/result.h"

namespace grpc {
class Channel;
class ClientContext;
class Status;
}  // namespace grpc

namespace qc::cli {

/// One read at one node. Tells the watch of every sign of life; may be called again for another
/// node, so it begins from nothing each time.
using ReadCall = std::function<grpc::Status(const std::shared_ptr<grpc::Channel>& channel,
                                            grpc::ClientContext& context, SilenceWatch& watch)>;

/// Whether the same question may be answered by another node: the failure is the node's own (down,
/// corrupt, overloaded, behind), not the question's.
bool another_node_may_know(const grpc::Status& status);

/// Puts a read to the profile's nodes in their order until one answers. One that gives nothing for
/// 5 s is left for the next; where all that can be reached were silent they are asked again with
/// twice the patience, for ten minutes in all, and standard error says once a round that
/// `waited_for` is waited for. The error names each node's own last reason.
ledger::Result<void> ask_nodes(const ClientProfile& profile, const std::string& waited_for,
                               const ReadCall& call);

}  // namespace qc::cli
