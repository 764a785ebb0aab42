// SPDX-License-Identifier: Apache-2.0
#include "chain/batch.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "ledger/execution/admission.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::chain {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr int kNestingMax = 16;

}  // namespace

Digest batch_digest(ledger::HashAlgorithm algorithm, std::string_view bytes) {
  return ledger::tagged_hash(algorithm, "qc/batch/v1", {bytes});
}

SharedBatch pack_batch(const ledger::Network& network,
                       std::vector<std::shared_ptr<const ledger::Submission>> submissions) {
  QC_ASSERT(!submissions.empty());
  auto batch = std::make_shared<Batch>();
  quality::peer::v1::Batch message;
  for (auto& submission : submissions) {
    message.add_submissions(submission->bytes());
    batch->expires_at_ms = std::max(batch->expires_at_ms, submission->header().not_after_ms);
    batch->submissions.push_back(
        {.submission = std::move(submission), .signature = ledger::SignatureCheck::kValid});
  }
  batch->bytes = message.SerializeAsString();
  batch->digest = batch_digest(network.algorithm, batch->bytes);
  return batch;
}

Result<SharedBatch> parse_batch(const ledger::Network& network, const ledger::StateView& state,
                                std::string bytes) {
  if (bytes.size() > kBatchBytesMax) return fail(Code::kInvalidArgument, "batch too long");
  auto batch = std::make_shared<Batch>();
  batch->bytes = std::move(bytes);
  quality::peer::v1::Batch message;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(batch->bytes.data()),
      static_cast<int>(batch->bytes.size()));
  input.SetRecursionLimit(kNestingMax);
  if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage() ||
      message.submissions_size() == 0) {
    return fail(Code::kInvalidArgument, "no batch");
  }
  batch->digest = batch_digest(network.algorithm, batch->bytes);
  batch->submissions.reserve(static_cast<std::size_t>(message.submissions_size()));
  for (std::string& submission_bytes : *message.mutable_submissions()) {
    QC_TRY(ledger::Submission submission,
           ledger::Submission::parse(std::move(submission_bytes), network.algorithm));
    if (submission.header().chain_id != network.chain_id) {
      return fail(Code::kInvalidArgument, "a submission of another chain");
    }
    QC_TRY(const ledger::SignatureCheck check, ledger::check_signature(network, state, submission));
    batch->expires_at_ms = std::max(batch->expires_at_ms, submission.header().not_after_ms);
    batch->submissions.push_back(
        {.submission = std::make_shared<const ledger::Submission>(std::move(submission)),
         .signature = check});
  }
  return SharedBatch(std::move(batch));
}

}  // namespace qc::chain
