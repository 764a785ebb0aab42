// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/execute.h"

#include "ledger/base/encoding.h"
#include "ledger/execution/block_execution.h"

namespace qc::ledger {

Result<ExecutedBlock> execute_block(const ExecutionBase& base, const Block& block) {
  const ChainHead& head = base.head;
  if (block.height != head.height + 1) {
    return fail(Code::kInvalidArgument, "block " + std::to_string(block.height) +
                                            " does not follow block " +
                                            std::to_string(head.height));
  }
  if (block.time_ms <= head.time_ms || block.time_ms > kMaxInteger) {
    return fail(Code::kInvalidArgument, "block " + std::to_string(block.height) + ": time " +
                                            std::to_string(block.time_ms) + " is not after " +
                                            std::to_string(head.time_ms) +
                                            ", the time of the block before");
  }
  BlockExecution execution(base, block.height, block.time_ms);
  for (const OrderedSubmission& ordered : block.submissions) execution.submit(ordered);
  return execution.finish(block.proposal_digest, head.validators);
}

}  // namespace qc::ledger
