// SPDX-License-Identifier: Apache-2.0
#include "chain/block_range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"

namespace qc::chain {
namespace {

constexpr ledger::HashAlgorithm kRangeHash = ledger::HashAlgorithm::kSha256;
constexpr std::uint64_t kFoundedMs = 1'800'000'000'000;
constexpr std::optional<ledger::Code> kPasses;

/// Four validators and their keys.
struct Signers {
  explicit Signers(const std::string& network) {
    std::vector<ledger::Validator> validators;
    for (const char* name : {"/a", "/b", "/c", "/d"}) {
      keys.push_back(*ledger::PemSigner::from_pem(
          *ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519)));
      validators.push_back({.name = network + name, .key = keys.back()->public_key()});
    }
    set = *ledger::ValidatorSet::make(std::move(validators));
  }
  Digest hash() const { return set->hash(kRangeHash); }

  std::vector<std::unique_ptr<ledger::PemSigner>> keys;
  std::optional<ledger::ValidatorSet> set;
};

/// A chain of blocks without submissions. The first set's last block is 3; what comes above is
/// sealed by whom a test says.
class BlockRangeTest : public ::testing::Test {
 protected:
  BlockRangeTest() : check_(network_, *first_.set) {
    add(first_.hash(), first_.hash());
    add(first_.hash(), first_.hash());
    add(first_.hash(), first_.hash());
    add(first_.hash(), second_.hash());
  }

  void add(const Digest& validators, const Digest& next) {
    const std::uint64_t height = seals_.size();
    const consensus::Proposal proposal{.height = consensus::Height{height},
                                       .parent = {},
                                       .time_ms = kFoundedMs + 1000 * height,
                                       .batches = {}};
    ledger::Seal seal{.height = height,
                      .time_ms = proposal.time_ms,
                      .submissions = ledger::merkle_root(kRangeHash, {}),
                      .validators = validators,
                      .next = next};
    if (height > 0) {
      seal.parent = ledger::seal_leaf_hash(kRangeHash, seals_.back());
      seal.proposal = ledger::hash(kRangeHash, consensus::proposal_bytes(proposal));
    }
    proposals_.push_back(consensus::proposal_bytes(proposal));
    seals_.push_back(seal.text());
    log_.append(ledger::seal_leaf_hash(kRangeHash, seals_.back()));
  }

  /// Blocks `from` .. `to` under the checkpoint after block `certified`, cosigned by these.
  quality::peer::v1::Blocks blocks(std::uint64_t from, std::uint64_t to, std::uint64_t certified,
                                   const Signers& signers) const {
    quality::peer::v1::Blocks message;
    for (std::uint64_t height = from; height <= to; ++height) {
      auto* block = message.add_blocks();
      block->set_height(height);
      block->set_time_ms(kFoundedMs + 1000 * height);
      block->set_proposal(proposals_[height]);
      block->set_seal(seals_[height]);
    }
    ledger::MerkleTree log(kRangeHash);
    for (std::uint64_t height = 0; height <= certified; ++height)
      log.append(ledger::seal_leaf_hash(kRangeHash, seals_[height]));
    const ledger::Checkpoint checkpoint{
        .origin = network_.chain_id, .size = log.size(), .root = log.root()};
    ledger::SignedNote note{.text = checkpoint.text(), .signatures = {}};
    for (std::size_t i = 0; i < signers.keys.size(); ++i) {
      note.signatures.push_back(*ledger::cosign(*signers.keys[i], signers.set->validators()[i].name,
                                                kFoundedMs / 1000 + 3600, checkpoint));
    }
    message.set_checkpoint(note.format());
    message.set_checkpoint_seal(seals_[certified]);
    for (const Digest& hash : log.path(std::min(to, certified)))
      message.add_last_seal_path(qc::to_bytes(hash));
    return message;
  }

  /// What the judge of the first set's node says of a range above block `edge`; kOk where it
  /// passes.
  std::optional<ledger::Code> judge(std::uint64_t edge, quality::peer::v1::Blocks message) const {
    ChainEdge at{.height = edge, .seal_text = seals_[edge], .log_size = edge + 1};
    const auto checked = check_.range(message, at);
    if (checked) {
      EXPECT_EQ(at.height, edge + checked->blocks.size());
      return kPasses;
    }
    return checked.error().code;
  }

  const ledger::Network network_{.chain_id = "n.example/x/" + std::string(64, '0'),
                                 .algorithm = kRangeHash};
  const Signers first_{"n.example/x"};
  const Signers second_{"n.example/x"};
  std::vector<std::string> proposals_;
  std::vector<std::string> seals_;
  ledger::MerkleTree log_{kRangeHash};
  BlockRangeCheck check_;
};

TEST_F(BlockRangeTest, PassesUpToTheEndOfTheSet) {
  EXPECT_EQ(judge(0, blocks(1, 3, 3, first_)), kPasses);
  EXPECT_EQ(judge(0, blocks(1, 2, 3, first_)), kPasses) << "under a later checkpoint";
  EXPECT_EQ(judge(2, blocks(3, 3, 3, first_)), kPasses);
}

TEST_F(BlockRangeTest, BlocksOfTheNextSetAreNoLieAndNotForThisJudge) {
  add(second_.hash(), second_.hash());

  EXPECT_EQ(judge(3, blocks(4, 4, 4, second_)), ledger::Code::kFailedPrecondition);
}

TEST_F(BlockRangeTest, AnEarlierSetsKeysExtendNothingAboveItsEnd) {
  add(first_.hash(), first_.hash());

  EXPECT_NE(judge(3, blocks(4, 4, 4, first_)), kPasses);
  EXPECT_EQ(judge(0, blocks(1, 4, 4, first_)), ledger::Code::kInvalidArgument);
  EXPECT_EQ(judge(0, blocks(1, 3, 4, first_)), ledger::Code::kInvalidArgument)
      << "the end of the set under a checkpoint above it";
}

TEST_F(BlockRangeTest, ARangeThatRunsIntoTheNextSetIsALie) {
  add(second_.hash(), second_.hash());

  EXPECT_EQ(judge(0, blocks(1, 4, 4, second_)), ledger::Code::kInvalidArgument);
  EXPECT_EQ(judge(0, blocks(1, 4, 4, first_)), ledger::Code::kInvalidArgument);
}

TEST_F(BlockRangeTest, ABlockOfAnotherSetThanTheOneInForceIsALie) {
  seals_.resize(2);
  proposals_.resize(2);
  add(second_.hash(), first_.hash());

  EXPECT_EQ(judge(1, blocks(2, 2, 2, first_)), ledger::Code::kInvalidArgument);
}

TEST_F(BlockRangeTest, AForeignSetsQuorumCertifiesNothing) {
  EXPECT_NE(judge(0, blocks(1, 2, 3, second_)), kPasses);
  EXPECT_NE(judge(0, blocks(1, 3, 3, second_)), kPasses);
}

TEST_F(BlockRangeTest, ANodeOfAnEarlierSetHasNothingToOffer) {
  BlockRangeCheck later(network_, *second_.set);
  ChainEdge at{.height = 3, .seal_text = seals_[3], .log_size = 4};
  quality::peer::v1::Blocks nothing = blocks(4, 3, 2, first_);
  nothing.clear_last_seal_path();

  const auto checked = later.range(nothing, at);

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ledger::Code::kFailedPrecondition) << checked.error().message;
}

}  // namespace
}  // namespace qc::chain
