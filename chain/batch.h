// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "ledger/state/state_view.h"

namespace qc::chain {

/// No batch is longer: one submission of the greatest size and its envelope.
inline constexpr std::size_t kBatchBytesMax = ledger::kMaxSubmissionSize + std::size_t{64} * 1024;

/// Submissions packed by one validator, as they are sent, ordered and executed. Immutable and
/// shared; parsed once.
struct Batch {
  /// H("qc/batch/v1" NUL bytes): what proposals name.
  Digest digest{};
  /// quality.peer.v1.Batch, exact bytes.
  std::string bytes;
  std::vector<ledger::OrderedSubmission> submissions;
  /// The greatest `not_after_ms`: afterwards none of them can be ordered any more.
  std::uint64_t expires_at_ms = 0;
};

using SharedBatch = std::shared_ptr<const Batch>;

/// H("qc/batch/v1" NUL bytes).
Digest batch_digest(ledger::HashAlgorithm algorithm, std::string_view bytes);

/// Packs submissions that are checked already. At least one.
SharedBatch pack_batch(const ledger::Network& network,
                       std::vector<std::shared_ptr<const ledger::Submission>> submissions);

/// Reads a batch and checks it, so far as every node must judge it alike, whatever its state: form,
/// every submission well-formed and of this chain. Signatures are judged by `state` and noted, not
/// demanded: execution drops what is not authentic, while a batch that some replicas held and
/// others refused could stall a view.
ledger::Result<SharedBatch> parse_batch(const ledger::Network& network,
                                        const ledger::StateView& state, std::string bytes);

}  // namespace qc::chain
