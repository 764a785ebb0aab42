// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/toy_ledger.h"

#include <set>

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

std::string checkpoint_body(const BlockPoint& point, const Digest& state) {
  ByteWriter out;
  out.u64(point.height.value);
  out.raw(point.proposal);
  out.raw(state);
  return std::move(out).take();
}

}  // namespace

ToyLedger::ToyLedger(std::uint64_t genesis_time_ms) {
  ToyBlock genesis;
  genesis.point.time_ms = genesis_time_ms;
  genesis.checkpoint = checkpoint_body(genesis.point, genesis.state);
  certified_ = CertifiedCheckpoint{Height{}, Digest{}, genesis.checkpoint, ""};
  blocks_.push_back(genesis);
}

const ToyBlock& ToyLedger::append(const Proposal& proposal, const Digest& digest,
                                  const Authenticator& hasher) {
  ByteWriter state;
  state.raw(newest().state);
  state.raw(digest);
  ToyBlock block{BlockPoint{proposal.height, digest, proposal.time_ms}, proposal.batches,
                 hasher.hash(std::move(state).take()), ""};
  block.checkpoint = checkpoint_body(block.point, block.state);
  blocks_.push_back(std::move(block));
  return blocks_.back();
}

void ToyLedger::certify(const CertifiedCheckpoint& checkpoint) {
  if (checkpoint.height > certified_.height && checkpoint.height <= height()) {
    certified_ = checkpoint;
  }
}

LedgerPosition ToyLedger::position(const std::string& cosignature) const {
  LedgerPosition position;
  position.executed = newest().point;
  position.checkpoint = newest().checkpoint;
  position.cosignature = cosignature;
  position.certified_block = at(certified_.height).point;
  position.certified = certified_;
  for (const ToyBlock& block : blocks_) {
    for (const Digest& batch : block.batches) {
      position.ordered.push_back(OrderedBatch{batch, block.point.time_ms});
    }
  }
  return position;
}

std::string cosigned_bytes(const std::string& checkpoint) { return "cosigned " + checkpoint; }

std::string make_proof(const std::vector<Cosignature>& votes) {
  ByteWriter out;
  for (const Cosignature& vote : votes) {
    out.u16(vote.voter.value);
    out.raw(vote.cosignature);
  }
  return std::move(out).take();
}

bool verify_certified(const CertifiedCheckpoint& checkpoint, std::uint16_t validators,
                      const Authenticator& authenticator) {
  ByteReader body(checkpoint.checkpoint);
  const Height height{body.u64()};
  Digest proposal{};
  body.raw(proposal);
  if (!body.ok() || height != checkpoint.height || proposal != checkpoint.proposal) {
    return false;
  }
  const std::size_t faulty = (validators - 1U) / 3;
  const std::size_t quorum = (validators + faulty + 2) / 2;
  std::set<std::uint16_t> signers;
  ByteReader proof(checkpoint.proof);
  while (!proof.complete()) {
    const ReplicaIndex voter{proof.u16()};
    Signature cosignature{};
    proof.raw(cosignature);
    if (!proof.ok() ||
        !authenticator.verify(voter, cosigned_bytes(checkpoint.checkpoint), cosignature)) {
      return false;
    }
    signers.insert(voter.value);
  }
  return signers.size() >= quorum;
}

}  // namespace qc::simulation
