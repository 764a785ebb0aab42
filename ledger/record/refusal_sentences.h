// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ledger/record/outcome.h"

namespace qc::ledger {

/// Why the rules over the chain's state refuse a record, in words. The chain records code and field
/// only; the field begins with the record's type.
struct RefusalSentence {
  /// Path of the field, its list places without their numbers: "transformation.inputs[].object".
  std::string_view field;
  OutcomeCode code;
  /// The rule and what to do. Where one place has several rules, all of them.
  std::string_view sentence;
};

/// Every one, by field; docs/refusals.md shows them.
std::span<const RefusalSentence> refusal_sentences();

/// The sentence of `code` at `field` (with its numbers); of the code alone where the table has
/// none, as for rules over the record itself.
std::string_view sentence_of(OutcomeCode code, std::string_view field);

/// What a code means wherever it stands.
std::string_view meaning_of(OutcomeCode code);

}  // namespace qc::ledger
