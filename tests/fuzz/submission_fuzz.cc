// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/genesis.h"
#include "ledger/record/submission.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {

void run(std::string_view input) {
  if (const auto submission = ledger::Submission::parse(std::string(input))) {
    require(submission->bytes() == input, "a submission keeps its exact bytes");
    require(submission->header().encode() == submission->header_bytes(),
            "header bytes that are accepted are canonical");
    require(submission->records().size() == submission->header().record_count,
            "as many records as the header says");
  }
  if (const auto header = ledger::SubmissionHeader::parse(input)) {
    require(header->encode() == input, "encode(parse(header)) == header");
  }
  if (const auto genesis = ledger::GenesisDocument::parse(input)) {
    require(genesis->encode() == input, "encode(parse(genesis)) == genesis");
  }
}

}  // namespace qc::fuzz
