// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/log_tiles.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/assert.h"
#include "base/big_endian.h"
#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

constexpr std::uint64_t kGroup = 1000;
// Enough for every index below 2^53.
constexpr std::size_t kMaxGroups = 6;

std::string three_digits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(3 - digits.size(), '0') + digits;
}

// 1234067 is "x001/x234/067".
std::string index_path(std::uint64_t index) {
  std::string path = three_digits(index % kGroup);
  for (index /= kGroup; index > 0; index /= kGroup) {
    path.insert(0, "x" + three_digits(index % kGroup) + "/");
  }
  return path;
}

std::string with_width(std::string path, std::uint32_t width) {
  if (width != kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

std::optional<std::uint64_t> parse_index(std::string_view path) {
  std::uint64_t index = 0;
  for (std::size_t groups = 0; groups < kMaxGroups; ++groups) {
    const bool more = !path.empty() && path.front() == 'x';
    if (more) path.remove_prefix(1);
    if (path.size() < 3) return std::nullopt;
    for (const char digit : path.substr(0, 3)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      index = index * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    path.remove_prefix(3);
    if (!more) return path.empty() ? std::optional(index) : std::nullopt;
    if (path.empty() || path.front() != '/') return std::nullopt;
    path.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<TileAddress> parse_address(std::string_view path) {
  constexpr std::string_view kPrefix = "tile/";
  if (path.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto level = parse_decimal(path.substr(0, slash));
  path.remove_prefix(slash + 1);
  TileAddress address;
  if (const std::size_t partial = path.find(".p/"); partial != std::string_view::npos) {
    const auto width = parse_decimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    address.width = static_cast<std::uint32_t>(*width);
    path = path.substr(0, partial);
  }
  const auto index = parse_index(path);
  if (!level || *level > kMaxTileLevel || !index) return std::nullopt;
  address.level = static_cast<std::uint32_t>(*level);
  address.index = *index;
  return address;
}

}  // namespace

std::string tile_path(const TileAddress& address) {
  return with_width("tile/" + std::to_string(address.level) + "/" + index_path(address.index),
                    address.width);
}

std::string entries_path(std::uint64_t index, std::uint32_t width) {
  return with_width("tile/entries/" + index_path(index), width);
}

Result<TileAddress> parse_tile_path(std::string_view path) {
  const std::optional<TileAddress> address = parse_address(path);
  if (!address || tile_path(*address) != path) {
    return fail(Code::kInvalidArgument,
                "not the path of a tile, such as tile/0/x001/234 or tile/1/000.p/17");
  }
  return *address;
}

std::uint32_t tile_width(std::uint32_t level, std::uint64_t index, std::uint64_t size) {
  if (level > kMaxTileLevel) return 0;
  const std::uint64_t nodes = size >> (kTileHeight * level);
  const std::uint64_t tiles_before = nodes / kTileWidth;
  if (index < tiles_before) return kTileWidth;
  return index == tiles_before ? static_cast<std::uint32_t>(nodes % kTileWidth) : 0;
}

Result<std::string> tile_bytes(const HashReader& reader, const TileAddress& address) {
  std::string bytes;
  bytes.reserve(std::size_t{address.width} * kDigestSize);
  for (std::uint64_t i = 0; i < address.width; ++i) {
    const auto node = reader.node(kTileHeight * address.level, address.index * kTileWidth + i);
    if (!node) {
      return fail(Code::kNotFound, tile_path(address) + " is not (yet) there");
    }
    bytes.append(view(*node));
  }
  return bytes;
}

void append_bundle_entry(std::string& bundle, std::string_view entry) {
  QC_ASSERT(entry.size() <= std::numeric_limits<std::uint16_t>::max());
  append_big_endian<std::uint16_t>(bundle, static_cast<std::uint16_t>(entry.size()));
  bundle.append(entry);
}

Result<std::vector<std::string_view>> parse_entry_bundle(std::string_view bundle) {
  constexpr std::size_t kLengthBytes = 2;
  std::vector<std::string_view> entries;
  while (!bundle.empty()) {
    const std::size_t length =
        bundle.size() < kLengthBytes ? bundle.size() : load_big_endian<std::uint16_t>(bundle);
    if (bundle.size() < kLengthBytes + length || entries.size() == kTileWidth) {
      return fail(Code::kInvalidArgument,
                  "entry " + std::to_string(entries.size()) +
                      " of the bundle is cut off, or it holds more than 256 entries");
    }
    entries.push_back(bundle.substr(kLengthBytes, length));
    bundle.remove_prefix(kLengthBytes + length);
  }
  return entries;
}

}  // namespace qc::ledger
