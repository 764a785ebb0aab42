// SPDX-License-Identifier: Apache-2.0
#include "base/hex.h"

#include <cstddef>

namespace qc {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

void append_hex(std::string& out, std::uint8_t byte) {
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 0xfU];
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) append_hex(text, static_cast<std::uint8_t>(byte));
  return text;
}

std::string to_hex(const Digest& digest) { return to_hex(view(digest)); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kHexDigits.find(text[i]);
    const std::size_t low = kHexDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(high << 4 | low)));
  }
  return bytes;
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  if (text.size() != 2 * kDigestSize) return std::nullopt;
  const std::optional<std::string> bytes = from_hex(text);
  return bytes ? digest_from(*bytes) : std::nullopt;
}

}  // namespace qc
