// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/client/client_profile.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// How many milliseconds this machine's clock is ahead of the network's (negative: behind): the
/// median over the profile's nodes, so that one wrong node says nothing. Nothing where none
/// answers.
std::optional<std::int64_t> clock_ahead_ms(const ClientProfile& profile);

/// The median of what single nodes gave; the lower one of two.
std::optional<std::int64_t> median_ms(std::vector<std::int64_t> values);

/// Whether a clock that is wrong may be why this was not taken.
bool refused_for_time(const quality::v1::SubmitResponse& answer);

/// Makes the answer name the clock where it was refused for its times and the clock is at least a
/// minute off. It takes the place of a refusal of `not_after_ms`, which people cannot choose; a
/// rule about a record's own time stays.
void name_wrong_clock(std::int64_t ahead_ms, quality::v1::SubmitResponse& answer);

}  // namespace qc::cli
