// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/admission.h"

#include <string>

#include "base/hex.h"
#include "ledger/consortium/key_directory.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {
namespace {

Result<void> check_times(const Submission& submission, std::uint64_t window_ms,
                         std::uint64_t now_ms) {
  const std::uint64_t not_after = submission.header().not_after_ms;
  if (not_after < now_ms) {
    return fail(Code::kInvalidArgument, "not_after_ms " + std::to_string(not_after) +
                                            " is past (now " + std::to_string(now_ms) +
                                            "); sign the submission again with a later time");
  }
  if (not_after - now_ms > window_ms) {
    return fail(Code::kInvalidArgument, "not_after_ms " + std::to_string(not_after) +
                                            " is more than the replay window of " +
                                            std::to_string(window_ms) +
                                            " ms ahead; choose an earlier time");
  }
  return {};
}

}  // namespace

Result<void> check_submission(const Network& network, const StateView& state,
                              const Submission& submission, std::uint64_t now_ms) {
  const SubmissionHeader& header = submission.header();
  if (header.chain_id != network.chain_id) {
    return fail(Code::kInvalidArgument, "the submission is for chain \"" + header.chain_id +
                                            "\", this is \"" + network.chain_id + "\"");
  }
  QC_TRY(const auto status,
         find_status<quality::v1::NetworkStatus>(state, network.algorithm, network_id()));
  if (!status) return fail(Code::kFailedPrecondition, "the chain has no genesis yet");
  QC_TRY_VOID(check_times(submission, status->parameters().replay_window_ms(), now_ms));
  QC_TRY_VOID(require_active(state, network.algorithm, header.organisation));
  QC_TRY(const EnrolledKey key, require_key(state, network.algorithm, header.key_id,
                                            {KeyPurpose::kSigning, KeyPurpose::kAdmin}, now_ms));
  if (key.organisation != header.organisation) {
    return fail(Code::kPermissionDenied, "key " + to_hex(key.id) + " belongs to " +
                                             key.organisation + ", not to " + header.organisation);
  }
  QC_TRY(const PublicKey public_key, PublicKey::from_spki(key.spki));
  if (!submission.verify(public_key)) {
    return fail(Code::kUnauthenticated, "the submission's signature is not that of key " +
                                            to_hex(key.id) + "; sign these exact bytes again");
  }
  return {};
}

Result<SignatureCheck> check_signature(const Network& network, const StateView& state,
                                       const Submission& submission) {
  QC_TRY(const auto key, find_key(state, network.algorithm, submission.header().key_id));
  if (!key) return SignatureCheck::kUnknown;
  const auto public_key = PublicKey::from_spki(key->spki);
  if (!public_key) {
    return fail(Code::kDataLoss, "the stored key " + to_hex(key->id) + " is damaged");
  }
  return submission.verify(*public_key) ? SignatureCheck::kValid : SignatureCheck::kInvalid;
}

}  // namespace qc::ledger
