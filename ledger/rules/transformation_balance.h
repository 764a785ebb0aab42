// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/base/fault.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

/// "the transformation makes 12.6 KGM of 12.5 KGM": that more comes out than goes in, in a unit in
/// which both are known (design: quantities out <= in per unit, a warning). Nothing where an
/// input's quantity is not known, or no unit has more. It is a doubt and no refusal: one carton of
/// pieces may become twelve boxes of pieces.
[[nodiscard]] Fault transformation_gain(const quality::v1::Transformation& transformation);

}  // namespace qc::ledger
