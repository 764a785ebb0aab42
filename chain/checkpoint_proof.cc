// SPDX-License-Identifier: Apache-2.0
#include "chain/checkpoint_proof.h"

#include <fmt/format.h>

#include <utility>

#include "base/big_endian.h"
#include "base/byte_reader.h"
#include "consensus/message/statement.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::chain {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kProposalTag{"qc/proposal/v1\0", 15};
/// u64 timestamp and an Ed25519 signature.
constexpr std::size_t kCosignatureSize = 8 + ledger::kSignatureSize;

}  // namespace

std::string CheckpointProof::encode() const {
  quality::peer::v1::Blocks message;
  message.set_checkpoint(note);
  message.set_checkpoint_seal(seal_text);
  for (const Digest& hash : seal_path) message.add_last_seal_path(qc::to_bytes(hash));
  return message.SerializeAsString();
}

Result<CheckpointProof> CheckpointProof::decode(std::string_view bytes) {
  quality::peer::v1::Blocks message;
  if (bytes.size() > consensus::kCertifiedProofBytesMax ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      message.blocks_size() != 0) {
    return fail(Code::kInvalidArgument, "no proof of a checkpoint");
  }
  CheckpointProof proof{.note = std::move(*message.mutable_checkpoint()),
                        .seal_text = std::move(*message.mutable_checkpoint_seal()),
                        .seal_path = {}};
  for (const std::string& hash : message.last_seal_path()) {
    const auto digest = digest_from(hash);
    if (!digest || proof.seal_path.size() >= ledger::kMaxPathLength) {
      return fail(Code::kInvalidArgument, "no inclusion path");
    }
    proof.seal_path.push_back(*digest);
  }
  return proof;
}

Result<ProvenCheckpoint> verify_proof(const ledger::Network& network,
                                      const ledger::ValidatorSet& validators,
                                      const CheckpointProof& proof) {
  QC_TRY(const ledger::SignedNote note, ledger::SignedNote::parse(proof.note));
  QC_TRY(ledger::Seal seal, ledger::Seal::parse(proof.seal_text));
  QC_TRY(const ledger::Checkpoint claimed, ledger::Checkpoint::parse(note.text));
  if (claimed.origin != network.chain_id) {
    return fail(Code::kInvalidArgument, "a checkpoint of another chain");
  }
  if (seal.validators != validators.hash(network.algorithm)) {
    return fail(Code::kFailedPrecondition, "a seal of another validator set");
  }
  const Digest leaf = ledger::seal_leaf_hash(network.algorithm, proof.seal_text);
  if (!ledger::verify_inclusion(network.algorithm, leaf, claimed.size - 1, claimed.size,
                                proof.seal_path, claimed.root)) {
    return fail(Code::kInvalidArgument, "the seal is not the last entry under the checkpoint");
  }
  QC_TRY(ledger::CertifiedCheckpoint certified,
         ledger::verify_checkpoint(note, validators, seal.time_ms / 1000));
  return ProvenCheckpoint{.certified = std::move(certified), .seal = seal};
}

bool verify_certified(const ledger::Network& network, const ledger::ValidatorSet& validators,
                      const consensus::CertifiedCheckpoint& message) {
  const auto proof = CheckpointProof::decode(message.proof);
  if (!proof) return false;
  const auto proven = verify_proof(network, validators, *proof);
  return proven && proven->seal.height == message.height.value &&
         proven->seal.proposal == message.proposal &&
         proven->certified.checkpoint.text() == message.checkpoint;
}

consensus::CertifiedCheckpoint certified_message(const CheckpointProof& proof,
                                                 const ledger::Checkpoint& checkpoint,
                                                 const ledger::Seal& seal) {
  return {.height = consensus::Height{seal.height},
          .proposal = seal.proposal,
          .checkpoint = checkpoint.text(),
          .proof = proof.encode()};
}

std::optional<std::uint64_t> cosignature_time(const ledger::NoteSignature& line) {
  if (line.signature.size() != kCosignatureSize) return std::nullopt;
  return load_big_endian<std::uint64_t>(line.signature);
}

Result<std::vector<ledger::NoteSignature>> certificate_lines(
    const consensus::Certifiable& certifiable, std::uint64_t block_time_ms) {
  std::vector<ledger::NoteSignature> lines;
  for (const consensus::Cosignature& vote : certifiable.votes) {
    auto line = single_line(vote.cosignature);
    const auto time = line ? cosignature_time(*line) : std::nullopt;
    if (!time || *time < block_time_ms / 1000) {
      return fail(Code::kInternal,
                  fmt::format("block {}: a cosignature of validator {} was counted that certifies "
                              "nothing; this is a fault of the program, report it",
                              certifiable.height.value, vote.voter.value));
    }
    lines.push_back(*std::move(line));
  }
  return lines;
}

std::optional<ledger::NoteSignature> single_line(std::string_view text) {
  auto lines = ledger::SignedNote::parse_signatures(text);
  if (!lines || lines->size() != 1) return std::nullopt;
  return std::move(lines->front());
}

std::optional<consensus::Proposal> parse_proposal(std::string_view bytes) {
  if (!bytes.starts_with(kProposalTag)) return std::nullopt;
  ByteReader reader(bytes.substr(kProposalTag.size()));
  consensus::Proposal proposal;
  proposal.height = consensus::Height{reader.u64()};
  reader.raw(proposal.parent);
  proposal.time_ms = reader.u64();
  proposal.batches.resize(reader.count(consensus::kProposalBatchesMax, kDigestSize));
  for (Digest& batch : proposal.batches) reader.raw(batch);
  if (!reader.complete()) return std::nullopt;
  return proposal;
}

}  // namespace qc::chain
