// SPDX-License-Identifier: Apache-2.0
#include "chain/checkpoint_proof.h"

#include <gtest/gtest.h>

#include "consensus/message/statement.h"

namespace qc::chain {
namespace {

consensus::Proposal proposal() {
  consensus::Proposal out{
      .height = consensus::Height{7}, .parent = {}, .time_ms = 99, .batches = {}};
  out.parent[0] = 1;
  out.batches.resize(2);
  out.batches[1][31] = 9;
  return out;
}

TEST(ParseProposal, ReadsWhatConsensusHashes) {
  const auto parsed = parse_proposal(consensus::proposal_bytes(proposal()));

  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, proposal());
}

TEST(ParseProposal, RefusesEveryTruncationAndAnythingBehind) {
  const std::string bytes = consensus::proposal_bytes(proposal());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_proposal(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_proposal(bytes + "x"));
}

TEST(CheckpointProof, SurvivesItsEncoding) {
  CheckpointProof proof{.note = "note\n", .seal_text = "seal\n", .seal_path = {{}, {}}};
  proof.seal_path[1][0] = 5;

  const auto decoded = CheckpointProof::decode(proof.encode());

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->note, proof.note);
  EXPECT_EQ(decoded->seal_path, proof.seal_path);
}

TEST(CheckpointProof, IsRefusedWithoutAQuorum) {
  const ledger::Network network{.chain_id = "n.example/x/" + std::string(64, '0'),
                                .algorithm = ledger::HashAlgorithm::kSha256};
  const auto signer =
      *ledger::PemSigner::from_pem(*ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519));
  const auto validators =
      *ledger::ValidatorSet::make({{.name = "n.example/x/a", .key = signer->public_key()}});

  EXPECT_FALSE(verify_proof(network, validators, CheckpointProof{}));
  EXPECT_FALSE(verify_certified(network, validators, consensus::CertifiedCheckpoint{}));
}

}  // namespace
}  // namespace qc::chain
