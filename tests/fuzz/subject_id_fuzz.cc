// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/percent.h"
#include "ledger/name/subject_id.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

void check_canonical(const std::string& id) {
  require(ledger::is_canonical_subject_id(id), "what is read is canonical");
  require(ledger::parse_subject_id(id).has_value(), "a canonical id can be taken apart");
  const auto again = ledger::canonical_subject_id(id);
  require(again.has_value() && *again == id, "canonical(canonical(x)) == canonical(x)");
  for (const std::string& implied : ledger::implied_subjects(id)) {
    require(ledger::is_canonical_subject_id(implied), "what an answer needs besides is canonical");
    require(implied != id, "nothing implies itself");
  }
}

}  // namespace

void run(std::string_view input) {
  if (const auto spelling = ledger::read_subject(input)) {
    check_canonical(spelling->id);
  }
  if (ledger::is_canonical_subject_id(input)) {
    check_canonical(std::string(input));
  }
  if (const auto decoded = ledger::percent_decode(input)) {
    require(ledger::percent_decode(ledger::percent_encode(*decoded)) == decoded,
            "percent encoding is undone by decoding");
  }
}

}  // namespace qc::fuzz
