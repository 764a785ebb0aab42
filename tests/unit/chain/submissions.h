// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/crypto/signer.h"
#include "ledger/record/submission.h"

namespace qc {

/// A well-formed submission of opaque records, signed with a key of its own.
inline std::shared_ptr<const ledger::Submission> make_submission(
    const std::string& chain_id, const std::string& organisation, std::size_t record_bytes,
    std::uint64_t not_after_ms = 1'000) {
  static const auto signer =
      *ledger::PemSigner::from_pem(*ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519));
  static std::uint8_t counter = 0;
  ledger::SubmissionDraft draft{.chain_id = chain_id,
                                .organisation = organisation,
                                .nonce = {},
                                .not_after_ms = not_after_ms};
  draft.nonce[0] = ++counter;
  const std::string bytes =
      *ledger::sign_submission(draft, {std::string(record_bytes, 'r')}, *signer);
  return std::make_shared<const ledger::Submission>(*ledger::Submission::parse(bytes));
}

}  // namespace qc
