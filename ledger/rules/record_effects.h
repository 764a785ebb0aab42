// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ledger/record/record_subjects.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

/// Judges one record that has passed check_record, by the rules that need state, puts its effects
/// on statuses into the state, and returns its subjects in order, each once: those that it names,
/// those that its type's rule adds, those inherited from the things that it is about, and the
/// `#below` lists whose child it is the first to name (docs/formats.md, Subjects). Linking it to
/// them is the caller's. After a refusal the state is to be undone.
tl::expected<std::vector<std::string>, Refusal> apply_record(RuleContext& context,
                                                             const quality::v1::Record& record);

}  // namespace qc::ledger
