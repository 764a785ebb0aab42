// SPDX-License-Identifier: Apache-2.0
#include "cli/governance/enrolment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/intake/value/placeholder.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/record/record_rules.h"
#include "os/wall_clock.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::HashAlgorithm;
using ledger::Result;

namespace {

constexpr std::string_view kEnrolmentTag = "qc/enrolment/v1";

/// One key of the applicant: its file, what it is for, and the proof that they hold it.
Result<std::unique_ptr<ledger::PemSigner>> add_key(quality::v1::EnrolmentApplication& application,
                                                   const std::filesystem::path& file,
                                                   ledger::KeyPurpose purpose) {
  QC_TRY_VOID(create_key_file(file, ledger::KeyAlgorithm::kEcdsaP256Sha256));
  QC_TRY(auto signer, open_key_file(file));
  const std::string& spki = signer->public_key().spki();
  QC_TRY(const std::string possession,
         signer->sign(ledger::possession_message(application.chain_id(), application.code(),
                                                 purpose, spki)));
  auto& key = *application.add_keys();
  key.set_spki(spki);
  key.set_purpose(static_cast<quality::v1::KeyPurpose>(purpose));
  key.set_possession(possession);
  return signer;
}

}  // namespace

namespace {

/// The chain's own rules over all of an application but its keys, which come last and are made only
/// for one that would be taken.
Result<void> check_before_keys(const quality::v1::EnrolmentApplication& application) {
  quality::v1::Record record = record_now();
  record.mutable_enrolment_request()->set_application(ledger::canonical_bytes(application));
  if (auto fault = placeholder_fault(application))
    return fail(Code::kInvalidArgument, "the application's " + *std::move(fault));
  const auto judged = ledger::check_record(record, {.organisation = application.code()});
  const std::string prefix = "enrolment_request.application.";
  if (judged || judged.error().field == prefix + "keys") return {};
  std::string_view field = judged.error().field;
  if (field.starts_with(prefix)) field.remove_prefix(prefix.size());
  return fail(Code::kInvalidArgument,
              fmt::format("the application's {}: {}", field, judged.error().message));
}

}  // namespace

Result<EnrolmentDraft> prepare_enrolment(const Applicant& applicant, const ClientProfile& network,
                                         const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder)) {
    return fail(Code::kAlreadyExists,
                fmt::format("{} exists already: keys are never overwritten, name a new folder",
                            folder.string()));
  }
  quality::v1::EnrolmentApplication application;
  application.set_chain_id(network.chain_id);
  application.set_code(applicant.code);
  application.mutable_name()->set_zh(applicant.name_zh);
  application.mutable_name()->set_en(applicant.name_en);
  application.set_kind(applicant.kind);
  application.set_gln(applicant.gln);
  const Digest contract = ledger::hash(HashAlgorithm::kSha256, applicant.contract);
  application.set_contract_digest(std::string(qc::view(contract)));
  application.set_contract_version(applicant.contract_version);
  QC_TRY_VOID(check_before_keys(application));

  ClientProfile profile{.folder = folder,
                        .chain_id = network.chain_id,
                        .organisation = applicant.code,
                        .nodes = network.nodes,
                        .admin_key = folder / "admin.pem",
                        .signing_key = folder / "signing.pem",
                        .tls_key = folder / "tls.pem",
                        .policy = folder / "network.policy"};
  using ledger::KeyPurpose;
  QC_TRY(const auto admin, add_key(application, profile.admin_key, KeyPurpose::kAdmin));
  QC_TRY_VOID(add_key(application, profile.signing_key, KeyPurpose::kSigning));
  QC_TRY_VOID(add_key(application, profile.tls_key, KeyPurpose::kTlsClient));
  QC_TRY(const std::string policy, read_file(network.policy));
  QC_TRY_VOID(write_file(profile.policy, policy));
  QC_TRY_VOID(profile.save());

  quality::v1::EnrolmentRequest request;
  request.set_application(ledger::canonical_bytes(application));
  std::string message(kEnrolmentTag);
  message.push_back('\0');
  message += request.application();
  QC_TRY(const std::string signature, admin->sign(message));
  request.set_signature(signature);
  return EnrolmentDraft{.profile = std::move(profile), .request = ledger::canonical_bytes(request)};
}

Result<quality::v1::PartyKind> parse_party_kind(const std::string& text) {
  std::string name = "PARTY_KIND_" + text;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  quality::v1::PartyKind kind{};
  if (!quality::v1::PartyKind_Parse(name, &kind) || kind == quality::v1::PARTY_KIND_UNSPECIFIED) {
    return fail(Code::kInvalidArgument,
                fmt::format("\"{}\" is no kind of party: regulator, government, association, "
                            "university, platform, inspection_body, enterprise or observer",
                            text));
  }
  return kind;
}

std::string party_kind_name(quality::v1::PartyKind kind) {
  constexpr std::size_t kPrefixLength = std::string_view("PARTY_KIND_").size();
  std::string name = quality::v1::PartyKind_Name(kind);
  name.erase(0, std::min(kPrefixLength, name.size()));
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::string application_hash(const std::string& application) {
  return std::string(
      qc::view(ledger::tagged_hash(HashAlgorithm::kSha256, kEnrolmentTag, {application})));
}

quality::v1::Record record_now() {
  quality::v1::Record record;
  record.set_claimed_time_ms(os::wall_ms());
  return record;
}

}  // namespace qc::cli
