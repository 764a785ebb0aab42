// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

const ledger::NetworkPolicy& policy() {
  static const ledger::NetworkPolicy kPolicy =
      ledger::NetworkPolicy::parse(vector_file("network-2.policy")).value();
  return kPolicy;
}

}  // namespace

void run(std::string_view input) {
  static const std::string kRecord = vector_file("accepted.record");
  const auto proof = ledger::TlogProof::parse(input);
  if (proof) {
    require(proof->format() == input, "format(parse(receipt)) == receipt");
    if (const auto accepted = ledger::AcceptedReceipt::from(*proof)) {
      require(accepted->format() == input, "an accepted receipt is written as it was read");
    }
    if (const auto rejected = ledger::RejectedReceipt::from(*proof)) {
      require(rejected->format() == input, "a rejection is written as it was read");
    }
  }
  const auto of_record = ledger::verify_receipt(input, kRecord, policy());
  require(!of_record || of_record->accepted, "a refusal proves no record");
  const auto report = of_record ? of_record : ledger::verify_receipt(input, std::nullopt, policy());
  require(!report || proof.has_value(), "only what parses is believed");
  require(!report || !report->accepted || report->log_index < report->checkpoint.size,
          "a record that is proven lies in the log");
}

}  // namespace qc::fuzz
