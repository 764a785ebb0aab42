// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qc {

/// Appends an unsigned number, most significant byte first: the order of the bytes is the order of
/// the numbers, which is what keys need.
template <std::unsigned_integral T>
void append_big_endian(std::string& out, T value) {
  for (std::size_t byte = sizeof(T); byte-- > 0;) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> (8 * byte))));
  }
}

/// The number in the first bytes of `bytes`, which must be long enough.
template <std::unsigned_integral T>
constexpr T load_big_endian(std::string_view bytes) {
  T value = 0;
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    value = static_cast<T>((sizeof(T) == 1 ? T{0} : static_cast<T>(value << 8)) |
                           static_cast<std::uint8_t>(bytes[byte]));
  }
  return value;
}

/// A u32 length, then the bytes: what ByteReader::sized reads.
inline void append_sized(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

}  // namespace qc
