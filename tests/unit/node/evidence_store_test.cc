// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/evidence_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "chain/authenticator.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "tests/unit/node/temporary_folder.h"

namespace qc::node {
namespace {

using consensus::Equivocation;
using consensus::Height;
using consensus::View;

class EvidenceStoreTest : public testing::Test {
 protected:
  EvidenceStoreTest() {
    std::vector<ledger::Validator> set;
    for (const char* name : {"net.example/a", "net.example/b", "net.example/c", "net.example/d"}) {
      const std::string pem = *ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519);
      signers_.push_back(*ledger::PemSigner::from_pem(pem));
      set.push_back({name, signers_.back()->public_key()});
    }
    validators_ = *ledger::ValidatorSet::make(std::move(set));
    network_.chain_id = "net.example/" + std::string(64, '0');
    epoch_ = {.chain_id = network_.chain_id,
              .first_height = Height{1},
              .set_hash = validators_->hash(),
              .validators = 4};
    store_ = *EvidenceStore::open(folder_.file("evidence"), network_);
  }

  consensus::Vote vote(std::uint16_t voter, std::uint64_t height, std::uint8_t digest) {
    chain::VoteAuthenticator authenticator(*validators_, network_.algorithm, signers_[voter].get());
    consensus::Vote made;
    made.height = Height{height};
    made.voter = consensus::ReplicaIndex{voter};
    made.digest[0] = digest;
    made.signature = authenticator.sign(consensus::vote_statement_bytes(
        epoch_,
        {.phase = made.phase, .view = made.view, .height = made.height, .digest = made.digest}));
    return made;
  }
  ledger::EvidenceFile double_vote(std::uint16_t voter, std::uint64_t height) {
    return *evidence_file(
        network_, *validators_,
        consensus::equivocation_of(epoch_, vote(voter, height, 1), vote(voter, height, 2)));
  }
  EvidenceStore::Kept add(const ledger::EvidenceFile& file) {
    const auto kept = store_->add(file, *validators_, 1'795'400'000'000);
    EXPECT_TRUE(kept) << kept.error().message;
    return kept.value_or(EvidenceStore::Kept::kFull);
  }

  TemporaryFolder folder_;
  ledger::Network network_;
  std::vector<std::unique_ptr<ledger::PemSigner>> signers_;
  std::optional<ledger::ValidatorSet> validators_;
  consensus::Epoch epoch_;
  std::unique_ptr<EvidenceStore> store_;
};

TEST_F(EvidenceStoreTest, KeepsEachOffenceOnceAndAcrossARestart) {
  EXPECT_EQ(add(double_vote(1, 7)), EvidenceStore::Kept::kNew);
  EXPECT_EQ(add(double_vote(1, 7)), EvidenceStore::Kept::kKnown);
  EXPECT_EQ(add(double_vote(1, 8)), EvidenceStore::Kept::kNew);
  EXPECT_EQ(add(double_vote(2, 7)), EvidenceStore::Kept::kNew);
  const std::vector<EvidenceItem> before = store_->page(0, 10);
  store_ = *EvidenceStore::open(folder_.file("evidence"), network_);

  EXPECT_EQ(store_->count(), 3U);
  EXPECT_EQ(add(double_vote(2, 7)), EvidenceStore::Kept::kKnown);
  std::vector<std::string> ids;
  for (const EvidenceItem& item : store_->page(0, 10)) ids.push_back(item.id);
  for (const EvidenceItem& item : before) {
    EXPECT_NE(std::find(ids.begin(), ids.end(), item.id), ids.end()) << item.finding;
  }
  EXPECT_EQ(store_->page(1, 1).size(), 1U);
  EXPECT_TRUE(store_->page(3, 10).empty());
}

TEST_F(EvidenceStoreTest, AnotherPairOfVotesOnTheSamePlaceIsTheSameOffence) {
  EXPECT_EQ(add(double_vote(1, 7)), EvidenceStore::Kept::kNew);
  const auto other = *evidence_file(
      network_, *validators_, consensus::equivocation_of(epoch_, vote(1, 7, 2), vote(1, 7, 3)));
  EXPECT_EQ(add(other), EvidenceStore::Kept::kKnown);
}

TEST_F(EvidenceStoreTest, ALiarFillsItsOwnShareOnly) {
  for (std::uint64_t height = 1; height <= EvidenceStore::kPerCulpritMax; ++height) {
    EXPECT_EQ(add(double_vote(1, height)), EvidenceStore::Kept::kNew);
  }
  EXPECT_EQ(add(double_vote(1, 1000)), EvidenceStore::Kept::kFull);
  EXPECT_EQ(add(double_vote(2, 1000)), EvidenceStore::Kept::kNew);
}

TEST_F(EvidenceStoreTest, KeepsNothingThatDoesNotConvict) {
  ledger::EvidenceFile forged = double_vote(1, 7);
  forged.validator = "net.example/c";
  EXPECT_FALSE(store_->add(forged, *validators_, 1));
  forged = double_vote(1, 7);
  forged.signatures[1][0] = static_cast<char>(forged.signatures[1][0] ^ 1);
  EXPECT_FALSE(store_->add(forged, *validators_, 1));
  forged = double_vote(1, 7);
  forged.statements[1] = forged.statements[0];
  forged.signatures[1] = forged.signatures[0];
  EXPECT_FALSE(store_->add(forged, *validators_, 1));
  EXPECT_EQ(store_->count(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.file("evidence")));
}

TEST_F(EvidenceStoreTest, TwoCheckpointsConvictOnlyWhereTheirSizeIsOne) {
  const auto cosigned = [&](std::uint64_t size, std::uint8_t root) {
    const ledger::Checkpoint checkpoint{
        .origin = network_.chain_id, .size = size, .root = Digest{root}};
    const auto line = ledger::cosign(*signers_[1], "net.example/b", 1'795'400'000, checkpoint);
    return consensus::CheckpointVote{Height{5}, checkpoint.text(), line->line()};
  };
  const auto accuse = [&](const consensus::CheckpointVote& first,
                          const consensus::CheckpointVote& second) {
    return *evidence_file(
        network_, *validators_,
        consensus::equivocation_of(epoch_, consensus::ReplicaIndex{1}, first, second));
  };

  EXPECT_EQ(add(accuse(cosigned(9, 1), cosigned(9, 2))), EvidenceStore::Kept::kNew);
  EXPECT_EQ(store_->page(0, 1).front().kind, "double_cosignature");
  EXPECT_FALSE(store_->add(accuse(cosigned(9, 1), cosigned(10, 2)), *validators_, 1));
}

TEST_F(EvidenceStoreTest, LeavesStrangeFilesAlone) {
  add(double_vote(1, 7));
  folder_.write("evidence/1795400000001-00000000000000000000000000000000.evidence", "{}", 0600);
  folder_.write("evidence/notes.txt", "seen on Monday", 0600);

  store_ = *EvidenceStore::open(folder_.file("evidence"), network_);

  EXPECT_EQ(store_->count(), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder_.file("evidence/notes.txt")));
}

}  // namespace
}  // namespace qc::node
