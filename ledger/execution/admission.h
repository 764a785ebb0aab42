// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ledger/base/result.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "ledger/record/submission.h"
#include "ledger/state/state_view.h"

namespace qc::ledger {

/// What a node asks of a submission before it takes it, by the newest state it has: header of this
/// chain, organisation known and active, key enrolled for it, good now and of a purpose that signs,
/// `not_after_ms` inside the replay window, signature true. `now_ms` is the time that the next
/// block will about have. Stateless rules of the records are check_record's business, stateful ones
/// are judged at execution.
Result<void> check_submission(const Network& network, const StateView& state,
                              const Submission& submission, std::uint64_t now_ms);

/// The signature of an ordered submission, judged when its batch arrives: kUnknown where the key is
/// not on the chain yet (it may be by the time of the block).
Result<SignatureCheck> check_signature(const Network& network, const StateView& state,
                                       const Submission& submission);

}  // namespace qc::ledger
