// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Judges every record by the stateless rules and moves those that break one to `problems`, at
/// their place. Nothing without an organisation in `options`.
void judge_records(Intake& intake, const IntakeOptions& options);

}  // namespace qc::cli
