// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/intake/value/json_value.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::cli {

/// An `eventID`, which is a URI, in one spelling: what is the same URI in upper and lower case is
/// the same event.
[[nodiscard]] ledger::Result<std::string> read_event_id(std::string_view text);

/// An id as a record holds it; one that is too long for that stands as its digest.
[[nodiscard]] std::string recorded_event_id(const std::string& id, ledger::HashAlgorithm hash);

/// What an event without `eventID` is known by: the digest of what it says, whatever its layout
/// and the order of its members. What stands in a file because of where the event has been is no
/// part of it.
[[nodiscard]] std::string content_event_id(const JsonValue& event, ledger::HashAlgorithm hash);

}  // namespace qc::cli
