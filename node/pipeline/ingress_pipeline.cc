// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/ingress_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/execution/admission.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/outcome.h"
#include "ledger/record/record_rules.h"
#include "node/config/normal_form.h"
#include "node/status/metrics.h"
#include "os/wall_clock.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::fail;
using ledger::Result;

constexpr std::chrono::milliseconds kRetryAfter{250};
/// Refused records that one answer reports.
constexpr std::size_t kRefusalsMax = 100;
/// A record that is not certified so long after its last possible block time never will be.
constexpr std::uint64_t kExpiryGraceMs = 1;

bool tries_again(Code code) {
  return code == Code::kResourceExhausted || code == Code::kUnavailable;
}

SubmissionResult result_of(SubmissionState state, const Digest& hash) {
  SubmissionResult result;
  result.state = state;
  result.hash = hash;
  return result;
}

SubmissionResult refused(const Digest& hash, Error error) {
  SubmissionResult result = result_of(SubmissionState::kRefused, hash);
  if (tries_again(error.code)) result.retry_after = kRetryAfter;
  result.error = std::move(error);
  return result;
}

SubmissionResult unknown(const Digest& hash, Code code, std::string message) {
  SubmissionResult result = result_of(SubmissionState::kUnknown, hash);
  result.error = Error{code, std::move(message)};
  return result;
}

}  // namespace

IngressPipeline::IngressPipeline(Options options, storage::Store& store, Mempool& mempool,
                                 VerifyPool& pool, std::function<void()> accepted)
    : options_(std::move(options)),
      store_(store),
      mempool_(mempool),
      pool_(pool),
      accepted_(std::move(accepted)) {}

Ingress::Ticket IngressPipeline::submit(std::string signed_submission, Done done) {
  const std::size_t size = signed_submission.size();
  Ticket ticket = 0;
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    ticket = next_ticket_++;
    refusal = closed_;
    if (refusal.message.empty() && waiters_.size() >= options_.waiters_max) {
      refusal = {
          Code::kResourceExhausted,
          "too many callers wait for their receipts on this node; try again, or another node"};
    }
    waiters_.emplace(ticket, Waiter{.hash = {}, .done = std::move(done)});
  }
  if (!refusal.message.empty()) {
    refuse(ticket, {}, std::move(refusal));
    return ticket;
  }
  bool queued = unchecked_bytes_.fetch_add(size) + size <= options_.unchecked_bytes_max;
  if (queued) {
    auto bytes = std::make_shared<std::string>(std::move(signed_submission));
    queued = pool_.post(VerifyPool::Lane::kClients, [this, ticket, size, bytes] {
      check(ticket, std::move(*bytes));
      unchecked_bytes_ -= size;
    });
  }
  if (!queued) {
    unchecked_bytes_ -= size;
    refuse(ticket, {},
           {Code::kResourceExhausted,
            "too many submissions wait for their check on this node; try again, or another node"});
  }
  return ticket;
}

bool IngressPipeline::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  return waiters_.erase(ticket) > 0;
}

void IngressPipeline::finish(Ticket ticket, SubmissionResult result) {
  Done done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiters_.find(ticket);
    if (found == waiters_.end()) return;
    done = std::move(found->second.done);
    waiters_.erase(found);
  }
  done(std::move(result));
}

void IngressPipeline::refuse(Ticket ticket, const Digest& hash, Error error) {
  if (options_.metrics != nullptr) options_.metrics->submission_refused(error.code);
  finish(ticket, refused(hash, std::move(error)));
}

void IngressPipeline::check(Ticket ticket, std::string bytes) {
  auto submission = ledger::Submission::parse(std::move(bytes), options_.network.algorithm);
  if (!submission) {
    refuse(ticket, {}, std::move(submission).error());
    return;
  }
  if (joined(ticket, submission->hash())) return;
  auto judged = judge(*submission);
  if (!judged) {
    refuse(ticket, submission->hash(), std::move(judged).error());
    return;
  }
  enqueue(ticket, *std::move(submission));
}

bool IngressPipeline::joined(Ticket ticket, const Digest& hash) {
  {
    const std::lock_guard lock(mutex_);
    const auto waiter = waiters_.find(ticket);
    // Its caller has gone: no need to look at it at all.
    if (waiter == waiters_.end()) return true;
    const auto pending = pending_.find(hash);
    if (pending != pending_.end()) {
      waiter->second.hash = hash;
      pending->second.tickets.push_back(ticket);
      return true;
    }
  }
  SubmissionResult first = first_outcome(store_.latest(), hash);
  if (first.state == SubmissionState::kUnknown) return false;
  finish(ticket, std::move(first));
  return true;
}

Result<void> IngressPipeline::judge(const ledger::Submission& submission) const {
  const auto view = store_.latest();
  // The next block's time is about now, and after the newest block's whatever this clock says.
  const std::uint64_t time_ms = std::max(os::wall_ms(), view->seal().time_ms + 1);
  QC_TRY_VOID(ledger::check_submission(options_.network, view->state(), submission, time_ms));
  QC_TRY(const auto network, ledger::find_status<quality::v1::NetworkStatus>(
                                 view->state(), options_.network.algorithm, ledger::network_id()));
  const std::uint32_t time_zone =
      network ? network->parameters().time_zone() : ledger::RecordContext{}.time_zone;
  return judge_records(submission, time_zone);
}

Result<void> IngressPipeline::judge_records(const ledger::Submission& submission,
                                            std::uint32_t time_zone) const {
  const ledger::RecordContext context{
      .organisation = submission.header().organisation, .time_zone = time_zone, .genesis = false};
  std::string refusals;
  std::size_t count = 0;
  for (std::size_t i = 0; i < submission.records().size(); ++i) {
    quality::v1::Record record;
    std::string why;
    if (const auto parsed = ledger::parse_canonical(submission.records()[i], record); !parsed) {
      why = parsed.error().message;
    } else if (const auto checked = ledger::check_record(record, context); !checked) {
      const ledger::Refusal& refusal = checked.error();
      why = refusal.field.empty() ? refusal.message : refusal.field + ": " + refusal.message;
    } else if (const auto field = first_not_normal(record)) {
      why = *field +
            ": this text is not in Unicode normalization form C (NFC), so it can look "
            "like another; convert it, e.g. with `uconv -x any-nfc`";
    }
    if (why.empty()) continue;
    if (++count <= kRefusalsMax)
      refusals += fmt::format("{}record {}: {}", count == 1 ? "" : "\n", i, why);
  }
  if (count == 0) return {};
  if (count > kRefusalsMax) refusals += fmt::format("\nand {} more", count - kRefusalsMax);
  return fail(Code::kInvalidArgument, std::move(refusals));
}

void IngressPipeline::enqueue(Ticket ticket, ledger::Submission submission) {
  const Digest hash = submission.hash();
  auto shared = std::make_shared<const ledger::Submission>(std::move(submission));
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    const auto waiter = waiters_.find(ticket);
    if (waiter == waiters_.end() || stopped_) return;
    waiter->second.hash = hash;
    const auto [pending, inserted] = pending_.try_emplace(hash);
    pending->second.tickets.push_back(ticket);
    if (!inserted) return;
    auto added = mempool_.add(shared, Mempool::Clock::now());
    if (added) {
      pending->second.organisation = shared->header().organisation;
      pending->second.bytes = shared->bytes().size();
      pending->second.not_after_ms = shared->header().not_after_ms;
      by_expiry_.emplace(pending->second.not_after_ms, hash);
    } else {
      pending_.erase(pending);
      refusal = std::move(added).error();
    }
  }
  if (refusal.message.empty()) {
    accepted_();
  } else {
    refuse(ticket, hash, std::move(refusal));
  }
}

SubmissionResult IngressPipeline::first_outcome(
    const std::shared_ptr<const storage::ReadView>& view, const Digest& hash) const {
  SubmissionResult result = result_of(SubmissionState::kUnknown, hash);
  result.error = {Code::kNotFound, "this node has no certified outcome of such a submission"};
  // A view without a note proves nothing yet.
  if (view->checkpoint_note().empty()) return result;
  const auto place = view->submission(hash);
  if (!place || !*place) {
    if (!place) result.error = place.error();
    return result;
  }
  const auto block = view->block((*place)->height);
  if (!block || (*place)->place >= block->submissions.size()) {
    result.error = block ? Error{Code::kDataLoss, "a stored submission is not where it should be"}
                         : block.error();
    return result;
  }
  const storage::StoredSubmission& stored = block->submissions[(*place)->place];
  result.state = stored.accepted() ? SubmissionState::kCommitted : SubmissionState::kRejected;
  result.height = block->height;
  result.place = static_cast<std::uint32_t>(stored.position);
  result.outcome = stored.outcome;
  result.view = view;
  result.error = {};
  return result;
}

SubmissionResult IngressPipeline::lookup(const Digest& submission_hash) {
  SubmissionResult result = first_outcome(store_.latest(), submission_hash);
  if (result.state != SubmissionState::kUnknown) return result;
  const std::lock_guard lock(mutex_);
  if (pending_.contains(submission_hash)) {
    result.state = SubmissionState::kPending;
    result.error = {};
  }
  return result;
}

void IngressPipeline::close(Error why) {
  const std::lock_guard lock(mutex_);
  closed_ = std::move(why);
}

void IngressPipeline::give_up(const Error& why) {
  std::map<Ticket, Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(waiters_);
  }
  for (auto& [ticket, waiter] : waiters) {
    waiter.done(unknown(waiter.hash, Code::kUnavailable,
                        why.message + ". The outcome of this submission is not known yet: ask "
                                      "GetSubmission later, or send the same submission again"));
  }
}

std::size_t IngressPipeline::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

Error IngressPipeline::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void IngressPipeline::settle(const ledger::ExecutedSubmission& executed,
                             const ledger::ExecutedBlock& block, std::vector<Finished>& finished) {
  const auto found = pending_.find(executed.submission_hash);
  if (found == pending_.end()) return;
  SubmissionResult result;
  if (executed.dropped == ledger::Drop::kReplayed) {
    // The first outcome is in this block or an earlier one; filled in with the view.
    result = unknown(executed.submission_hash, Code::kAborted, "");
  } else if (executed.dropped) {
    result = unknown(executed.submission_hash, Code::kAborted,
                     fmt::format("the submission was ordered in block {} and dropped without a "
                                 "trace ({}); sign it anew and send it again",
                                 block.height, ledger::name_of(*executed.dropped)));
  } else {
    const bool accepted = executed.outcome.accepted();
    result = result_of(accepted ? SubmissionState::kCommitted : SubmissionState::kRejected,
                       executed.submission_hash);
    result.height = block.height;
    result.place = static_cast<std::uint32_t>(executed.position);
    result.outcome = executed.outcome_bytes;
  }
  for (const Ticket ticket : found->second.tickets) finished.emplace_back(ticket, result);
  mempool_.release(found->second.organisation, found->second.bytes);
  by_expiry_.erase({found->second.not_after_ms, found->first});
  pending_.erase(found);
}

void IngressPipeline::expire(std::uint64_t block_time_ms, std::vector<Finished>& finished) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first + kExpiryGraceMs < block_time_ms) {
    const Digest hash = by_expiry_.begin()->second;
    const auto found = pending_.find(hash);
    for (const Ticket ticket : found->second.tickets) {
      finished.emplace_back(ticket, unknown(hash, Code::kDeadlineExceeded,
                                            "the submission's not_after_ms has passed before it "
                                            "was ordered; sign it anew and send it again"));
    }
    mempool_.release(found->second.organisation, found->second.bytes);
    pending_.erase(found);
    by_expiry_.erase(by_expiry_.begin());
  }
}

void IngressPipeline::published(
    const std::shared_ptr<const storage::ReadView>& view,
    std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks) {
  std::vector<Finished> finished;
  {
    const std::lock_guard lock(mutex_);
    finished.swap(unpublished_);
    for (const auto& block : blocks) {
      for (const ledger::ExecutedSubmission& executed : block->submissions)
        settle(executed, *block, finished);
      expire(block->time_ms, finished);
    }
    if (view->checkpoint_note().empty()) {
      unpublished_ = std::move(finished);
      return;
    }
  }
  for (auto& [ticket, result] : finished) {
    const bool replayed = result.state == SubmissionState::kUnknown && result.error.message.empty();
    if (replayed) result = first_outcome(view, result.hash);
    if (result.state != SubmissionState::kUnknown) result.view = view;
    finish(ticket, std::move(result));
  }
}

void IngressPipeline::stop() {
  std::map<Ticket, Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (closed_.message.empty())
      closed_ = {Code::kUnavailable, "this node is stopping; ask another node"};
    waiters.swap(waiters_);
  }
  for (auto& [ticket, waiter] : waiters) {
    waiter.done(
        unknown(waiter.hash, Code::kUnavailable,
                "this node is stopping; the outcome is not known yet, ask another node for it"));
  }
}

}  // namespace qc::node
