// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qc::storage {

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
T load_big_endian(std::string_view bytes) {
  T value = 0;
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    value = static_cast<T>((sizeof(T) == 1 ? T{0} : static_cast<T>(value << 8)) |
                           static_cast<std::uint8_t>(bytes[byte]));
  }
  return value;
}

/// Takes stored bytes apart from the front. Every read says whether there was enough left.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::string_view> bytes(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  template <std::unsigned_integral T>
  std::optional<T> number() {
    const auto taken = bytes(sizeof(T));
    if (!taken) return std::nullopt;
    return load_big_endian<T>(*taken);
  }

  /// A u32 length and so many bytes.
  std::optional<std::string_view> sized() {
    const auto length = number<std::uint32_t>();
    if (!length) return std::nullopt;
    return bytes(*length);
  }

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// What `ByteReader::sized` reads.
inline void append_sized(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

}  // namespace qc::storage
