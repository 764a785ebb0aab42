// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/node/small_network.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/tls_certificate.h"
#include "ledger/execution/admission.h"
#include "ledger/log/note.h"
#include "ledger/record/record_rules.h"

namespace qc::node {

using ledger::Code;
using ledger::KeyAlgorithm;
using ledger::KeyPurpose;

namespace {

constexpr std::uint64_t kFounded = 1'795'400'000'000;
constexpr std::uint64_t kBlockInterval = 1'000;
constexpr const char* kNetworkName = "dev-chain.example/test";
constexpr const char* kValidatorName = "dev-chain.example/test/regulator";

void must(const ledger::Result<void>& done) {
  EXPECT_TRUE(done.has_value()) << done.error().message;
}

TestParty party(std::string code) {
  return {std::move(code), TestKey::make(), TestKey::make(), TestKey::make()};
}

std::filesystem::path temporary_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "qc_node_test.XXXXXX").string();
  return mkdtemp(name.data());
}

}  // namespace

TestKey TestKey::make(KeyAlgorithm algorithm) {
  TestKey key;
  key.pem = ledger::generate_private_key(algorithm).value();
  key.signer = ledger::PemSigner::from_pem(key.pem).value();
  return key;
}

std::string TestKey::certificate() const {
  return ledger::self_signed_certificate(
             pem, {.common_name = "anybody", .not_before_s = 1'000, .not_after_s = 2'000})
      .value();
}

SmallNetwork::SmallNetwork()
    : regulator(party("91350100M000100Y43")),
      maker(party("91110000600037341L")),
      validator(TestKey::make(KeyAlgorithm::kEd25519)),
      node_tls(TestKey::make()),
      log_key(TestKey::make(KeyAlgorithm::kEd25519)),
      directory_(temporary_directory()) {
  config_.rpc_listen = {"127.0.0.1", 0};
  present_status.role = "validator";
  found();
}

SmallNetwork::~SmallNetwork() {
  chain_.reset();
  store_.reset();
  std::filesystem::remove_all(directory_);
}

void SmallNetwork::found() {
  ledger::FoundingPlan plan;
  plan.name = kNetworkName;
  plan.time_ms = kFounded;
  plan.approval_rule = "regulator";
  const auto founder = [](const TestParty& founding, std::uint32_t kind, std::string name) {
    return ledger::Founder{.code = founding.code,
                           .name_zh = std::move(name),
                           .name_en = "",
                           .kind = kind,
                           .gln = "",
                           .keys = {{founding.admin.spki(), KeyPurpose::kAdmin},
                                    {founding.signing.spki(), KeyPurpose::kSigning},
                                    {founding.tls.spki(), KeyPurpose::kTlsClient}}};
  };
  plan.founders.push_back(founder(regulator, quality::v1::PARTY_KIND_REGULATOR, "市场监督管理局"));
  plan.founders.front().keys.push_back({log_key.spki(), KeyPurpose::kLog});
  plan.founders.push_back(founder(maker, quality::v1::PARTY_KIND_ENTERPRISE, "食品有限公司"));
  plan.validators.push_back({kValidatorName, regulator.code, validator.spki(), node_tls.spki()});
  genesis_ = ledger::make_genesis(plan).value();
  const ledger::Network& network = genesis_->network;
  identity_ =
      NodeIdentity{.chain_id = network.chain_id,
                   .genesis = genesis_->bytes,
                   .hash = network.algorithm,
                   .name = kValidatorName,
                   .log_key = ledger::NoteKey::make(network.chain_id, ledger::NoteKeyType::kEd25519,
                                                    log_key.signer->public_key())
                                  .value(),
                   .tls_certificate_pem = node_tls.certificate(),
                   .tls_private_key_pem = node_tls.pem,
                   .started_at_ms = kFounded};
  store_ = storage::Store::open((directory_ / "db").string(), network).value();
  const ledger::ExecutedBlock first = ledger::execute_genesis(*genesis_).value();
  must(store_->commit_genesis(genesis_->bytes, first));
  chain_ = std::make_unique<ledger::ChainState>(network, ledger::ChainHead::after(first),
                                                ledger::ReplayWindow(), store_->state(),
                                                store_->nodes());
  empty_block();
}

std::string SmallNetwork::certify(const ledger::ExecutedBlock& executed) const {
  const ledger::Checkpoint checkpoint{
      .origin = identity_->chain_id, .size = executed.log_size(), .root = executed.log_root};
  ledger::SignedNote note{.text = checkpoint.text(), .signatures = {}};
  note.signatures.push_back(ledger::sign_as_log(*log_key.signer, checkpoint).value());
  note.signatures.push_back(
      ledger::cosign(*validator.signer, kValidatorName, executed.time_ms / 1000 + 1, checkpoint)
          .value());
  return note.format();
}

std::shared_ptr<const ledger::ExecutedBlock> SmallNetwork::execute(
    std::vector<std::shared_ptr<const ledger::Submission>> submissions) {
  ledger::Block block;
  block.height = chain_->head().height + 1;
  block.time_ms = chain_->head().time_ms + kBlockInterval;
  for (auto& submission : submissions) block.submissions.push_back({std::move(submission), {}});
  auto executed = chain_->execute(block).value();
  must(store_->commit_block(block, "proposal", *executed));
  must(store_->apply_certified({&executed, 1}, certify(*executed)));
  chain_->certified(block.height);
  if (executed->successor) {
    retired.push_back(std::move(validator));
    validator = *std::exchange(next_validator_, std::nullopt);
  }
  return executed;
}

void SmallNetwork::replace_validator_key() {
  next_validator_ = TestKey::make(ledger::KeyAlgorithm::kEd25519);
  const std::string spki = next_validator_->spki();
  quality::v1::Record record = envelope();
  auto& body = *record.mutable_validator_set_change();
  body.set_change(quality::v1::ValidatorSetChange::CHANGE_REPLACE_KEY);
  body.mutable_validator()->set_name(kValidatorName);
  body.mutable_validator()->set_organisation(regulator.code);
  body.mutable_validator()->set_spki(spki);
  auto& key = *body.add_keys();
  key.set_spki(spki);
  key.set_purpose(quality::v1::KEY_PURPOSE_VALIDATOR);
  const auto possession = ledger::possession_message(identity_->chain_id, regulator.code,
                                                     ledger::KeyPurpose::kValidator, spki);
  key.set_possession(next_validator_->signer->sign(possession).value());
  const SubmissionResult result = commit(sign(regulator, regulator.admin, {record}));
  EXPECT_EQ(result.state, SubmissionState::kCommitted) << result.error.message;
  while (next_validator_) empty_block();
}

std::string SmallNetwork::bytes(const quality::v1::Record& record) {
  return ledger::canonical_bytes(record);
}

quality::v1::Record SmallNetwork::envelope() const {
  quality::v1::Record record;
  record.set_claimed_time_ms(kFounded);
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  return record;
}

quality::v1::Record SmallNetwork::product(const std::string& gtin) const {
  quality::v1::Record record = envelope();
  auto& body = *record.mutable_product_registration();
  body.set_gtin(gtin);
  body.mutable_brand_owner()->set_code(maker.code);
  body.mutable_name()->set_zh("花生油");
  body.set_category("oil");
  return record;
}

quality::v1::Record SmallNetwork::lot(const std::string& gtin, const std::string& number) const {
  quality::v1::Record record = envelope();
  auto& body = *record.mutable_lot_registration();
  body.set_gtin(gtin);
  body.set_lot(number);
  body.set_production_date("2026-11-01");
  return record;
}

std::string SmallNetwork::sign(const TestParty& party, const TestKey& key,
                               const std::vector<quality::v1::Record>& records) {
  ledger::SubmissionDraft draft{.chain_id = identity_->chain_id,
                                .organisation = party.code,
                                .nonce = {++nonce_},
                                .not_after_ms = chain_->head().time_ms + 1'800'000};
  std::vector<std::string> encoded;
  encoded.reserve(records.size());
  for (const quality::v1::Record& record : records) encoded.push_back(bytes(record));
  return ledger::sign_submission(draft, encoded, *key.signer).value();
}

SubmissionResult SmallNetwork::commit(const std::vector<quality::v1::Record>& records) {
  return commit(sign(maker, maker.signing, records));
}

SubmissionResult SmallNetwork::commit(std::string signed_submission) {
  const std::lock_guard lock(mutex_);
  return judge(std::move(signed_submission));
}

ledger::NetworkPolicy SmallNetwork::policy() const {
  return {.origin = identity_->chain_id,
          .logs = {identity_->log_key},
          .validators = genesis_->validators};
}

SubmissionResult SmallNetwork::judge(std::string signed_submission) {
  const auto refused = [](ledger::Error error) {
    SubmissionResult result;
    result.state = SubmissionState::kRefused;
    result.error = std::move(error);
    return result;
  };
  auto parsed = ledger::Submission::parse(std::move(signed_submission));
  if (!parsed) return refused(parsed.error());
  const auto checked = ledger::check_submission(genesis_->network, store_->latest()->state(),
                                                *parsed, chain_->head().time_ms + kBlockInterval);
  if (!checked) return refused(checked.error());
  for (std::size_t i = 0; i < parsed->records().size(); ++i) {
    const auto record = ledger::parse_canonical<quality::v1::Record>(parsed->records()[i]);
    if (!record) {
      return refused(
          {record.error().code, "records[" + std::to_string(i) + "]: " + record.error().message});
    }
  }
  const auto executed = execute({std::make_shared<const ledger::Submission>(*std::move(parsed))});
  return result_of(executed->submissions.front(), executed->height);
}

SubmissionResult SmallNetwork::result_of(const ledger::ExecutedSubmission& executed,
                                         std::uint64_t height) {
  SubmissionResult result;
  result.hash = executed.submission_hash;
  if (executed.dropped) {
    result.error = {Code::kFailedPrecondition, "dropped"};
    return result;
  }
  result.state =
      executed.outcome.accepted() ? SubmissionState::kCommitted : SubmissionState::kRejected;
  result.height = height;
  result.place = static_cast<std::uint32_t>(executed.position);
  result.outcome = executed.outcome_bytes;
  result.view = store_->latest();
  return result;
}

Ingress::Ticket SmallNetwork::wait() {
  waiting_[++last_ticket_] = 0;
  return last_ticket_;
}

Ingress::Ticket SmallNetwork::submit(std::string signed_submission, Done done) {
  SubmissionResult result;
  Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    if (paused_) return wait();
    ticket = ++last_ticket_;
    result = judge(std::move(signed_submission));
  }
  done(std::move(result));
  return ticket;
}

bool SmallNetwork::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  return waiting_.erase(ticket) == 1;
}

std::size_t SmallNetwork::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

SubmissionResult SmallNetwork::lookup(const Digest& submission_hash) {
  const auto view = store_->latest();
  const auto place = view->submission(submission_hash).value();
  SubmissionResult result;
  result.hash = submission_hash;
  if (!place) {
    result.error = {Code::kNotFound, "never seen"};
    return result;
  }
  const storage::StoredBlock block = view->block(place->height).value();
  const storage::StoredSubmission& stored = block.submissions[place->place];
  result.state = stored.accepted() ? SubmissionState::kCommitted : SubmissionState::kRejected;
  result.height = place->height;
  result.place = static_cast<std::uint32_t>(stored.position);
  result.outcome = stored.outcome;
  result.view = view;
  return result;
}

NodeView::Ticket SmallNetwork::wait_for_height(std::uint64_t height, HeightReached reached) {
  auto view = latest();
  if (view->height() < height) {
    const std::lock_guard lock(mutex_);
    return wait();
  }
  reached(std::move(view));
  return 1;
}

}  // namespace qc::node
