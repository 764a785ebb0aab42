// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// What a company that wants to join says about itself.
struct Applicant {
  /// USCC or LEI.
  std::string code;
  std::string name_zh;
  std::string name_en;
  quality::v1::PartyKind kind = quality::v1::PARTY_KIND_ENTERPRISE;
  /// 13 digits or empty.
  std::string gln;
  /// Participation contract as signed: its bytes, hashed here, and its version.
  std::string contract;
  std::string contract_version;
};

/// An application with the keys that it speaks of.
struct EnrolmentDraft {
  /// The applicant's new profile folder: admin, signing and TLS keys, profile.json, network.policy.
  ClientProfile profile;
  /// What travels to any member: the signed request, as canonical bytes of EnrolmentRequest.
  std::string request;
};

/// Makes the applicant's keys and profile in `folder` (which must not exist), proves possession of
/// each key, and signs the application. `network` is the profile of the network to join: chain id,
/// nodes and policy are taken from it, no key.
ledger::Result<EnrolmentDraft> prepare_enrolment(const Applicant& applicant,
                                                 const ClientProfile& network,
                                                 const std::filesystem::path& folder);

/// "regulator", "inspection_body" ...; the error lists the kinds.
ledger::Result<quality::v1::PartyKind> parse_party_kind(const std::string& text);
/// The inverse.
std::string party_kind_name(quality::v1::PartyKind kind);

/// H("qc/enrolment/v1" ‖ NUL ‖ application): by which decisions name an application.
std::string application_hash(const std::string& application);

/// A record of `body` with the present time as its claimed time.
quality::v1::Record record_now();

}  // namespace qc::cli
