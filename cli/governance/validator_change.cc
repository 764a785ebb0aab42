// SPDX-License-Identifier: Apache-2.0
#include "cli/governance/validator_change.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "base/digest.h"
#include "cli/base/key_file.h"
#include "cli/client/node_reader.h"
#include "cli/governance/enrolment.h"
#include "cli/governance/governance.h"
#include "ledger/crypto/key.h"
#include "ledger/execution/genesis.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Result;
using quality::v1::ValidatorSetChange;

namespace {

Result<void> add_key(ValidatorSetChange& change, const ClientProfile& profile,
                     const ledger::Signer& signer, quality::v1::KeyPurpose purpose) {
  quality::v1::NewKey& key = *change.add_keys();
  key.set_spki(signer.public_key().spki());
  key.set_purpose(purpose);
  QC_TRY(const std::string possession, signer.sign(ledger::possession_message(
                                           profile.chain_id, profile.organisation,
                                           static_cast<ledger::KeyPurpose>(purpose), key.spki())));
  key.set_possession(possession);
  return {};
}

}  // namespace

Result<std::string> validator_name(const std::string& chain_id, const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  QC_TRY(const ledger::ChainId chain, ledger::parse_chain_id(chain_id));
  return fmt::format("{}/{}", chain.name, name);
}

Result<ValidatorSetChange> validator_addition(const ClientProfile& profile, const std::string& name,
                                              const ledger::Signer& voting,
                                              const ledger::Signer& tls, bool tls_enrolled) {
  ValidatorSetChange change;
  change.set_change(ValidatorSetChange::CHANGE_ADD);
  quality::v1::Validator& validator = *change.mutable_validator();
  QC_TRY(*validator.mutable_name(), validator_name(profile.chain_id, name));
  validator.set_organisation(profile.organisation);
  validator.set_spki(voting.public_key().spki());
  validator.set_node_tls_spki(tls.public_key().spki());
  QC_TRY_VOID(add_key(change, profile, voting, quality::v1::KEY_PURPOSE_VALIDATOR));
  if (!tls_enrolled) {
    QC_TRY_VOID(add_key(change, profile, tls, quality::v1::KEY_PURPOSE_NODE_TLS));
  }
  return change;
}

ValidatorSetChange validator_removal(const std::string& name, const std::string& organisation) {
  ValidatorSetChange change;
  change.set_change(ValidatorSetChange::CHANGE_REMOVE);
  change.mutable_validator()->set_name(name);
  change.mutable_validator()->set_organisation(organisation);
  return change;
}

Result<ValidatorSetChange> key_replacement(const ClientProfile& profile, const std::string& name,
                                           const ledger::Signer& voting) {
  ValidatorSetChange change;
  change.set_change(ValidatorSetChange::CHANGE_REPLACE_KEY);
  quality::v1::Validator& validator = *change.mutable_validator();
  QC_TRY(*validator.mutable_name(), validator_name(profile.chain_id, name));
  validator.set_organisation(profile.organisation);
  validator.set_spki(voting.public_key().spki());
  QC_TRY_VOID(add_key(change, profile, voting, quality::v1::KEY_PURPOSE_VALIDATOR));
  return change;
}

Result<quality::v1::SubmissionReceipt> submit_validator_change(const ClientProfile& profile,
                                                               const ValidatorSetChange& change) {
  quality::v1::Record record = record_now();
  *record.mutable_validator_set_change() = change;
  return submit_record(profile, profile.admin_key, record);
}

Result<quality::v1::SubmissionReceipt> replace_validator_key(
    const ClientProfile& profile, const std::string& name,
    const std::filesystem::path& voting_key_file) {
  QC_TRY(const auto voting, open_key_file(voting_key_file));
  QC_TRY(const ValidatorSetChange change, key_replacement(profile, name, *voting));
  return submit_validator_change(profile, change);
}

Result<quality::v1::ListValidatorsResponse> list_validators(const ClientProfile& profile,
                                                            std::uint64_t min_height) {
  quality::v1::ListValidatorsRequest request;
  request.set_min_height(min_height);
  quality::v1::ListValidatorsResponse response;
  QC_TRY_VOID(ask_nodes(profile, "the validators",
                        [&](const auto& channel, auto& context, auto& /*watch*/) {
                          const auto stub = quality::v1::NetworkService::NewStub(channel);
                          return stub->ListValidators(&context, request, &response);
                        }));
  return response;
}

}  // namespace qc::cli
