// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstdint>
#include <memory>

#include "tests/unit/node/small_network.h"

namespace qc::node {

/// A TLS channel to 127.0.0.1 with the key's certificate, or with none. Any server is accepted.
std::shared_ptr<grpc::Channel> open_channel(std::uint16_t port, const TestKey* key);

/// Ends what should have been answered long before.
void give_time(grpc::ClientContext& context, int seconds = 20);

}  // namespace qc::node
