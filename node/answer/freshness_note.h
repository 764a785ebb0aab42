// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "quality/v1/services.pb.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

class NodeView;
struct NodeStatus;

/// What the node knows about how new an answer is that was taken from this block.
void set_freshness(const NodeStatus& status, std::uint64_t height, std::uint64_t block_time_ms,
                   quality::v1::Freshness& freshness);
/// The same for a state that is answered from.
void set_freshness(const NodeView& node, const storage::ReadView& view,
                   quality::v1::Freshness& freshness);

}  // namespace qc::node
