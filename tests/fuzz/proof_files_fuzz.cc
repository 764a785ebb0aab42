// SPDX-License-Identifier: Apache-2.0
// Audit bundles, consistency and evidence files, plain or compressed.
#include "ledger/audit/audit_bundle.h"
#include "ledger/audit/audit_verify.h"
#include "ledger/proof/consistency.h"
#include "ledger/proof/evidence.h"
#include "ledger/proof/policy.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

const ledger::NetworkPolicy& policy() {
  static const ledger::NetworkPolicy kPolicy =
      ledger::NetworkPolicy::parse(vector_file("network.policy")).value();
  return kPolicy;
}

}  // namespace

void run(std::string_view input) {
  if (const auto bundle = ledger::AuditBundle::parse(input)) {
    const auto again = ledger::AuditBundle::parse(bundle->to_json());
    require(again.has_value() && *again == *bundle, "a bundle that is written reads the same");
  }
  const auto report = ledger::verify_bundle(input, policy());
  const bool proven =
      report.code == ledger::VerifyCode::kProven || report.code == ledger::VerifyCode::kPartial;
  require(proven == report.reason.empty(), "a file is believed, or there is a reason");
  require(report.code != ledger::VerifyCode::kPartial || !report.remarks.empty(),
          "a partial file says what is not shown");
  (void)ledger::verify_consistency_file(input, policy());
  (void)ledger::verify_evidence(input, policy());
}

}  // namespace qc::fuzz
