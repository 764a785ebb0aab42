// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/big_endian.h"

namespace qc {

/// Makes bytes of fixed-width big-endian integers and texts; ByteReader takes them apart.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { append_big_endian(bytes_, value); }
  void u16(std::uint16_t value) { append_big_endian(bytes_, value); }
  void u32(std::uint32_t value) { append_big_endian(bytes_, value); }
  void u64(std::uint64_t value) { append_big_endian(bytes_, value); }
  /// Bytes without a length.
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  template <std::size_t kSize>
  void raw(const std::array<std::uint8_t, kSize>& bytes) {
    bytes_.append(bytes.begin(), bytes.end());
  }
  /// A u32 length, then the bytes.
  void text(std::string_view bytes) { append_sized(bytes_, bytes); }
  std::string take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace qc
