// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "node/pipeline/ingress.h"
#include "node/pipeline/mempool.h"
#include "node/pipeline/verify_pool.h"
#include "storage/store.h"

namespace qc::node {

class Metrics;

/// The node's Ingress: verify pool, mempool, and the callers who wait for a certified outcome.
class IngressPipeline final : public Ingress {
 public:
  struct Options {
    ledger::Network network;
    std::size_t waiters_max = 65536;
    /// Bytes that wait for their check.
    std::uint64_t unchecked_bytes_max = std::uint64_t{256} << 20;
    /// May be null.
    Metrics* metrics = nullptr;
  };

  /// `accepted` is called when the mempool has something new. All must outlive this.
  IngressPipeline(Options options, storage::Store& store, Mempool& mempool, VerifyPool& pool,
                  std::function<void()> accepted);

  Ticket submit(std::string signed_submission, Done done) override;
  bool cancel(Ticket ticket) override;
  SubmissionResult lookup(const Digest& submission_hash) override;

  /// Refuses everything new with this sentence (kUnavailable or kResourceExhausted); an error with
  /// an empty message opens again.
  void close(ledger::Error why);
  /// Tells all who wait for an outcome that it is not known yet and why (kUnavailable); what they
  /// submitted stays accepted.
  void give_up(const ledger::Error& why);
  /// Callers that wait for an outcome.
  std::size_t waiting() const;
  /// What close said; an empty message while submissions are taken.
  ledger::Error closed() const;

  /// The executor's news: answers those who wait. Only what has a view with a note is answered.
  void published(const std::shared_ptr<const storage::ReadView>& view,
                 std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks);

  /// Answers everybody who still waits with kUnavailable: the outcome is unknown.
  void stop();

 private:
  struct Waiter {
    Digest hash{};
    Done done;
  };
  struct Pending {
    std::string organisation;
    std::size_t bytes = 0;
    std::uint64_t not_after_ms = 0;
    std::vector<Ticket> tickets;
  };
  using Finished = std::pair<Ticket, SubmissionResult>;

  void check(Ticket ticket, std::string bytes);
  /// Whether the caller waits for an outcome that is on its way, or has been answered.
  bool joined(Ticket ticket, const Digest& hash);
  ledger::Result<void> judge(const ledger::Submission& submission) const;
  ledger::Result<void> judge_records(const ledger::Submission& submission,
                                     std::uint32_t time_zone) const;
  void enqueue(Ticket ticket, ledger::Submission submission);
  void finish(Ticket ticket, SubmissionResult result);
  void refuse(Ticket ticket, const Digest& hash, ledger::Error error);
  /// Takes a submission out of the books and adds its callers' answers.
  void settle(const ledger::ExecutedSubmission& executed, const ledger::ExecutedBlock& block,
              std::vector<Finished>& finished);
  void expire(std::uint64_t block_time_ms, std::vector<Finished>& finished);
  SubmissionResult first_outcome(const std::shared_ptr<const storage::ReadView>& view,
                                 const Digest& hash) const;

  const Options options_;
  storage::Store& store_;
  Mempool& mempool_;
  VerifyPool& pool_;
  const std::function<void()> accepted_;
  std::atomic<std::uint64_t> unchecked_bytes_{0};

  mutable std::mutex mutex_;
  ledger::Error closed_;
  bool stopped_ = false;
  Ticket next_ticket_ = 1;
  std::map<Ticket, Waiter> waiters_;
  std::map<Digest, Pending> pending_;
  std::set<std::pair<std::uint64_t, Digest>> by_expiry_;
  /// Outcomes of blocks that were published without a note, until the next one that has it.
  std::vector<Finished> unpublished_;
};

}  // namespace qc::node
