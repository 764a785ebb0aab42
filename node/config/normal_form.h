// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "quality/v1/record.pb.h"

namespace qc::node {

/// Whether a text is in Unicode normalization form C (UAX #15): what looks the same is spelled the
/// same. `text` must be UTF-8; what is not counts as not normal.
bool is_normal(std::string_view text);

/// The path of the first text of a record that is not, e.g. `lot_registration.remarks`.
///
/// Asked for at ingress only (domain.md, "Texts"): Unicode's tables differ between versions of a
/// library, so no replica may judge a block by them.
std::optional<std::string> first_not_normal(const quality::v1::Record& record);

}  // namespace qc::node
