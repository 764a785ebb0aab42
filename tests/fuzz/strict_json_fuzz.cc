// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/gzip.h"
#include "ledger/proof/strict_json.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {

void run(std::string_view input) {
  const auto value = ledger::parse_json(input);
  if (!value) {
    return;
  }
  const std::string text = ledger::write_json(*value);
  const auto again = ledger::parse_json(text);
  require(again.has_value(), "what is written can be read");
  require(*again == *value, "what is written reads the same");
  require(ledger::write_json(*again) == text, "writing is canonical");
}

}  // namespace qc::fuzz
