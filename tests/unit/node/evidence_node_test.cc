// SPDX-License-Identifier: Apache-2.0
// A real node is told two signed proposals of one primary for one place, and keeps the proof.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "chain/authenticator.h"
#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "ledger/execution/founding.h"
#include "ledger/proof/policy.h"
#include "node/node.h"
#include "node/peer/peer_network.h"
#include "node/pipeline/evidence_store.h"
#include "quality/v1/record.pb.h"
#include "tests/unit/node/small_network.h"
#include "tests/unit/node/temporary_folder.h"

namespace qc::node {
namespace {

constexpr std::chrono::seconds kPatience{30};
/// The node is the last of the four validators.
constexpr chain::PeerId kNode = 3;
constexpr const char* kEvidenceNetwork = "dev-chain.example/evidence";

/// A peer that holds nothing against the node, and tells it so when asked.
class Gossip final : public PeerHandler {
 public:
  void link_up(chain::PeerId /*peer*/) override { up_.set_value(); }
  void link_down(chain::PeerId /*peer*/) override {}
  void frame_received(chain::PeerId peer, chain::FrameType type, std::string body) override {
    const auto message =
        type == chain::FrameType::kConsensus ? consensus::decode_message(body) : std::nullopt;
    const auto* const asked = message ? std::get_if<consensus::AskPromises>(&*message) : nullptr;
    if (asked != nullptr) say(peer, consensus::PromisesHeld{asked->life, {}, std::nullopt});
  }
  bool admits_observer(std::string_view /*spki*/) override { return false; }
  std::uint64_t certified_height() override { return 0; }

  /// Dials the node; false when no link came up.
  bool dial(PeerNetwork::Options options) {
    links_ = PeerNetwork::start(std::move(options), *this).value();
    started_.set_value();
    return up_.get_future().wait_for(kPatience) == std::future_status::ready;
  }
  void say(chain::PeerId peer, const consensus::Message& message) {
    startable_.wait();
    links_->send(peer, chain::FramePriority::kProposals,
                 chain::make_frame(chain::FrameType::kConsensus, consensus::encode(message)));
  }

 private:
  std::promise<void> up_;
  std::promise<void> started_;
  std::shared_future<void> startable_ = started_.get_future().share();
  std::unique_ptr<PeerNetwork> links_;
};

/// Four validators a, b, c, d; d is a real node, and the test has the others' keys.
class EvidenceNodeTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<std::string> codes = {"91350100M000100Y43", "91110000600037341L",
                                            "91330100799655058B", "91370000MB2018011U"};
    ledger::FoundingPlan plan;
    plan.name = kEvidenceNetwork;
    plan.time_ms = 1'795'400'000'000;
    plan.approval_rule = "regulator";
    for (std::size_t i = 0; i < codes.size(); ++i) {
      votes_.push_back(TestKey::make(ledger::KeyAlgorithm::kEd25519));
      tls_.push_back(TestKey::make());
      const TestKey admin = TestKey::make();
      plan.founders.push_back(
          {.code = codes[i],
           .name_zh = "示例" + std::to_string(i),
           .name_en = "",
           .kind = static_cast<std::uint32_t>(i == 0 ? quality::v1::PARTY_KIND_REGULATOR
                                                     : quality::v1::PARTY_KIND_ENTERPRISE),
           .gln = "",
           .keys = {{admin.spki(), ledger::KeyPurpose::kAdmin}}});
      plan.validators.push_back({std::string(kEvidenceNetwork) + "/" + std::string(1, "abcd"[i]),
                                 codes[i], votes_[i].spki(), tls_[i].spki()});
    }
    auto genesis = ledger::make_genesis(plan);
    ASSERT_TRUE(genesis) << genesis.error().message;
    genesis_ = *std::move(genesis);
    std::ofstream(folder_.file("genesis.bin"), std::ios::binary) << genesis_->bytes;
    config_.data_dir = folder_.file("data");
    config_.genesis = folder_.file("genesis.bin");
    config_.name = "d";
    config_.keys.validator = folder_.write("validator.pem", votes_[3].pem, 0600);
    config_.keys.node_tls = folder_.write("node_tls.pem", tls_[3].pem, 0600);
    config_.keys.log =
        folder_.write("log.pem", TestKey::make(ledger::KeyAlgorithm::kEd25519).pem, 0600);
    config_.keys.tls_certificate = folder_.file("data") + "/node_tls.crt";
    config_.peer_listen = {"127.0.0.1", 0};
    config_.rpc_listen = {"127.0.0.1", 0};
    config_.limits.space_warn_bytes = config_.limits.space_refuse_bytes = 0;
    config_.limits.space_stop_bytes = config_.limits.space_exit_bytes = 0;
    config_.log_level = LogLevel::kOff;
  }

  consensus::PrePrepare proposal(std::uint8_t batch) {
    // b is the primary of view 0.
    chain::VoteAuthenticator primary(genesis_->validators, genesis_->network.algorithm,
                                     votes_[1].signer.get());
    const consensus::Epoch epoch{.chain_id = genesis_->network.chain_id,
                                 .first_height = consensus::Height{1},
                                 .set_hash = genesis_->validators.hash(),
                                 .validators = 4};
    consensus::PrePrepare message;
    message.proposal.height = consensus::Height{1};
    message.proposal.time_ms = 1'795'400'001'000;
    message.proposal.batches = {Digest{batch}};
    message.signature = primary.sign(consensus::vote_statement_bytes(
        epoch, {.phase = consensus::Phase::kPrePrepare,
                .view = message.view,
                .height = message.proposal.height,
                .digest = consensus::proposal_digest(message.proposal, primary)}));
    return message;
  }

  /// Links validator a, b or c with the node.
  std::unique_ptr<Gossip> peer(std::size_t self, const Node& node) {
    PeerNetwork::Options options;
    options.chain_id = genesis_->network.chain_id;
    options.certificate_pem = tls_[self].certificate();
    options.private_key_pem = tls_[self].pem;
    options.listen = {"127.0.0.1", 0};
    for (std::size_t i = 0; i < 4; ++i) {
      options.validators.push_back({.name = genesis_->validators.validators()[i].name,
                                    .tls_spki = tls_[i].spki(),
                                    .address = std::nullopt});
    }
    options.validators[kNode].address = Endpoint{"127.0.0.1", node.peer_port()};
    options.self = static_cast<chain::PeerId>(self);
    auto gossip = std::make_unique<Gossip>();
    EXPECT_TRUE(gossip->dial(std::move(options)));
    return gossip;
  }

  static bool eventually(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TemporaryFolder folder_;
  std::vector<TestKey> votes_;
  std::vector<TestKey> tls_;
  std::optional<ledger::Genesis> genesis_;
  Config config_;
};

TEST_F(EvidenceNodeTest, KeepsTheProofThatAPrimaryProposedTwiceAcrossARestart) {
  const ledger::NetworkPolicy policy{
      .origin = genesis_->network.chain_id, .logs = {}, .validators = genesis_->validators};
  auto node = Node::start(config_);
  ASSERT_TRUE(node) << node.error().message;
  // c answers only that it holds nothing against the node; a relays what b signed, too.
  auto c = peer(2, **node);
  auto a = peer(0, **node);
  a->say(kNode, proposal(1));
  a->say(kNode, proposal(2));
  ASSERT_TRUE(eventually([&] { return !(*node)->view().evidence(0, 10).empty(); }));

  const EvidenceItem found = (*node)->view().evidence(0, 10).front();
  const auto report = ledger::verify_evidence(found.file, policy);
  ASSERT_TRUE(report) << report.error().reason;
  EXPECT_EQ(report->kind, ledger::EvidenceKind::kDoubleVote);
  EXPECT_EQ(report->culprits, std::vector<std::string>{std::string(kEvidenceNetwork) + "/b"});
  EXPECT_NE(report->finding.find("view 0, height 1"), std::string::npos) << report->finding;
  ASSERT_TRUE(eventually([&] { return (*node)->view().status().last_view_change.has_value(); }));
  EXPECT_EQ((*node)->view().status().last_view_change->cause, "equivocation");
  EXPECT_EQ((*node)->view().status().evidence, 1U);

  a.reset();
  c.reset();
  (*node)->stop();
  node->reset();
  auto again = Node::start(config_);
  ASSERT_TRUE(again) << again.error().message;
  const std::vector<EvidenceItem> kept = (*again)->view().evidence(0, 10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.front().id, found.id);
  EXPECT_EQ(kept.front().file, found.file);
  EXPECT_EQ(kept.front().found_at_ms, found.found_at_ms);
}

TEST_F(EvidenceNodeTest, TellsThatItLacksAQuorumAndRefusesSubmissions) {
  auto node = Node::start(config_);
  ASSERT_TRUE(node) << node.error().message;
  const NodeStatus alone = (*node)->view().status();
  EXPECT_FALSE(alone.freshness.current);
  EXPECT_NE(alone.freshness.reason.find("1 of 4 validators"), std::string::npos)
      << alone.freshness.reason;
  ASSERT_TRUE(eventually([&] { return !(*node)->view().status().accepts_submissions; }));

  std::promise<SubmissionResult> answer;
  (*node)->ingress().submit("anything",
                            [&](SubmissionResult result) { answer.set_value(std::move(result)); });
  const SubmissionResult result = answer.get_future().get();
  EXPECT_EQ(result.error.code, ledger::Code::kUnavailable);
  EXPECT_NE(result.error.message.find("3 are needed"), std::string::npos) << result.error.message;
}

}  // namespace
}  // namespace qc::node
