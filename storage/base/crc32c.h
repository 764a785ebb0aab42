// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace qc::storage {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`; `crc` continues an earlier part.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace qc::storage
