// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qc::ledger {

/// Percent-encodes everything but RFC 3986 unreserved characters, upper-case hex.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// Decodes %XX of either case; nothing at a broken escape.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace qc::ledger
