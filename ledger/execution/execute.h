// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/base/result.h"
#include "ledger/execution/block.h"
#include "ledger/execution/execution_base.h"

namespace qc::ledger {

/// Executes a block: judges every submission by the rules of docs/domain.md, in order, each whole
/// or not at all, appends to the log, extends the subjects' histories, updates the state tree and
/// makes the seal. Reads nothing but its arguments, so every replica gets the same bytes.
///
/// Total: no content of a submission makes it fail. Errors are those of the stores (kDataLoss and
/// whatever they report) and, as kInvalidArgument, a height or time that does not follow the head.
Result<ExecutedBlock> execute_block(const ExecutionBase& base, const Block& block);

}  // namespace qc::ledger
