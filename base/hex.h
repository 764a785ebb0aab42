// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace qc {

/// Two lower-case hex digits at the end of `out`.
void append_hex(std::string& out, std::uint8_t byte);

/// Lower-case hex digits.
std::string to_hex(std::string_view bytes);
std::string to_hex(const Digest& digest);

/// The bytes behind an even number of lower-case hex digits; nothing for anything else.
std::optional<std::string> from_hex(std::string_view text);
std::optional<Digest> digest_from_hex(std::string_view text);

}  // namespace qc
