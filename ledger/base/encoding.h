// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/digest.h"

namespace qc::ledger {

/// The greatest integer that every language reads alike: 2^53 - 1.
inline constexpr std::uint64_t kMaxInteger = 9'007'199'254'740'991;

/// Lower-case hex digits.
std::string to_hex(std::string_view bytes);
std::string to_hex(const Digest& digest);

/// The bytes behind an even number of lower-case hex digits; nothing for anything else.
std::optional<std::string> from_hex(std::string_view text);
std::optional<Digest> digest_from_hex(std::string_view text);

/// Standard base64 (RFC 4648 section 4), padded.
std::string to_base64(std::string_view bytes);
std::string to_base64(const Digest& digest);

/// The bytes behind canonical base64: text that does not re-encode to itself is refused.
std::optional<std::string> from_base64(std::string_view text);
std::optional<Digest> digest_from_base64(std::string_view text);

/// Big-endian integers at the end of `out`.
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);

/// The big-endian integer in exactly 2, 4, 8 bytes at the front of `bytes`, which must be there.
std::uint16_t read_u16(std::string_view bytes);
std::uint32_t read_u32(std::string_view bytes);
std::uint64_t read_u64(std::string_view bytes);

/// `0|[1-9][0-9]*` up to kMaxInteger; nothing for anything else (no sign, no leading zero).
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// True for well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace qc::ledger
