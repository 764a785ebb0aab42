// SPDX-License-Identifier: Apache-2.0
#include "chain/frame.h"

#include "base/big_endian.h"
#include "chain/batch.h"
#include "consensus/message/codec.h"

namespace qc::chain {
namespace {

constexpr std::size_t kHelloMax = 4096;
constexpr std::size_t kFetchBlocksMax = 64;
/// A range of blocks is cut at a few MiB, but a single block may be as large as the greatest
/// configured block.
constexpr std::size_t kBlocksMax = std::size_t{96} << 20;

}  // namespace

std::size_t frame_body_max(std::uint8_t type) {
  switch (static_cast<FrameType>(type)) {
    case FrameType::kHello:
      return kHelloMax;
    case FrameType::kConsensus:
    case FrameType::kCosignature:
      return consensus::kEncodedMessageMax;
    case FrameType::kBatch:
      return kBatchBytesMax;
    case FrameType::kFetchBlocks:
      return kFetchBlocksMax;
    case FrameType::kBlocks:
      return kBlocksMax;
    case FrameType::kPing:
      break;
  }
  return 0;
}

FrameHeader read_frame_header(const std::array<char, kFrameHeaderSize>& bytes) {
  FrameHeader header;
  header.body_size = load_big_endian<std::uint32_t>({bytes.data(), bytes.size()});
  header.type = static_cast<std::uint8_t>(bytes.back());
  const std::size_t most = frame_body_max(header.type);
  const bool known = most > 0 || header.type == static_cast<std::uint8_t>(FrameType::kPing);
  header.allowed = known && header.body_size <= most;
  return header;
}

Frame make_frame(FrameType type, std::string_view body) {
  std::string bytes;
  bytes.reserve(kFrameHeaderSize + body.size());
  append_big_endian(bytes, static_cast<std::uint32_t>(body.size()));
  bytes.push_back(static_cast<char>(type));
  bytes += body;
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace qc::chain
