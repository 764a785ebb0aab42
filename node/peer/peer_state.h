// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "chain/frame.h"

namespace qc::node {

/// Another node as this one sees it.
struct PeerState {
  /// Short name of a validator; for an observer the first digits of its key.
  std::string name;
  bool connected = false;
  /// Where this node dials it or would; empty where none is configured.
  std::string address;
  /// Why there is no link to it, one sentence; empty while there is one.
  std::string trouble;
  /// The certified height that it last reported; a claim.
  std::uint64_t certified_height = 0;
  /// So many blocks behind the newest certified height that this node knows of.
  std::uint64_t lag_blocks = 0;
  /// Milliseconds since anything was heard of it; 0 if it never was.
  std::uint64_t silent_ms = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  /// By number of FrameType.
  std::array<chain::FrameCount, chain::kFrameTypes> sent{};
  std::array<chain::FrameCount, chain::kFrameTypes> received{};
};

}  // namespace qc::node
