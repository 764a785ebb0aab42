// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/log/note.h"
#include "ledger/proof/validator_history.h"
#include "quality/v1/status.pb.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

/// The network's own status at a certified state.
ledger::Result<quality::v1::NetworkStatus> network_status(const storage::ReadView& view);

/// The validator set that certified the view's checkpoint.
ledger::Result<ledger::ValidatorSet> certifying_set(const storage::ReadView& view);

/// The validator sets from the one whose hash is `since` on (its last time) to the one that
/// certified the view's checkpoint, each later one with what introduced it: `validator_sets` of a
/// proof file. Empty `since`: the last one alone. kNotFound where the chain never had such a set.
ledger::Result<std::vector<ledger::FiledValidatorSet>> filed_sets(const storage::ReadView& view,
                                                                  std::string_view since);

/// The keys with which logs of this network sign what they serve: those that the governance parties
/// ever enrolled for it, in order, revoked ones too (old files stay verifiable), and `own` at the
/// end where it is not among them.
ledger::Result<std::vector<ledger::NoteKey>> log_keys(const storage::ReadView& view,
                                                      const ledger::NoteKey& own);

}  // namespace qc::node
