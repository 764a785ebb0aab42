// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qc::consensus {

/// Reads what ByteWriter wrote, from bytes that anybody may have made. After the first failure
/// everything reads as zero and `ok()` stays false; nothing is allocated before its length was
/// checked against the limit and the bytes at hand.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(integer<1>()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(integer<2>()); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer<4>()); }
  std::uint64_t u64() { return integer<8>(); }

  template <std::size_t kSize>
  void raw(std::array<std::uint8_t, kSize>& out) {
    const std::string_view bytes = take(kSize);
    std::transform(bytes.begin(), bytes.end(), out.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
  }

  /// A u32 length of at most `size_max`, then the bytes.
  std::string text(std::size_t size_max) {
    const std::size_t size = u32();
    if (size > size_max) {
      fail();
    }
    return std::string(take(ok_ ? size : 0));
  }

  /// A u32 count of at most `count_max` elements of which each takes at least `element_size_min`
  /// bytes.
  std::size_t count(std::size_t count_max, std::size_t element_size_min) {
    const std::size_t elements = u32();
    if (elements > count_max || elements * element_size_min > rest_.size()) {
      fail();
    }
    return ok_ ? elements : 0;
  }

  void fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  /// Whether everything was read and nothing is left.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  template <std::size_t kBytes>
  std::uint64_t integer() {
    std::uint64_t value = 0;
    for (const char byte : take(kBytes)) {
      value = value << 8 | static_cast<std::uint8_t>(byte);
    }
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace qc::consensus
