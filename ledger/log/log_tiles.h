// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/log/merkle_log.h"

namespace qc::ledger {

/// Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles).
inline constexpr std::uint32_t kTileWidth = 256;
/// Levels of the Merkle tree that one level of tiles covers.
inline constexpr std::uint32_t kTileHeight = 8;
/// The last level of tiles of a log of less than 2^63 entries.
inline constexpr std::uint32_t kMaxTileLevel = 7;

/// One tile: `width` consecutive nodes of tree level 8 * level, from index * 256.
struct TileAddress {
  std::uint32_t level = 0;
  std::uint64_t index = 0;
  /// 1..256; less than 256 for a partial tile.
  std::uint32_t width = kTileWidth;

  bool operator==(const TileAddress&) const = default;
};

/// "tile/0/x001/234", with ".p/<width>" where the tile is partial.
std::string tile_path(const TileAddress& address);
/// "tile/entries/x001/234", with ".p/<width>" where the bundle is partial.
std::string entries_path(std::uint64_t index, std::uint32_t width);
/// Reads back what tile_path writes, and nothing else.
Result<TileAddress> parse_tile_path(std::string_view path);

/// How wide the tile or bundle `index` of `level` is in a log of `size` entries; 0 where there is
/// none.
std::uint32_t tile_width(std::uint32_t level, std::uint64_t index, std::uint64_t size);

/// The bytes of a tile: its hashes one after the other. An error where the reader lacks one.
Result<std::string> tile_bytes(const HashReader& reader, const TileAddress& address);

/// Adds one entry to an entry bundle: u16 length ‖ entry. An entry has at most 65 535 bytes.
void append_bundle_entry(std::string& bundle, std::string_view entry);
/// The entries of a bundle, as views into it; at most 256, nothing left over.
Result<std::vector<std::string_view>> parse_entry_bundle(std::string_view bundle);

}  // namespace qc::ledger
