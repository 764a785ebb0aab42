// SPDX-License-Identifier: Apache-2.0
#include "node/block_server.h"

#include "node/block_source.h"
#include "node/log.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::node {

void BlockServer::serve(PeerNetwork& network, PeerId peer, const std::string& request) const {
  quality::peer::v1::FetchBlocks wanted;
  if (!wanted.ParseFromString(request) || wanted.from() == 0) {
    network.disconnect(peer, "a request for blocks that is none");
    return;
  }
  const auto blocks = certified_blocks(*store_.latest(), wanted.from(), wanted.to(), range_bytes_);
  if (blocks) {
    network.send(peer, FramePriority::kSync,
                 make_frame(FrameType::kBlocks, blocks->SerializeAsString()));
  } else if (blocks.error().code == ledger::Code::kDataLoss) {
    damage_.note(blocks.error());
  } else {
    log(LogLevel::kWarn, "blocks_not_served", {{"error", blocks.error().message}});
  }
}

}  // namespace qc::node
