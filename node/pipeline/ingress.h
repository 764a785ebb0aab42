// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/digest.h"
#include "ledger/base/result.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

/// How far a submission is, or how it ended (the states of the API).
enum class SubmissionState : std::uint8_t {
  /// Never seen here, or ordered and dropped without a trace (not authentic, or out of time).
  kUnknown = 0,
  /// Accepted by this node, not certified yet.
  kPending = 1,
  /// In the log, certified.
  kCommitted = 2,
  /// Ordered and refused, certified.
  kRejected = 3,
  /// Refused before ordering; nothing of it is kept.
  kRefused = 4,
};

/// What became of a submission, and what a receipt is made from.
struct SubmissionResult {
  SubmissionState state = SubmissionState::kUnknown;
  /// submission_hash; zero where the bytes were not even a submission.
  Digest hash{};
  /// Committed and rejected: the block, and the submission's place under its seal's `submissions`,
  /// from 0.
  std::uint64_t height = 0;
  std::uint32_t place = 0;
  /// Committed and rejected: quality.v1.Outcome, canonical bytes.
  std::string outcome;
  /// Committed and rejected: a certified state at or above `height`. Its note carries the quorum's
  /// cosignatures and this node's log line.
  std::shared_ptr<const storage::ReadView> view;
  /// Refused and unknown: why, in gRPC's codes, with up to 100 refused records in the message.
  ledger::Error error;
  /// Refused for lack of room (RESOURCE_EXHAUSTED, UNAVAILABLE): when to try again.
  std::chrono::milliseconds retry_after{0};
};

/// The way in for submissions: checks them, has them ordered and tells what became of them.
///
/// A submission's form, signature, key and stateless rules are checked on the verify pool before
/// anything is kept; one that has an outcome already is answered with that. All members may be
/// called from any thread and none blocks.
class Ingress {
 public:
  /// Called exactly once unless cancelled, on a thread of the node: it must be quick and must not
  /// call back into this object with a lock of its caller held.
  using Done = std::function<void(SubmissionResult)>;
  /// Names one waiting caller; never reused, never 0.
  using Ticket = std::uint64_t;

  Ingress() = default;
  virtual ~Ingress() = default;
  Ingress(const Ingress&) = delete;
  Ingress& operator=(const Ingress&) = delete;
  Ingress(Ingress&&) = delete;
  Ingress& operator=(Ingress&&) = delete;

  /// Takes a SignedSubmission's exact bytes. `done` may be called before this returns (a refusal
  /// for lack of room).
  virtual Ticket submit(std::string signed_submission, Done done) = 0;

  /// Forgets the caller; the submission itself goes on if it was accepted. True: `done` will not be
  /// called any more. False: it has been called, or is being called now.
  virtual bool cancel(Ticket ticket) = 0;

  /// Where the submission stands at the newest certified height.
  virtual SubmissionResult lookup(const Digest& submission_hash) = 0;
};

}  // namespace qc::node
