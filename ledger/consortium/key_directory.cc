// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/key_directory.h"

#include <algorithm>

#include "base/hex.h"
#include "ledger/name/subject_id.h"
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

}  // namespace qc::ledger
