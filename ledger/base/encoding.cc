// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/encoding.h"

#include <array>
#include <cstddef>

namespace qc::ledger {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values(std::string_view digits) {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kBase64Values = digit_values(kBase64Digits);

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xc0) == 0x80; }

// How many bytes a character that begins with `first` has, and within which bounds its second byte
// must lie: the bounds exclude long forms, surrogates and what is above U+10FFFF. Length 0: no such
// character.
struct Utf8Form {
  std::size_t length;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

Utf8Form utf8_form(std::uint8_t first) {
  if (first < 0xc2) return {0, 0, 0};
  if (first < 0xe0) return {2, 0x80, 0xbf};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first < 0xf0) return {3, 0x80, 0xbf};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first < 0xf4) return {4, 0x80, 0xbf};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t second = left > 1 ? byte_at(bytes, i + 1) : 0;
    const std::uint32_t third = left > 2 ? byte_at(bytes, i + 2) : 0;
    const std::uint32_t group = std::uint32_t{byte_at(bytes, i)} << 16 | second << 8 | third;
    text.push_back(kBase64Digits[group >> 18]);
    text.push_back(kBase64Digits[group >> 12 & 63]);
    text.push_back(left > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    text.push_back(left > 2 ? kBase64Digits[group & 63] : '=');
  }
  return text;
}

std::string to_base64(const Digest& digest) { return to_base64(view(digest)); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const std::uint8_t value = kBase64Values[byte_at(text, i)];
    if (value == kNoDigit) return std::nullopt;
    bits = bits << 6 | value;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(bits >> bit_count)));
      bits &= (1U << bit_count) - 1;
    }
  }
  // What is left of the last digit must be zero, or two texts would stand for one value.
  if (bits != 0) return std::nullopt;
  return bytes;
}

std::optional<Digest> digest_from_base64(std::string_view text) {
  constexpr std::size_t kDigestTextSize = 44;
  if (text.size() != kDigestTextSize) return std::nullopt;
  const std::optional<std::string> bytes = from_base64(text);
  return bytes ? digest_from(*bytes) : std::nullopt;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  constexpr std::size_t kMaxDigits = 16;
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  std::uint64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (value > kMaxInteger) return std::nullopt;
  return value;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::uint8_t first = byte_at(text, i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const Utf8Form form = utf8_form(first);
    if (form.length == 0 || text.size() - i < form.length) return false;
    const std::uint8_t second = byte_at(text, i + 1);
    if (second < form.second_min || second > form.second_max) return false;
    for (std::size_t k = 2; k < form.length; ++k) {
      if (!is_continuation(byte_at(text, i + k))) return false;
    }
    i += form.length;
  }
  return true;
}

}  // namespace qc::ledger
