// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace qc::chain {

/// What a frame's body is. A frame is u32 length of the body (big-endian), u8 type, body.
enum class FrameType : std::uint8_t {
  /// quality.peer.v1.Hello; the first each way, and only the first.
  kHello = 1,
  /// consensus::Message in the encoding of consensus/message/codec.h.
  kConsensus = 2,
  /// quality.peer.v1.Batch.
  kBatch = 3,
  /// quality.peer.v1.FetchBlocks and its answer, quality.peer.v1.Blocks.
  kFetchBlocks = 4,
  kBlocks = 5,
  /// A consensus::CheckpointVote (same encoding) on the newest certified checkpoint, made again so
  /// that its as-of time stays young; also how block 0 gets its first signatures.
  kCosignature = 6,
  /// Empty; keeps a quiet link alive.
  kPing = 7,
};

inline constexpr std::size_t kFrameHeaderSize = 5;
/// Numbers of frame types are below it.
inline constexpr std::size_t kFrameTypes = 8;

/// Frames of one type that went one way on the links of one peer, headers counted.
struct FrameCount {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

/// The longest body of a type; 0 for a number that is no type. Checked before anything is
/// allocated.
std::size_t frame_body_max(std::uint8_t type);

/// What a frame's first bytes announce.
struct FrameHeader {
  /// As it stands there; no FrameType where `allowed` is false.
  std::uint8_t type = 0;
  std::uint32_t body_size = 0;
  /// Whether it is a type, and such a frame may be so long.
  bool allowed = false;
};
FrameHeader read_frame_header(const std::array<char, kFrameHeaderSize>& bytes);

/// Header and body, encoded once and shared by all queues that it stands in.
using Frame = std::shared_ptr<const std::string>;
Frame make_frame(FrameType type, std::string_view body);

/// Which queue of a link a frame waits in; the lower goes first.
enum class FramePriority : std::uint8_t { kVotes = 0, kProposals = 1, kBatches = 2, kSync = 3 };
inline constexpr std::size_t kFramePriorities = 4;

/// Another node, as long as the process runs: a validator's place in its set, or a number at or
/// above kFirstObserver for one session of an observer.
using PeerId = std::uint32_t;
inline constexpr PeerId kFirstObserver = 0x10000;

}  // namespace qc::chain
