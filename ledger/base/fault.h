// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace qc::ledger {

/// What is wrong with a value, in words that follow the value's name ("check digit of ... should be
/// 2"); nothing when the value is right. Made for people: never part of what replicas agree on.
using Fault = std::optional<std::string>;

}  // namespace qc::ledger
