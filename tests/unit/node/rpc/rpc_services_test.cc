// SPDX-License-Identifier: Apache-2.0
// The services over real sockets, real TLS and a real store; only consensus is left out.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ledger/audit/audit_verify.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/range_receipt.h"
#include "ledger/log/record_log.h"
#include "ledger/name/subject_id.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/validator_history.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "node/rpc/server.h"
#include "quality/v1/services.grpc.pb.h"
#include "tests/unit/node/rpc/test_client.h"
#include "tests/unit/node/small_network.h"

namespace qc::node {
namespace {

using ledger::HashAlgorithm;
using quality::v1::GetHistoryRequest;
using quality::v1::GetHistoryResponse;
using quality::v1::Record;
using quality::v1::SubmitRequest;
using quality::v1::SubmitResponse;

constexpr HashAlgorithm kHash = HashAlgorithm::kSha256;
const std::string kGtin = "06901234567892";

std::vector<Digest> digests(const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  std::vector<Digest> parsed;
  for (const std::string& hash : hashes) parsed.push_back(digest_from(hash).value());
  return parsed;
}

class RpcServicesTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = RpcServer::start(network_, network_).value();
    channel_ = open_channel(server_->port(), &network_.maker.tls);
  }

  std::vector<Record> product_and_lots(std::size_t lots) const {
    std::vector<Record> records = {network_.product(kGtin)};
    for (std::size_t i = 0; i < lots; ++i) {
      records.push_back(network_.lot(kGtin, "L" + std::to_string(i)));
    }
    return records;
  }

  grpc::Status submit(std::string signed_submission, SubmitResponse& response) {
    grpc::ClientContext context;
    give_time(context);
    SubmitRequest request;
    request.set_signed_submission(std::move(signed_submission));
    request.set_tag(7);
    return quality::v1::SubmissionService::NewStub(channel_)->Submit(&context, request, &response);
  }

  GetHistoryResponse history(const GetHistoryRequest& request) {
    grpc::ClientContext context;
    give_time(context);
    GetHistoryResponse response;
    const grpc::Status status =
        quality::v1::HistoryService::NewStub(channel_)->GetHistory(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::string bundle(const std::string& subject, const std::string& set_hash = {}) {
    grpc::ClientContext context;
    give_time(context);
    quality::v1::ExportBundleRequest request;
    request.set_subject(subject);
    request.set_set_hash(set_hash);
    const auto reader =
        quality::v1::HistoryService::NewStub(channel_)->ExportBundle(&context, request);
    std::string file;
    quality::v1::BundleChunk chunk;
    while (reader->Read(&chunk)) {
      EXPECT_LE(chunk.data().size(), 64U * 1024U);
      file += chunk.data();
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return file;
  }

  ledger::Checkpoint checkpoint_of(const std::string& note) {
    const auto parsed = ledger::SignedNote::parse(note).value();
    EXPECT_TRUE(ledger::verify_checkpoint(parsed, network_.policy().validators).has_value());
    EXPECT_TRUE(ledger::verify_log_line(parsed, network_.policy().logs).has_value());
    return ledger::Checkpoint::parse(parsed.text).value();
  }

  SmallNetwork network_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(RpcServicesTest, AReceiptForManyRecordsProvesEveryOneOfThem) {
  network_.commit({network_.product("09520123456788")});
  const std::string signed_submission =
      network_.sign(network_.maker, network_.maker.signing, product_and_lots(20));
  const auto submission = ledger::Submission::parse(signed_submission).value();

  SubmitResponse response;
  const grpc::Status status = submit(signed_submission, response);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.tag(), 7U);
  ASSERT_EQ(response.state(), quality::v1::SUBMISSION_STATE_COMMITTED) << response.message();
  EXPECT_EQ(response.submission_hash(), qc::to_bytes(submission.hash()));
  const quality::v1::SubmissionReceipt& receipt = response.receipt();
  const ledger::Checkpoint checkpoint = checkpoint_of(receipt.checkpoint());
  std::vector<Digest> leaves;
  for (const Digest& record_hash : submission.record_hashes()) {
    leaves.push_back(
        ledger::record_leaf_hash(kHash, {record_hash, submission.hash(), receipt.block_time_ms()}));
  }
  std::vector<ledger::LogNode> nodes;
  for (const quality::v1::TreeNode& node : receipt.nodes()) {
    nodes.push_back({node.level(), node.index(), digest_from(node.hash()).value()});
  }
  const ledger::LeafRange range{receipt.outcome().first_log_index(), leaves.size(),
                                checkpoint.size};
  const auto expanded = ledger::RangeReceipt::make(kHash, range, leaves, nodes).value();
  EXPECT_EQ(expanded.root(), checkpoint.root);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_TRUE(ledger::verify_inclusion(kHash, leaves[i], range.first + i, range.size,
                                         expanded.path(i).value(), checkpoint.root));
  }
}

TEST_F(RpcServicesTest, ARejectedSubmissionComesWithTheProofOfItsRejection) {
  ASSERT_EQ(network_.commit(product_and_lots(1)).state, SubmissionState::kCommitted);
  const std::string signed_submission =
      network_.sign(network_.maker, network_.maker.signing, {network_.lot(kGtin, "L0")});
  const auto submission = ledger::Submission::parse(signed_submission).value();

  SubmitResponse response;
  ASSERT_TRUE(submit(signed_submission, response).ok());

  ASSERT_EQ(response.state(), quality::v1::SUBMISSION_STATE_REJECTED);
  EXPECT_NE(response.code(), 0U);
  EXPECT_FALSE(response.message().empty());
  const quality::v1::SubmissionReceipt& receipt = response.receipt();
  const ledger::RejectedReceipt file{.header = std::string(submission.header_bytes()),
                                     .signature = std::string(submission.signature()),
                                     .outcome = ledger::canonical_bytes(receipt.outcome()),
                                     .seal = receipt.seal(),
                                     .position = receipt.place(),
                                     .submission_path = digests(receipt.place_path()),
                                     .log_index = receipt.seal_index(),
                                     .log_path = digests(receipt.seal_path()),
                                     .checkpoint = receipt.checkpoint()};
  const auto report = ledger::verify_receipt(file.format(), std::nullopt, network_.policy());
  ASSERT_TRUE(report.has_value()) << report.error().reason;
  EXPECT_FALSE(report->accepted);
  EXPECT_EQ(report->outcome_code, response.code());
}

TEST_F(RpcServicesTest, TellsTheOutcomeOfAnEarlierSubmissionByItsHash) {
  const SubmissionResult committed = network_.commit(product_and_lots(2));
  network_.empty_block();
  quality::v1::GetSubmissionRequest request;
  const auto stub = quality::v1::SubmissionService::NewStub(channel_);
  const auto lookup = [&](const std::string& hash, SubmitResponse& response) {
    grpc::ClientContext context;
    give_time(context);
    request.set_submission_hash(hash);
    return stub->GetSubmission(&context, request, &response);
  };

  SubmitResponse known;
  ASSERT_TRUE(lookup(qc::to_bytes(committed.hash), known).ok());
  EXPECT_EQ(known.state(), quality::v1::SUBMISSION_STATE_COMMITTED);
  EXPECT_EQ(known.receipt().height(), committed.height);
  SubmitResponse unknown;
  ASSERT_TRUE(lookup(std::string(32, 'x'), unknown).ok());
  EXPECT_EQ(unknown.state(), quality::v1::SUBMISSION_STATE_UNKNOWN);
  SubmitResponse none;
  EXPECT_EQ(lookup("short", none).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RpcServicesTest, BytesThatAreNoSubmissionAreAnInvalidArgument) {
  const std::string good =
      network_.sign(network_.maker, network_.maker.signing, {network_.product(kGtin)});
  SubmitResponse response;

  for (const std::string& bad :
       {std::string(), std::string("hello"), good.substr(0, good.size() - 1), good + "\x28\x01"}) {
    const grpc::Status status = submit(bad, response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << bad.size();
    EXPECT_FALSE(status.error_message().empty());
  }
}

TEST_F(RpcServicesTest, ARecordOfAnUnknownKindOfValueIsAnInvalidArgument) {
  Record record = network_.product(kGtin);
  // A quality domain that nobody has defined.
  record.set_domain(static_cast<quality::v1::QualityDomain>(99));
  SubmitResponse response;

  const grpc::Status status =
      submit(network_.sign(network_.maker, network_.maker.signing, {record}), response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("domain"), std::string::npos) << status.error_message();
}

TEST_F(RpcServicesTest, AnOverdueSubmitLeavesNobodyWaiting) {
  network_.pause();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  SubmitRequest request;
  SubmitResponse response;

  const grpc::Status status =
      quality::v1::SubmissionService::NewStub(channel_)->Submit(&context, request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  server_->shutdown(std::chrono::seconds(20));
  EXPECT_EQ(network_.waiting(), 0U);
}

TEST_F(RpcServicesTest, AStreamAnswersEverySubmissionByItsTag) {
  constexpr std::uint64_t kCount = 300;
  std::vector<std::string> submissions = {
      network_.sign(network_.maker, network_.maker.signing, {network_.product(kGtin)})};
  for (std::uint64_t i = 1; i < kCount; ++i) {
    submissions.push_back(i % 10 == 0
                              ? std::string("no submission")
                              : network_.sign(network_.maker, network_.maker.signing,
                                              {network_.lot(kGtin, "S" + std::to_string(i))}));
  }
  grpc::ClientContext context;
  give_time(context, 60);
  const auto stream = quality::v1::SubmissionService::NewStub(channel_)->SubmitStream(&context);

  std::set<std::uint64_t> committed;
  std::set<std::uint64_t> refused;
  std::thread reader([&] {
    SubmitResponse response;
    while (stream->Read(&response)) {
      const bool good = response.state() == quality::v1::SUBMISSION_STATE_COMMITTED;
      (good ? committed : refused).insert(response.tag());
    }
  });
  SubmitRequest request;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    request.set_signed_submission(submissions[i]);
    request.set_tag(i);
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  reader.join();

  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(refused.size(), 29U);
  EXPECT_EQ(committed.size(), kCount - 29);
  EXPECT_TRUE(refused.contains(10) && committed.contains(0));
}

TEST_F(RpcServicesTest, ACancelledStreamLeavesNobodyWaiting) {
  network_.pause();
  grpc::ClientContext context;
  const auto stream = quality::v1::SubmissionService::NewStub(channel_)->SubmitStream(&context);
  SubmitRequest request;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(stream->Write(request));
  while (network_.waiting() < 50) std::this_thread::yield();

  context.TryCancel();

  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  server_->shutdown(std::chrono::seconds(20));
  EXPECT_EQ(network_.waiting(), 0U);
}

TEST_F(RpcServicesTest, PagesOfAHistoryChainUpToTheProvenHead) {
  ASSERT_EQ(network_.commit(product_and_lots(12)).state, SubmissionState::kCommitted);
  network_.empty_block();
  GetHistoryRequest request;
  request.set_subject(network_.maker.code);
  request.set_limit(5);
  request.set_with_proof(true);
  request.set_from(1);

  std::uint64_t count = 0;
  Digest link{};
  GetHistoryResponse page;
  do {
    page = history(request);
    ASSERT_EQ(page.subject(), "urn:qc:party:" + network_.maker.code);
    ASSERT_LE(page.entries_size(), 5);
    EXPECT_EQ(page.link_before(), qc::to_bytes(link));
    for (const quality::v1::RecordEntry& entry : page.entries()) {
      // Genesis records carry the genesis hash as their submission's.
      const Digest origin =
          entry.header().empty()
              ? ledger::parse_chain_id(network_.identity().chain_id).value().genesis_hash
              : ledger::submission_hash(kHash, entry.header());
      const Digest leaf = ledger::record_leaf_hash(
          kHash, {ledger::record_hash(kHash, entry.record()), origin, entry.block_time_ms()});
      link = ledger::next_link(kHash, link, entry.log_index(), leaf);
      ++count;
    }
    request.set_from(page.next());
  } while (page.next() != 0);

  const auto value = ledger::decode_subject_value(page.value()).value();
  EXPECT_EQ(count, page.count());
  EXPECT_EQ(count, value.head.count);
  EXPECT_EQ(link, value.head.link);
  const ledger::Seal seal = ledger::Seal::parse(page.seal()).value();
  const ledger::Checkpoint checkpoint = checkpoint_of(page.checkpoint());
  EXPECT_EQ(page.seal_index(), checkpoint.size - 1);
  EXPECT_TRUE(ledger::verify_inclusion(kHash, ledger::seal_leaf_hash(kHash, page.seal()),
                                       page.seal_index(), checkpoint.size,
                                       digests(page.seal_path()), checkpoint.root));
  ledger::StateProof proof{.bitmap = page.proof().bitmap(),
                           .depth = page.proof().depth(),
                           .siblings = digests(page.proof().siblings()),
                           .terminal = std::nullopt};
  if (!page.proof().terminal_key().empty()) {
    proof.terminal = {digest_from(page.proof().terminal_key()).value(),
                      digest_from(page.proof().terminal_value_hash()).value()};
  }
  EXPECT_TRUE(ledger::verify_state_proof(kHash, seal.state,
                                         ledger::subject_key(kHash, page.subject()),
                                         ledger::hash(kHash, page.value()), proof)
                  .has_value());
}

TEST_F(RpcServicesTest, AnEntryOfAHistoryIsProvenByItsSubmission) {
  ASSERT_EQ(network_.commit(product_and_lots(4)).state, SubmissionState::kCommitted);
  GetHistoryRequest request;
  request.set_subject("https://id.gs1.org/01/06901234567892/10/L2");

  const GetHistoryResponse page = history(request);

  ASSERT_EQ(page.entries_size(), 1);
  const quality::v1::RecordEntry& entry = page.entries(0);
  EXPECT_EQ(entry.position(), 3U);
  EXPECT_EQ(entry.spki(), network_.maker.signing.spki());
  const auto header = ledger::SubmissionHeader::parse(entry.header()).value();
  EXPECT_TRUE(ledger::verify_inclusion(kHash, ledger::record_hash(kHash, entry.record()),
                                       entry.position(), header.record_count, digests(entry.path()),
                                       header.record_root));
  EXPECT_EQ(std::vector<std::string>(page.belongs().begin(), page.belongs().end()),
            std::vector<std::string>{"https://id.gs1.org/01/06901234567892"});

  quality::v1::GetRecordRequest by_index;
  by_index.set_log_index(entry.log_index());
  quality::v1::GetRecordResponse record;
  grpc::ClientContext context;
  give_time(context);
  ASSERT_TRUE(
      quality::v1::HistoryService::NewStub(channel_)->GetRecord(&context, by_index, &record).ok());
  EXPECT_EQ(record.entry().SerializeAsString(), entry.SerializeAsString());
  const ledger::Checkpoint checkpoint = checkpoint_of(record.checkpoint());
  const Digest leaf = ledger::record_leaf_hash(
      kHash, {ledger::record_hash(kHash, entry.record()),
              ledger::submission_hash(kHash, entry.header()), entry.block_time_ms()});
  EXPECT_TRUE(ledger::verify_inclusion(kHash, leaf, entry.log_index(), checkpoint.size,
                                       digests(record.inclusion_path()), checkpoint.root));
}

/// Three epochs: the founders' set and two later keys, and a policy of the founders' set.
class EpochsTest : public RpcServicesTest {
 protected:
  EpochsTest() {
    network_.replace_validator_key();
    network_.empty_block();
    network_.replace_validator_key();
    network_.empty_block();
    founders_hash_ = qc::to_bytes(network_.policy().validators.hash());
  }

  static ledger::VerifyCode code_of(const ledger::AuditBundle& bundle,
                                    const ledger::NetworkPolicy& policy) {
    return ledger::verify_bundle(bundle.to_json(), policy, {}).code;
  }

  std::string founders_hash_;
};

TEST_F(EpochsTest, ABundleLeadsFromThePolicysSetToThePresentOne) {
  const auto file = ledger::AuditBundle::parse(bundle("urn:qc:network", founders_hash_)).value();

  ASSERT_EQ(file.validator_sets.size(), 3U);
  EXPECT_EQ(code_of(file, network_.policy()), ledger::VerifyCode::kProven);
}

TEST_F(EpochsTest, ABundleMayBeginInTheMiddle) {
  const auto whole = ledger::AuditBundle::parse(bundle("urn:qc:network", founders_hash_)).value();
  ledger::NetworkPolicy second = network_.policy();
  const auto& named = whole.validator_sets[1].validators[0];
  second.validators =
      ledger::ValidatorSet::make({{named.name, ledger::PublicKey::from_spki(named.spki).value()}})
          .value();

  const auto file =
      ledger::AuditBundle::parse(bundle("urn:qc:network", qc::to_bytes(second.validators.hash())))
          .value();

  EXPECT_EQ(file.validator_sets.size(), 2U);
  EXPECT_EQ(code_of(file, second), ledger::VerifyCode::kProven);
  EXPECT_EQ(code_of(file, network_.policy()), ledger::VerifyCode::kOtherPolicy);
  EXPECT_EQ(code_of(whole, second), ledger::VerifyCode::kOtherPolicy);
}

TEST_F(EpochsTest, ABundleIsRefutedAfterAnyChangeOfItsSets) {
  const auto good = ledger::AuditBundle::parse(bundle("urn:qc:network", founders_hash_)).value();
  const auto policy = network_.policy();
  const TestKey stranger = TestKey::make(ledger::KeyAlgorithm::kEd25519);
  std::map<std::string, ledger::AuditBundle> changed;
  auto& skipped = changed["an epoch is skipped"] = good;
  skipped.validator_sets.erase(skipped.validator_sets.begin() + 1);
  auto& cut = changed["the last epoch is left out"] = good;
  cut.validator_sets.pop_back();
  auto& first_only = changed["every change is left out"] = good;
  first_only.validator_sets.resize(1);
  auto& wrong = changed["another set than the seal names"] = good;
  wrong.validator_sets[1].validators[0].spki = stranger.spki();
  auto& last = changed["another last set than the seal names"] = good;
  last.validator_sets[2].validators[0].spki = stranger.spki();
  auto& swapped = changed["introductions swapped"] = good;
  std::swap(swapped.validator_sets[1].introduced_by, swapped.validator_sets[2].introduced_by);
  auto& twice = changed["the same introduction twice"] = good;
  twice.validator_sets[2] = twice.validator_sets[1];
  auto& seal = changed["a seal's text"] = good;
  seal.validator_sets[2].introduced_by->seal.text.replace(
      seal.validator_sets[2].introduced_by->seal.text.find("height "), 8, "height 9");
  auto& path = changed["no path to the seal"] = good;
  path.validator_sets[1].introduced_by->seal.path.clear();
  const auto checkpoint =
      ledger::Checkpoint::parse(ledger::SignedNote::parse(good.checkpoint)->text).value();
  for (std::size_t i = 0; i < network_.retired.size(); ++i) {
    auto& old_votes = changed["votes of retired key " + std::to_string(i)] = good;
    ledger::SignedNote note{.text = checkpoint.text(), .signatures = {}};
    note.signatures.push_back(ledger::sign_as_log(*network_.log_key.signer, checkpoint).value());
    note.signatures.push_back(ledger::cosign(*network_.retired[i].signer,
                                             policy.validators.validators()[0].name, 1'900'000'000,
                                             checkpoint)
                                  .value());
    old_votes.checkpoint = note.format();
  }

  ASSERT_EQ(code_of(good, policy), ledger::VerifyCode::kProven);
  for (const auto& [what, file] : changed) {
    EXPECT_EQ(code_of(file, policy), ledger::VerifyCode::kRefuted) << what;
  }
}

TEST_F(EpochsTest, APolicyFollowsTheSealsToThePresentSet) {
  grpc::ClientContext context;
  give_time(context);
  quality::v1::FollowValidatorsRequest request;
  request.set_set_hash(founders_hash_);
  quality::v1::FollowValidatorsResponse response;
  ASSERT_TRUE(quality::v1::NetworkService::NewStub(channel_)
                  ->FollowValidators(&context, request, &response)
                  .ok());
  std::vector<ledger::FiledValidatorSet> sets;
  for (const auto& followed : response.sets()) {
    ledger::FiledValidatorSet& set = sets.emplace_back();
    for (const auto& member : followed.validators()) {
      set.validators.push_back({member.name(), member.spki()});
    }
    if (followed.checkpoint().empty()) continue;
    set.introduced_by = {.checkpoint = followed.checkpoint(),
                         .seal = {.index = followed.seal_index(),
                                  .text = followed.seal(),
                                  .path = digests(followed.seal_path())}};
  }

  const auto history = ledger::ValidatorHistory::verify(network_.policy(), sets);

  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->epochs().size(), 3U);
  EXPECT_EQ(history->last().validators()[0].key.spki(), network_.validator.spki());
  EXPECT_EQ(ledger::NetworkPolicy::parse(response.policy())->validators, history->last());
}

TEST_F(EpochsTest, AnUnknownSetHasNoWay) {
  grpc::ClientContext context;
  give_time(context);
  quality::v1::FollowValidatorsRequest request;
  request.set_set_hash(std::string(32, 'x'));
  quality::v1::FollowValidatorsResponse response;

  EXPECT_EQ(quality::v1::NetworkService::NewStub(channel_)
                ->FollowValidators(&context, request, &response)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(EpochsTest, TheListOfValidatorsIsThatOfTheNextBlock) {
  grpc::ClientContext context;
  give_time(context);
  quality::v1::ListValidatorsResponse response;
  ASSERT_TRUE(
      quality::v1::NetworkService::NewStub(channel_)->ListValidators(&context, {}, &response).ok());

  ASSERT_EQ(response.validators_size(), 1);
  EXPECT_EQ(response.validators(0).spki(), network_.validator.spki());
  EXPECT_GT(response.first_height(), 30U);
  EXPECT_EQ(response.waiting_size(), 0);
}

TEST_F(RpcServicesTest, AnExportedBundleVerifiesOfflineWithThePolicyThatTheNodeGives) {
  ASSERT_EQ(network_.commit(product_and_lots(7)).state, SubmissionState::kCommitted);
  network_.empty_block();
  quality::v1::GetPolicyResponse policy_text;
  grpc::ClientContext context;
  give_time(context);
  ASSERT_TRUE(
      quality::v1::NetworkService::NewStub(channel_)->GetPolicy(&context, {}, &policy_text).ok());
  const auto policy = ledger::NetworkPolicy::parse(policy_text.policy()).value();

  // A lot with its class; a party that reaches back to genesis; one that nobody has ever named.
  for (const std::string& subject :
       {std::string("(01)06901234567892(10)L3"), network_.maker.code, std::string("urn:qc:network"),
        std::string("https://id.gs1.org/01/09520123456788")}) {
    const std::string file = bundle(subject);
    ledger::VerifyOptions options;
    options.subject = subject;
    const ledger::VerifyReport report = ledger::verify_bundle(file, policy, options);
    EXPECT_EQ(report.code, ledger::VerifyCode::kProven) << subject << ": " << report.reason;
    EXPECT_EQ(report.chain, network_.identity().chain_id);
  }
}

TEST_F(RpcServicesTest, AnswersSayWhetherTheyAreTheNewest) {
  network_.commit({network_.product(kGtin)});
  network_.present_status.freshness = {.current = false,
                                       .reason = "3 of 5 validators can be reached",
                                       .current_as_of_ms = 77,
                                       .without_quorum = std::chrono::milliseconds(0),
                                       .stalled = std::chrono::milliseconds(0)};
  GetHistoryRequest request;
  request.set_subject(kGtin);
  const quality::v1::Freshness stale = history(request).freshness();
  EXPECT_TRUE(stale.stale());
  EXPECT_EQ(stale.reason(), "3 of 5 validators can be reached");
  EXPECT_EQ(stale.current_as_of_ms(), 77U);
  EXPECT_EQ(stale.height(), network_.latest()->height());
  EXPECT_EQ(stale.block_time_ms(), network_.latest()->seal().time_ms);
  EXPECT_GT(stale.now_ms(), 0U);

  network_.present_status.freshness.current = true;
  grpc::ClientContext context;
  give_time(context);
  quality::v1::ExportBundleRequest bundle;
  bundle.set_subject(kGtin);
  const auto reader =
      quality::v1::HistoryService::NewStub(channel_)->ExportBundle(&context, bundle);
  quality::v1::BundleChunk chunk;
  ASSERT_TRUE(reader->Read(&chunk));
  EXPECT_TRUE(chunk.has_freshness());
  EXPECT_FALSE(chunk.freshness().stale());
  while (reader->Read(&chunk)) EXPECT_FALSE(chunk.has_freshness());
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(RpcServicesTest, ASpellingThatIsNoSubjectIsAnInvalidArgument) {
  GetHistoryRequest request;
  request.set_subject("https://id.gs1.org/01/06901234567890");
  GetHistoryResponse response;
  grpc::ClientContext context;
  give_time(context);

  const grpc::Status status =
      quality::v1::HistoryService::NewStub(channel_)->GetHistory(&context, request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_FALSE(status.error_message().empty());
}

TEST_F(RpcServicesTest, AReadAtAHeightThatIsNotThereYetWaitsNoLongerThanItsDeadline) {
  GetHistoryRequest request;
  request.set_subject(network_.maker.code);
  request.set_min_height(1'000'000);
  GetHistoryResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));

  const grpc::Status status =
      quality::v1::HistoryService::NewStub(channel_)->GetHistory(&context, request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  server_->shutdown(std::chrono::seconds(20));
  EXPECT_EQ(network_.waiting(), 0U);
}

TEST_F(RpcServicesTest, ShowsTheNetworkAndItsMembers) {
  const auto stub = quality::v1::NetworkService::NewStub(channel_);
  quality::v1::GetNetworkResponse network;
  grpc::ClientContext first;
  give_time(first);
  ASSERT_TRUE(stub->GetNetwork(&first, {}, &network).ok());
  EXPECT_EQ(network.chain_id(), network_.identity().chain_id);
  EXPECT_EQ(network.genesis(), network_.identity().genesis);
  EXPECT_EQ(network.parameters().approval_rule(), "regulator");

  quality::v1::GetMemberRequest request;
  request.set_code(network_.maker.code);
  quality::v1::Member member;
  grpc::ClientContext second;
  give_time(second);
  ASSERT_TRUE(stub->GetMember(&second, request, &member).ok());
  EXPECT_EQ(member.code(), network_.maker.code);
  EXPECT_EQ(member.status().state(), quality::v1::PARTY_STATE_ACTIVE);
  ASSERT_EQ(member.keys_size(), 3);
  EXPECT_EQ(member.keys(1).spki(), network_.maker.signing.spki());

  request.set_code("91330100799655058B");
  grpc::ClientContext third;
  give_time(third);
  EXPECT_EQ(stub->GetMember(&third, request, &member).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_code("91330100799655058C");
  grpc::ClientContext fourth;
  give_time(fourth);
  EXPECT_EQ(stub->GetMember(&fourth, request, &member).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);

  quality::v1::ListMembersRequest page;
  page.set_limit(1);
  page.add_states(quality::v1::PARTY_STATE_ACTIVE);
  std::vector<std::string> codes;
  do {
    quality::v1::ListMembersResponse members;
    grpc::ClientContext context;
    give_time(context);
    ASSERT_TRUE(stub->ListMembers(&context, page, &members).ok());
    for (const quality::v1::Member& listed : members.members()) codes.push_back(listed.code());
    page.set_after(members.next());
  } while (!page.after().empty());
  EXPECT_EQ(codes, (std::vector<std::string>{network_.maker.code, network_.regulator.code}));

  quality::v1::ListValidatorsResponse validators;
  grpc::ClientContext fifth;
  give_time(fifth);
  ASSERT_TRUE(stub->ListValidators(&fifth, {}, &validators).ok());
  ASSERT_EQ(validators.validators_size(), 1);
  EXPECT_EQ(validators.validators(0).organisation(), network_.regulator.code);
  EXPECT_TRUE(validators.validators(0).connected());
  EXPECT_EQ(validators.quorum(), 1U);
  EXPECT_EQ(validators.set_hash(), qc::to_bytes(network_.policy().validators.hash()));

  quality::v1::GetCheckpointResponse checkpoint;
  grpc::ClientContext sixth;
  give_time(sixth);
  ASSERT_TRUE(stub->GetCheckpoint(&sixth, {}, &checkpoint).ok());
  EXPECT_EQ(checkpoint_of(checkpoint.checkpoint()).size, network.log_size());
}

}  // namespace
}  // namespace qc::node
