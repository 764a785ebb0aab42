// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "quality/v1/services.pb.h"

namespace qc::cli {

/// "0.4 s", "35 s", "12 min", "5 h 10 min", "3 d 4 h".
std::string span_text(std::uint64_t ms);

/// "STALE, as of TIME (35 s ago): why" where an answer may not be the newest, "" where it is.
std::string stale_mark(const quality::v1::Freshness& freshness);

/// Writes the mark to standard error, where there is one.
void warn_if_stale(const quality::v1::Freshness& freshness);

/// {"height", "block_time_ms", "stale", "current_as_of_ms", "reason"}.
nlohmann::ordered_json freshness_json(const quality::v1::Freshness& freshness);

/// Whether a node is in order: up to date, voting unless it is an observer, and (a validator)
/// taking submissions.
bool in_order(const quality::v1::GetStatusResponse& status);

/// Everything that a node says of itself, with `peers_connected` counted.
nlohmann::ordered_json status_json(const quality::v1::GetStatusResponse& status);

/// The same for people: a table.
std::string format_status(const quality::v1::GetStatusResponse& status);

}  // namespace qc::cli
