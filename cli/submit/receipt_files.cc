// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/receipt_files.h"

#include <fmt/format.h>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/log/note.h"
#include "ledger/log/range_receipt.h"
#include "ledger/log/record_log.h"
#include "ledger/record/submission.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::HashAlgorithm;
using ledger::Result;

namespace {

constexpr HashAlgorithm kHash = HashAlgorithm::kSha256;

Result<std::vector<Digest>> read_path(
    const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  std::vector<Digest> path;
  for (const std::string& bytes : hashes) {
    const auto digest = digest_from(bytes);
    if (!digest) {
      return fail(Code::kDataLoss, "the node's receipt holds a hash of a wrong length");
    }
    path.push_back(*digest);
  }
  return path;
}

Result<std::vector<ledger::LogNode>> read_nodes(const quality::v1::SubmissionReceipt& receipt) {
  std::vector<ledger::LogNode> nodes;
  for (const auto& node : receipt.nodes()) {
    const auto digest = digest_from(node.hash());
    if (!digest) {
      return fail(Code::kDataLoss, "the node's receipt holds a hash of a wrong length");
    }
    nodes.push_back({.level = node.level(), .index = node.index(), .hash = *digest});
  }
  return nodes;
}

/// The checkpoint of the receipt, if a quorum of the policy's validators has signed it.
Result<ledger::Checkpoint> certified_checkpoint(const std::string& note,
                                                const ledger::NetworkPolicy& policy) {
  QC_TRY(const ledger::SignedNote parsed, ledger::SignedNote::parse(note));
  QC_TRY(const ledger::CertifiedCheckpoint certified,
         ledger::verify_checkpoint(parsed, policy.validators));
  if (certified.checkpoint.origin != policy.origin) {
    return fail(Code::kDataLoss, "the node's checkpoint is of another network");
  }
  return certified.checkpoint;
}

/// The leaves of the submission's records in the log.
std::vector<Digest> entry_leaves(const ledger::Submission& submission, std::uint64_t time_ms) {
  std::vector<Digest> leaves;
  leaves.reserve(submission.records().size());
  for (const Digest& record : submission.record_hashes()) {
    leaves.push_back(ledger::record_leaf_hash(
        kHash,
        {.record_hash = record, .submission_hash = submission.hash(), .block_time_ms = time_ms}));
  }
  return leaves;
}

}  // namespace

Result<std::vector<ledger::AcceptedReceipt>> accepted_receipts(
    std::string_view signed_submission, const quality::v1::SubmissionReceipt& receipt,
    const std::string& spki, const ledger::NetworkPolicy& policy) {
  QC_TRY(const ledger::Submission submission,
         ledger::Submission::parse(std::string(signed_submission)));
  QC_TRY(const ledger::Checkpoint checkpoint, certified_checkpoint(receipt.checkpoint(), policy));
  QC_TRY(const std::vector<ledger::LogNode> nodes, read_nodes(receipt));
  const std::vector<Digest> leaves = entry_leaves(submission, receipt.block_time_ms());
  QC_TRY(const ledger::RangeReceipt range,
         ledger::RangeReceipt::make(kHash,
                                    {.first = receipt.outcome().first_log_index(),
                                     .count = leaves.size(),
                                     .size = checkpoint.size},
                                    leaves, nodes));
  QC_TRY(const Digest root, range.root());
  if (root != checkpoint.root) {
    return fail(Code::kDataLoss,
                "the node's receipt is false: the records do not lie under the checkpoint");
  }
  const ledger::MerkleTree record_tree(kHash, submission.record_hashes());
  std::vector<ledger::AcceptedReceipt> receipts;
  receipts.reserve(leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    QC_TRY(std::vector<Digest> log_path, range.path(i));
    receipts.push_back({.header = std::string(submission.header_bytes()),
                        .signature = std::string(submission.signature()),
                        .spki = spki,
                        .block_time_ms = receipt.block_time_ms(),
                        .position = static_cast<std::uint32_t>(i),
                        .record_path = record_tree.path(i),
                        .log_index = receipt.outcome().first_log_index() + i,
                        .log_path = std::move(log_path),
                        .checkpoint = receipt.checkpoint()});
  }
  return receipts;
}

Result<ledger::RejectedReceipt> rejected_receipt(std::string_view signed_submission,
                                                 const quality::v1::SubmissionReceipt& receipt,
                                                 const ledger::NetworkPolicy& policy) {
  QC_TRY(const ledger::Submission submission,
         ledger::Submission::parse(std::string(signed_submission)));
  QC_TRY(std::vector<Digest> submission_path, read_path(receipt.place_path()));
  QC_TRY(std::vector<Digest> log_path, read_path(receipt.seal_path()));
  ledger::RejectedReceipt rejected{.header = std::string(submission.header_bytes()),
                                   .signature = std::string(submission.signature()),
                                   .outcome = ledger::canonical_bytes(receipt.outcome()),
                                   .seal = receipt.seal(),
                                   .position = receipt.place(),
                                   .submission_path = std::move(submission_path),
                                   .log_index = receipt.seal_index(),
                                   .log_path = std::move(log_path),
                                   .checkpoint = receipt.checkpoint()};
  const auto report = ledger::verify_receipt(rejected.format(), std::nullopt, policy);
  if (!report)
    return fail(Code::kDataLoss, "the node's receipt is false: " + report.error().reason);
  if (report->submission_hash != submission.hash()) {
    return fail(Code::kDataLoss, "the node's receipt is of another submission");
  }
  return rejected;
}

}  // namespace qc::cli
