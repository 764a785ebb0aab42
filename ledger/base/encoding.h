// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace qc::ledger {

/// The greatest integer that every language reads alike: 2^53 - 1.
inline constexpr std::uint64_t kMaxInteger = 9'007'199'254'740'991;

/// Standard base64 (RFC 4648 section 4), padded.
std::string to_base64(std::string_view bytes);
std::string to_base64(const Digest& digest);

/// The bytes behind canonical base64: text that does not re-encode to itself is refused.
std::optional<std::string> from_base64(std::string_view text);
std::optional<Digest> digest_from_base64(std::string_view text);

/// `0|[1-9][0-9]*` up to kMaxInteger; nothing for anything else (no sign, no leading zero).
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// True for well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace qc::ledger
