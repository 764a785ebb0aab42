// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::ledger {

/// True if the bytes begin as a gzip member does (RFC 1952); no JSON text does.
bool is_gzip(std::string_view bytes);

/// One gzip member without name and time: equal input, equal output (for one zlib version).
std::string gzip(std::string_view bytes);

/// The content of exactly one member with nothing behind it, CRC and length checked. Refuses more
/// than `size_max` bytes; memory grows with what is really there, never with what the input claims.
Result<std::string> gunzip(std::string_view bytes, std::size_t size_max);

}  // namespace qc::ledger
