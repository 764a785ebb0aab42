// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/big_endian.h"
#include "base/digest.h"

namespace qc {

/// Takes bytes apart from the front, which anybody may have made. After the first failure
/// everything reads as zero or empty and `ok()` stays false; nothing is allocated before its length
/// was checked against the limit and the bytes at hand.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  /// Big-endian.
  template <std::unsigned_integral T>
  T number() {
    const std::string_view bytes = view(sizeof(T));
    return ok_ ? load_big_endian<T>(bytes) : T{0};
  }
  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }

  template <std::size_t kSize>
  void raw(std::array<std::uint8_t, kSize>& out) {
    const std::string_view bytes = view(kSize);
    if (ok_) std::memcpy(out.data(), bytes.data(), kSize);
  }
  Digest digest() {
    Digest out{};
    raw(out);
    return out;
  }

  /// Exactly so many bytes, as they stand in what is read.
  std::string_view view(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  /// A u32 length, then so many bytes.
  std::string_view sized() { return view(u32()); }
  /// The same, at most `size_max` of them.
  std::string text(std::size_t size_max) {
    const std::size_t size = u32();
    if (size > size_max) fail();
    return std::string(view(ok_ ? size : 0));
  }

  /// A u32 count of at most `count_max` elements of which each takes at least `element_size_min`
  /// bytes.
  std::size_t count(std::size_t count_max, std::size_t element_size_min) {
    const std::size_t elements = u32();
    if (elements > count_max || elements * element_size_min > rest_.size()) fail();
    return ok_ ? elements : 0;
  }

  void fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }
  /// Whether everything was read and nothing is left.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace qc
