// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "node/base/damage_notes.h"
#include "node/peer/peer_network.h"
#include "storage/store.h"

namespace qc::node {

/// Answers the peers that ask for certified blocks. What it is given must outlive it.
class BlockServer {
 public:
  /// An answer is cut at about `range_bytes`.
  BlockServer(storage::Store& store, DamageNotes& damage, std::size_t range_bytes)
      : store_(store), damage_(damage), range_bytes_(range_bytes) {}

  /// A request that is none costs the peer its link; what cannot be read here is noted and logged.
  void serve(PeerNetwork& network, chain::PeerId peer, const std::string& request) const;

 private:
  storage::Store& store_;
  DamageNotes& damage_;
  const std::size_t range_bytes_;
};

}  // namespace qc::node
