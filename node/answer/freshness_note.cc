// SPDX-License-Identifier: Apache-2.0
#include "node/answer/freshness_note.h"

#include "node/status/node_view.h"
#include "os/wall_clock.h"
#include "storage/read_view.h"

namespace qc::node {

void set_freshness(const NodeStatus& status, std::uint64_t height, std::uint64_t block_time_ms,
                   quality::v1::Freshness& freshness) {
  freshness.set_height(height);
  freshness.set_block_time_ms(block_time_ms);
  freshness.set_stale(!status.freshness.current);
  freshness.set_current_as_of_ms(status.freshness.current_as_of_ms);
  freshness.set_reason(status.freshness.reason);
  freshness.set_now_ms(os::wall_ms());
}

void set_freshness(const NodeView& node, const storage::ReadView& view,
                   quality::v1::Freshness& freshness) {
  set_freshness(node.status(), view.height(), view.seal().time_ms, freshness);
}

}  // namespace qc::node
