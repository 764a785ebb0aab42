// SPDX-License-Identifier: Apache-2.0
#include "chain/block_pipeline.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "tests/simulation/node/consortium.h"
#include "tests/simulation/node/memory_store.h"

namespace qc::chain {
namespace {

using simulation::Consortium;
using simulation::MemoryStore;

/// A pipeline of four validators' network on a store in memory, and what it has told.
class OneNode : private PipelineHandler {
 public:
  OneNode()
      : store_(consortium_.genesis()),
        pipeline_({.network = consortium_.network(),
                   .validators = consortium_.validators(),
                   .log_signer = nullptr,
                   .younger_s = 10},
                  {.chain = std::make_unique<ledger::ChainState>(consortium_.network(),
                                                                 store_.applied(), store_.replay(),
                                                                 store_.state(), store_.nodes()),
                   .uncertified = {}},
                  store_, *this) {}

  DeliveredBlock block(std::uint64_t height) const {
    DeliveredBlock delivered{.proposal = {.height = consensus::Height{height},
                                          .parent = {},
                                          .time_ms = time_ms(height),
                                          .batches = {}},
                             .digest = {},
                             .batches = {}};
    delivered.digest = ledger::hash(consortium_.network().algorithm,
                                    consensus::proposal_bytes(delivered.proposal));
    return delivered;
  }
  static std::uint64_t time_ms(std::uint64_t height) {
    return Consortium::kFoundedMs + height * 1000;
  }
  /// A quorum's votes for the last block that was executed, stamped so many seconds after it.
  consensus::Certifiable votes(std::uint64_t after_s = 0) const {
    const ledger::Checkpoint checkpoint = *ledger::Checkpoint::parse(told_->checkpoint);
    consensus::Certifiable certifiable{
        .height = told_->height, .proposal = {}, .checkpoint = told_->checkpoint, .votes = {}};
    for (std::uint16_t place = 0; place < 3; ++place) {
      certifiable.votes.push_back(
          {.voter = {place},
           .cosignature = ledger::cosign(consortium_.voting_key(place), consortium_.name(place),
                                         time_ms(told_->height.value) / 1000 + after_s, checkpoint)
                              ->line()});
    }
    return certifiable;
  }
  std::optional<ledger::Code> refusal(const ledger::Result<void>& result) const {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  ledger::Result<void> executed(const ledger::ExecutedBlock& block) override {
    told_ = executed_event(consortium_.network(), block, "");
    return {};
  }
  void published(std::span<const ExecutedPtr> blocks) override { published_ += blocks.size(); }
  void certified(consensus::CertifiedCheckpoint checkpoint) override {
    certified_ = std::move(checkpoint);
  }
  void synced(consensus::Synced event) override { synced_ = std::move(event); }

  const Consortium consortium_{4};
  MemoryStore store_;
  std::optional<consensus::Executed> told_;
  std::optional<consensus::CertifiedCheckpoint> certified_;
  std::optional<consensus::Synced> synced_;
  std::size_t published_ = 0;
  BlockPipeline pipeline_;
};

class BlockPipelineTest : public ::testing::Test, protected OneNode {};

TEST_F(BlockPipelineTest, ABlockIsDurableWhenItIsToldAndPublishedWhenItIsCertified) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  EXPECT_EQ(told_->height.value, 1U);
  EXPECT_EQ(store_.durable_height(), 1U);
  EXPECT_EQ(store_.newest().height, 0U);
  EXPECT_FALSE(pipeline_.may_renew()) << "a later checkpoint waits for its quorum";

  ASSERT_TRUE(pipeline_.certify(votes(7)));
  EXPECT_EQ(store_.newest().height, 1U);
  EXPECT_EQ(published_, 1U);
  EXPECT_EQ(pipeline_.as_of_s(), time_ms(1) / 1000 + 7);
  EXPECT_TRUE(
      verify_certified(consortium_.network(), consortium_.validators(), certified_.value()));
  EXPECT_TRUE(pipeline_.may_renew());
}

TEST_F(BlockPipelineTest, ABlockThatIsHereIsNotExecutedAgain) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  told_.reset();

  EXPECT_TRUE(pipeline_.deliver(block(1)));

  EXPECT_FALSE(told_);
  EXPECT_EQ(store_.durable_height(), 1U);
}

TEST_F(BlockPipelineTest, ACertificateOfABlockThatDoesNotWaitChangesNothing) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  const consensus::Certifiable first = votes();
  ASSERT_TRUE(pipeline_.certify(first));
  certified_.reset();

  EXPECT_TRUE(pipeline_.certify(first));

  EXPECT_FALSE(certified_);
  EXPECT_EQ(published_, 1U);
}

TEST_F(BlockPipelineTest, AnEarlyStampThatWasCountedIsAFaultOfTheProgram) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  consensus::Certifiable early = votes();
  early.votes.front().cosignature = ledger::cosign(consortium_.voting_key(0), consortium_.name(0),
                                                   1, *ledger::Checkpoint::parse(told_->checkpoint))
                                        ->line();

  EXPECT_EQ(refusal(pipeline_.certify(early)), ledger::Code::kInternal);
  EXPECT_EQ(store_.newest().height, 0U);
}

TEST_F(BlockPipelineTest, AForeignCertificateIsStoredOnlyWhereItIsOfTheBlockHere) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  ASSERT_TRUE(pipeline_.certify(votes()));
  const consensus::CertifiedCheckpoint certified = certified_.value();
  OneNode other;

  ASSERT_TRUE(other.pipeline_.deliver(block(1)));
  ASSERT_TRUE(other.pipeline_.store({certified}));
  EXPECT_EQ(other.store_.newest().note, store_.newest().note);

  OneNode differing;
  DeliveredBlock later = block(1);
  later.proposal.time_ms += 1;
  ASSERT_TRUE(differing.pipeline_.deliver(later));
  EXPECT_EQ(refusal(differing.pipeline_.store({certified})), ledger::Code::kDataLoss);
  EXPECT_EQ(differing.store_.newest().height, 0U);
}

TEST_F(BlockPipelineTest, YoungerSignaturesMakeANewNoteWhenAQuorumIsYoungEnough) {
  ASSERT_TRUE(pipeline_.deliver(block(1)));
  ASSERT_TRUE(pipeline_.certify(votes()));
  const auto sign_again = [&](std::uint64_t after_s) {
    const consensus::Certifiable again = votes(after_s);
    for (const consensus::Cosignature& vote : again.votes) {
      ASSERT_TRUE(pipeline_.cosignature(vote.voter.value, {.height = again.height,
                                                           .checkpoint = again.checkpoint,
                                                           .cosignature = vote.cosignature}));
    }
  };

  sign_again(9);
  EXPECT_EQ(pipeline_.as_of_s(), time_ms(1) / 1000);
  sign_again(10);
  EXPECT_EQ(pipeline_.as_of_s(), time_ms(1) / 1000 + 10);
  EXPECT_EQ(store_.newest().height, 1U);
}

TEST_F(BlockPipelineTest, AFullDiskIsAnErrorAndNobodyIsToldOfTheBlock) {
  store_.set_full(true);

  EXPECT_EQ(refusal(pipeline_.deliver(block(1))), ledger::Code::kResourceExhausted);
  EXPECT_FALSE(told_);
}

}  // namespace
}  // namespace qc::chain
