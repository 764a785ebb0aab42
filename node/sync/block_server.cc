// SPDX-License-Identifier: Apache-2.0
#include "node/sync/block_server.h"

#include "node/base/log.h"
#include "node/sync/block_source.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::node {

void BlockServer::serve(PeerNetwork& network, chain::PeerId peer,
                        const std::string& request) const {
  quality::peer::v1::FetchBlocks wanted;
  if (!wanted.ParseFromString(request) || wanted.from() == 0) {
    network.disconnect(peer, "a request for blocks that is none");
    return;
  }
  const auto blocks = certified_blocks(*store_.latest(), wanted.from(), wanted.to(), range_bytes_);
  if (blocks) {
    network.send(peer, chain::FramePriority::kSync,
                 chain::make_frame(chain::FrameType::kBlocks, blocks->SerializeAsString()));
  } else if (blocks.error().code == ledger::Code::kDataLoss) {
    damage_.note(blocks.error());
  } else {
    log(LogLevel::kWarn, "blocks_not_served", {{"error", blocks.error().message}});
  }
}

}  // namespace qc::node
