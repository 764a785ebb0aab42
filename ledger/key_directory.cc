// SPDX-License-Identifier: Apache-2.0
#include "ledger/key_directory.h"

#include <algorithm>

#include "ledger/encoding.h"
#include "ledger/subject_id.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {

namespace {

std::string purpose_name(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::kAdmin:
      return "admin";
    case KeyPurpose::kSigning:
      return "signing";
    case KeyPurpose::kTlsClient:
      return "tls_client";
    case KeyPurpose::kValidator:
      return "validator";
    case KeyPurpose::kNodeTls:
      return "node_tls";
    case KeyPurpose::kLog:
      return "log";
  }
  return "unknown";
}

std::string not_good_reason(const EnrolledKey& key, std::uint64_t now_ms) {
  const std::string name = "key " + to_hex(key.id) + " of " + key.organisation;
  if (key.revoked_at_ms != 0 && key.revoked_at_ms < now_ms) {
    return name + " was revoked; use another key of the organisation";
  }
  if (key.valid_to_ms != 0 && key.valid_to_ms < now_ms) {
    return name + " has expired; enrol a new one with an admin key";
  }
  return name + " was enrolled just now and is good from the next block on; try again";
}

Result<void> require_active(const StateView& state, HashAlgorithm algorithm,
                            const std::string& organisation) {
  QC_TRY(const std::optional<Member> member, find_member(state, algorithm, organisation));
  if (!member || member->state == quality::v1::PARTY_STATE_NAMED) {
    return fail(Code::kPermissionDenied, "organisation " + organisation +
                                             " is not enrolled on this chain; apply for enrolment");
  }
  if (!member->active()) {
    const auto state_name =
        quality::v1::PartyState_Name(static_cast<quality::v1::PartyState>(member->state));
    return fail(Code::kPermissionDenied, "organisation " + organisation + " is not active (" +
                                             state_name + "); ask the governance parties");
  }
  return {};
}

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

bool Member::active() const { return state == quality::v1::PARTY_STATE_ACTIVE; }

Result<std::optional<EnrolledKey>> find_key(const StateView& state, HashAlgorithm algorithm,
                                            const Digest& key_id) {
  QC_TRY(auto status, find_status<quality::v1::KeyStatus>(state, algorithm, key_subject(key_id)));
  // A key that was only named in a record has a history, but no status.
  if (!status || status->spki().empty()) return std::optional<EnrolledKey>();
  return std::optional(EnrolledKey{.id = key_id,
                                   .spki = status->spki(),
                                   .organisation = status->organisation(),
                                   .purpose = static_cast<KeyPurpose>(status->purpose()),
                                   .valid_from_ms = status->valid_from_ms(),
                                   .valid_to_ms = status->valid_to_ms(),
                                   .revoked_at_ms = status->revoked_at_ms()});
}

Result<std::optional<Member>> find_member(const StateView& state, HashAlgorithm algorithm,
                                          std::string_view code) {
  QC_TRY(auto status, find_status<quality::v1::PartyStatus>(state, algorithm, party_id(code)));
  if (!status) return std::optional<Member>();
  Member member{.code = std::string(code),
                .name_zh = status->name().zh(),
                .name_en = status->name().en(),
                .kind = static_cast<std::uint32_t>(status->kind()),
                .state = static_cast<std::uint32_t>(status->state()),
                .keys = {}};
  if (member.state == quality::v1::PARTY_STATE_UNSPECIFIED) {
    member.state = quality::v1::PARTY_STATE_NAMED;
  }
  for (const std::string& id : status->keys()) {
    if (const auto digest = digest_from(id)) member.keys.push_back(*digest);
  }
  return std::optional(std::move(member));
}

Result<EnrolledKey> require_key(const StateView& state, HashAlgorithm algorithm,
                                const Digest& key_id, std::initializer_list<KeyPurpose> purposes,
                                std::uint64_t now_ms) {
  QC_TRY(std::optional<EnrolledKey> key, find_key(state, algorithm, key_id));
  if (!key) {
    return fail(Code::kUnauthenticated,
                "key " + to_hex(key_id) + " is not enrolled on this chain; enrol it first");
  }
  if (!key->good_at(now_ms)) return fail(Code::kUnauthenticated, not_good_reason(*key, now_ms));
  if (std::ranges::find(purposes, key->purpose) == purposes.end()) {
    std::string wanted;
    for (const KeyPurpose purpose : purposes) {
      wanted += (wanted.empty() ? "" : " or ") + purpose_name(purpose);
    }
    return fail(Code::kPermissionDenied, "key " + to_hex(key_id) + " is enrolled for " +
                                             purpose_name(key->purpose) +
                                             "; this needs a key enrolled for " + wanted);
  }
  QC_TRY_VOID(require_active(state, algorithm, key->organisation));
  return *std::move(key);
}

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
