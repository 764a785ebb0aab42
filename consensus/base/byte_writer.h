// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace qc::consensus {

/// Appends fixed-width big-endian integers and bytes to a string: the one way in which this module
/// makes bytes.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { integer<2>(value); }
  void u32(std::uint32_t value) { integer<4>(value); }
  void u64(std::uint64_t value) { integer<8>(value); }
  /// Bytes without a length.
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  template <std::size_t kSize>
  void raw(const std::array<std::uint8_t, kSize>& bytes) {
    bytes_.append(bytes.begin(), bytes.end());
  }
  /// A u32 length, then the bytes.
  void text(std::string_view bytes) {
    u32(static_cast<std::uint32_t>(bytes.size()));
    raw(bytes);
  }
  std::string take() && { return std::move(bytes_); }

 private:
  template <int kBytes>
  void integer(std::uint64_t value) {
    for (int shift = (kBytes - 1) * 8; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>(value >> shift & 0xff));
    }
  }

  std::string bytes_;
};

}  // namespace qc::consensus
