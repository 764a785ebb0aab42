// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/outcome.h"
#include "ledger/record/record_rules.h"
#include "ledger/record/record_subjects.h"
#include "quality/v1/record.pb.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

constexpr std::string_view kOrganisation = "91350100M000100Y43";

void check_subjects(const quality::v1::Record& record, bool by_regulator) {
  const auto subjects =
      ledger::subjects_of(record, {.organisation = kOrganisation, .by_regulator = by_regulator});
  for (const std::string& id : subjects.named) {
    require(ledger::is_canonical_subject_id(id), "every subject that is named is canonical");
  }
  for (const auto& child : subjects.below) {
    require(ledger::is_canonical_subject_id(child.list), "every list is canonical");
    require(ledger::is_canonical_subject_id(child.child), "every child is canonical");
  }
  for (const auto& see : subjects.see) {
    require(ledger::is_canonical_subject_id(see.id), "every see is canonical");
  }
}

}  // namespace

void run(std::string_view input) {
  const auto record = ledger::parse_canonical<quality::v1::Record>(input);
  if (!record) {
    return;
  }
  require(ledger::canonical_bytes(*record) == input, "canonical bytes re-encode to themselves");
  for (const bool genesis : {false, true}) {
    const ledger::RecordContext context{.organisation = genesis ? "" : kOrganisation,
                                        .genesis = genesis};
    const auto judged = ledger::check_record(*record, context);
    if (!judged) {
      require(judged.error().code != ledger::OutcomeCode::kAccepted, "a refusal has a reason");
      require(!ledger::explain(judged.error().code, judged.error().field, *record, context).empty(),
              "every refusal can be explained");
      continue;
    }
    check_subjects(*record, genesis);
  }
}

}  // namespace qc::fuzz
