// SPDX-License-Identifier: Apache-2.0
#include "chain/block_range.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "ledger/record/outcome.h"

namespace qc::chain {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr char kOutcomeByte = 0x01;
constexpr char kDroppedByte = 0x00;

}  // namespace

BlockRangeCheck::BlockRangeCheck(ledger::Network network, ledger::ValidatorSet validators)
    : network_(std::move(network)),
      validators_(std::move(validators)),
      set_hash_(validators_.hash(network_.algorithm)) {}

Result<FetchedRange> BlockRangeCheck::range(quality::peer::v1::Blocks& message,
                                            ChainEdge& edge) const {
  FetchedRange checked;
  for (auto& sent : *message.mutable_blocks()) {
    auto judged = block(sent, edge);
    // Only what begins in another set is somebody else's; a range that runs into one is a lie.
    if (!judged && !checked.blocks.empty()) judged.error().code = Code::kInvalidArgument;
    QC_TRY(FetchedBlock fetched, std::move(judged));
    checked.blocks.push_back(std::move(fetched));
  }
  checked.proof.note = std::move(*message.mutable_checkpoint());
  checked.proof.seal_text = checked.blocks.empty() ? message.checkpoint_seal() : edge.seal_text;
  for (const std::string& hash : message.last_seal_path()) {
    const auto digest = digest_from(hash);
    if (!digest || checked.proof.seal_path.size() >= ledger::kMaxPathLength) {
      return fail(Code::kInvalidArgument, "no inclusion path");
    }
    checked.proof.seal_path.push_back(*digest);
  }
  return proven(std::move(checked), edge);
}

Result<FetchedRange> BlockRangeCheck::proven(FetchedRange checked, const ChainEdge& edge) const {
  QC_TRY(const ledger::SignedNote note, ledger::SignedNote::parse(checked.proof.note));
  QC_TRY(const ledger::Checkpoint claimed, ledger::Checkpoint::parse(note.text));
  if (checked.blocks.empty() || claimed.size == edge.log_size) {
    QC_TRY(checked.proven, verify_proof(network_, validators_, checked.proof));
    return checked;
  }
  // A later checkpoint: it certifies the last seal, and with it all before, by inclusion.
  const ledger::HashAlgorithm algorithm = network_.algorithm;
  QC_TRY(const ledger::Seal seal, ledger::Seal::parse(edge.seal_text));
  if (seal.next != set_hash_) {
    return fail(Code::kInvalidArgument,
                "a checkpoint above the end of the validator set that signed it");
  }
  QC_TRY_VOID(ledger::verify_checkpoint(note, validators_, seal.time_ms / 1000));
  if (claimed.origin != network_.chain_id || claimed.size < edge.log_size ||
      !ledger::verify_inclusion(algorithm, ledger::seal_leaf_hash(algorithm, edge.seal_text),
                                edge.log_size - 1, claimed.size, checked.proof.seal_path,
                                claimed.root)) {
    return fail(Code::kInvalidArgument, "the last seal is not under the checkpoint");
  }
  return checked;
}

/// The set that the seal before names is the one that may agree on a block, and only this set's
/// signatures can be checked here.
Result<void> BlockRangeCheck::set_in_force(const ledger::Seal& seal, const ChainEdge& edge) const {
  QC_TRY(const ledger::Seal before, ledger::Seal::parse(edge.seal_text));
  if (before.next != set_hash_) {
    return fail(Code::kFailedPrecondition,
                fmt::format("block {} is of another validator set", seal.height));
  }
  if (seal.validators == set_hash_) return {};
  return fail(Code::kInvalidArgument,
              fmt::format("block {} is sealed by another validator set than the one in force",
                          seal.height));
}

Result<FetchedBlock> BlockRangeCheck::block(quality::peer::v1::Block& message,
                                            ChainEdge& edge) const {
  const ledger::HashAlgorithm algorithm = network_.algorithm;
  QC_TRY(const ledger::Seal seal, ledger::Seal::parse(message.seal()));
  if (message.height() == edge.height + 1) QC_TRY_VOID(set_in_force(seal, edge));
  const auto proposal = parse_proposal(message.proposal());
  const bool fits = message.height() == edge.height + 1 && seal.height == message.height() &&
                    seal.time_ms == message.time_ms() && proposal &&
                    proposal->height.value == message.height() &&
                    proposal->time_ms == message.time_ms() &&
                    seal.proposal == ledger::hash(algorithm, message.proposal()) &&
                    seal.parent == ledger::seal_leaf_hash(algorithm, edge.seal_text) &&
                    message.outcomes_size() == message.submissions_size();
  if (!fits) {
    return fail(Code::kInvalidArgument,
                fmt::format("block {} does not fit its seal or the seal before", message.height()));
  }
  FetchedBlock fetched{.block = {.height = message.height(),
                                 .time_ms = message.time_ms(),
                                 .proposal_digest = seal.proposal,
                                 .submissions = {}},
                       .proposal = *proposal,
                       .seal_text = message.seal()};
  for (std::string& bytes : *message.mutable_submissions()) {
    QC_TRY(ledger::Submission submission, ledger::Submission::parse(std::move(bytes), algorithm));
    fetched.block.submissions.push_back(
        {.submission = std::make_shared<const ledger::Submission>(std::move(submission)),
         .signature = ledger::SignatureCheck::kUnknown});
  }
  QC_TRY_VOID(outcomes(message, fetched, seal, edge));
  edge.height = message.height();
  edge.seal_text = message.seal();
  return fetched;
}

Result<void> BlockRangeCheck::outcomes(const quality::peer::v1::Block& message,
                                       const FetchedBlock& fetched, const ledger::Seal& seal,
                                       ChainEdge& edge) const {
  std::vector<Digest> leaves;
  std::uint64_t log_size = edge.log_size;
  for (int i = 0; i < message.outcomes_size(); ++i) {
    const std::string& outcome = message.outcomes(i);
    if (outcome.size() == 1 && outcome.front() == kDroppedByte) continue;
    if (outcome.empty() || outcome.front() != kOutcomeByte)
      return fail(Code::kInvalidArgument, "no outcome");
    const std::string_view bytes = std::string_view(outcome).substr(1);
    QC_TRY(const ledger::Outcome parsed, ledger::Outcome::parse(bytes));
    const ledger::Submission& submission =
        *fetched.block.submissions[static_cast<std::size_t>(i)].submission;
    if (parsed.accepted()) log_size += submission.records().size();
    leaves.push_back(ledger::submission_leaf(network_.algorithm, submission.header_bytes(),
                                             submission.signature(), bytes));
  }
  if (leaves.size() != seal.submission_count ||
      ledger::merkle_root(network_.algorithm, leaves) != seal.submissions) {
    return fail(Code::kInvalidArgument,
                fmt::format("block {}: outcomes that its seal does not commit to", seal.height));
  }
  edge.log_size = log_size + 1;
  return {};
}

}  // namespace qc::chain
