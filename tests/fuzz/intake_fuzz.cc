// SPDX-License-Identifier: Apache-2.0
// People's files: the first byte says which format the rest is read as.
#include "cli/intake/intake.h"
#include "ledger/record/record_rules.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {

void run(std::string_view input) {
  Source source(input);
  const auto format = static_cast<cli::IntakeFormat>(source.byte() % 4U);
  const cli::IntakeOptions options{.organisation = "91350100M000100Y43",
                                   .claimed_time_ms = 1'795'419'543'123};
  (void)cli::detect_format(source.rest());
  const cli::Intake intake = cli::read_intake(source.rest(), format, options);
  for (const cli::IntakeProblem& problem : intake.problems) {
    require(!problem.message.empty(), "a problem says what is wrong");
  }
  for (const cli::IntakeRecord& record : intake.records) {
    require(ledger::check_record(record.record, {.organisation = options.organisation}).has_value(),
            "what is taken in is fine by the stateless rules");
  }
}

}  // namespace qc::fuzz
