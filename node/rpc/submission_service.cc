// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "node/answer/submission_receipt.h"
#include "node/pipeline/ingress.h"
#include "node/rpc/call.h"
#include "node/rpc/services.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::node {

using ledger::Code;
using ledger::Result;
using quality::v1::GetSubmissionRequest;
using quality::v1::SubmitRequest;
using quality::v1::SubmitResponse;

namespace {

/// Submissions of one stream that have no answer yet; the stream is not read on beyond it.
constexpr std::size_t kMaxInFlight = 128;
constexpr const char* kUnknownYet =
    "the outcome is not known yet: ask GetSubmission, or send the same submission again";

/// One Submit. gRPC owns it until OnDone, which deletes it.
class SubmitCall final : public grpc::ServerUnaryReactor {
 public:
  SubmitCall(const RpcEnvironment& environment, ReceiptMaker& receipts,
             grpc::CallbackServerContext* context, const SubmitRequest& request,
             SubmitResponse& response)
      : environment_(environment), receipts_(receipts), context_(context), response_(response) {
    response_.set_tag(request.tag());
  }

  /// Called once, before gRPC knows this reactor: nothing is cancelled earlier.
  void start(const SubmitRequest& request) {
    ticket_ = environment_.ingress.submit(
        request.signed_submission(),
        [this](SubmissionResult result) { on_result(std::move(result)); });
  }

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  void OnCancel() override {
    if (environment_.ingress.cancel(ticket_)) {
      Finish({grpc::StatusCode::DEADLINE_EXCEEDED, kUnknownYet});
    }
  }
  void OnDone() override { delete this; }
  // NOLINTEND(readability-identifier-naming)

 private:
  void on_result(SubmissionResult result) {
    if (!environment_.answers.post([this, outcome = std::move(result)] { answer(outcome); })) {
      Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, kUnknownYet});
    }
  }

  void answer(const SubmissionResult& result) {
    if (result.state == SubmissionState::kRefused || result.state == SubmissionState::kUnknown) {
      if (result.retry_after.count() > 0) {
        context_->AddTrailingMetadata(kRetryAfterKey, std::to_string(result.retry_after.count()));
      }
      Finish(read_status(environment_.node, result.error));
      return;
    }
    const Result<void> answered = receipts_.answer(result, response_);
    Finish(answered ? grpc::Status::OK : read_status(environment_.node, answered.error()));
  }

  const RpcEnvironment& environment_;
  ReceiptMaker& receipts_;
  grpc::CallbackServerContext* const context_;
  SubmitResponse& response_;
  Ingress::Ticket ticket_ = 0;
};

/// One SubmitStream: reads on as long as fewer than kMaxInFlight submissions wait for their answer
/// or for the client to take it, so that a client that does not read is not read from. gRPC owns it
/// until OnDone, which deletes it; it finishes only when no submission can call back any more.
class SubmitStreamCall final : public grpc::ServerBidiReactor<SubmitRequest, SubmitResponse> {
 public:
  SubmitStreamCall(const RpcEnvironment& environment, ReceiptMaker& receipts)
      : environment_(environment), receipts_(receipts) {
    StartRead(&request_);
  }

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  void OnReadDone(bool ok) override {
    if (!ok) {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      all_read_ = true;
      finish_if_done();
      return;
    }
    const std::uint64_t number = take_place();
    const Ingress::Ticket ticket =
        environment_.ingress.submit(std::move(*request_.mutable_signed_submission()),
                                    [this, number, tag = request_.tag()](SubmissionResult result) {
                                      on_result(number, tag, std::move(result));
                                    });
    bool cancel = false;
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      const auto waiting = waiting_.find(number);
      if (waiting != waiting_.end()) {
        waiting->second = ticket;
        cancel = cancelled_;
      }
      read_on();
    }
    if (cancel) cancel_waiting({{number, ticket}});
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    responses_.pop();
    writing_ = false;
    // A stream that cannot be written to any more is about to be cancelled: drop what is left.
    if (!ok) drop_responses();
    write_on();
    read_on();
    finish_if_done();
  }

  void OnCancel() override {
    std::map<std::uint64_t, Ingress::Ticket> waiting;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      waiting = waiting_;
    }
    cancel_waiting(waiting);
  }

  void OnDone() override {
    // Whoever called Finish may still be on its way out of the lock.
    { const std::lock_guard lock(mutex_); }
    delete this;
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  std::uint64_t take_place() {
    const std::lock_guard lock(mutex_);
    waiting_[++last_number_] = 0;
    return last_number_;
  }

  /// Forgets submissions that nobody will hear of.
  void cancel_waiting(const std::map<std::uint64_t, Ingress::Ticket>& waiting) {
    std::vector<std::uint64_t> forgotten;
    for (const auto& [number, ticket] : waiting) {
      // Ticket 0: its submit() has not returned yet, and will look at cancelled_ when it does.
      if (ticket != 0 && environment_.ingress.cancel(ticket)) forgotten.push_back(number);
    }
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t number : forgotten) waiting_.erase(number);
    finish_if_done();
  }

  void on_result(std::uint64_t number, std::uint64_t tag, SubmissionResult result) {
    const auto answer = [this, number, tag, outcome = std::move(result)] {
      SubmitResponse response;
      if (const Result<void> made = receipts_.answer(outcome, response); !made) {
        response.set_state(quality::v1::SUBMISSION_STATE_PENDING);
        response.set_code(static_cast<std::uint32_t>(made.error().code));
        response.set_message(made.error().message);
      }
      enqueue(number, tag, std::move(response));
    };
    if (environment_.answers.post(answer)) return;
    SubmitResponse response;
    response.set_state(quality::v1::SUBMISSION_STATE_PENDING);
    response.set_code(static_cast<std::uint32_t>(Code::kResourceExhausted));
    response.set_message(kUnknownYet);
    enqueue(number, tag, std::move(response));
  }

  void enqueue(std::uint64_t number, std::uint64_t tag, SubmitResponse response) {
    response.set_tag(tag);
    const std::lock_guard lock(mutex_);
    waiting_.erase(number);
    if (!finished_) responses_.push(std::move(response));
    write_on();
    finish_if_done();
  }

  // The rest is called with the lock held.

  void read_on() {
    if (reading_ || all_read_ || waiting_.size() + responses_.size() >= kMaxInFlight) return;
    reading_ = true;
    StartRead(&request_);
  }

  void write_on() {
    if (writing_ || responses_.empty()) return;
    if (cancelled_) {
      drop_responses();
      return;
    }
    writing_ = true;
    StartWrite(&responses_.front());
  }

  void drop_responses() { responses_ = {}; }

  void finish_if_done() {
    const bool idle = waiting_.empty() && responses_.empty() && !writing_ && !reading_;
    if (finished_ || !idle || !(all_read_ || cancelled_)) return;
    finished_ = true;
    Finish(cancelled_ ? grpc::Status(grpc::StatusCode::CANCELLED, kUnknownYet) : grpc::Status::OK);
  }

  const RpcEnvironment& environment_;
  ReceiptMaker& receipts_;
  std::mutex mutex_;
  /// Written by gRPC while reading_.
  SubmitRequest request_;
  /// By number in the stream; ticket 0 until submit() has returned.
  std::map<std::uint64_t, Ingress::Ticket> waiting_;
  std::uint64_t last_number_ = 0;
  /// The front one is gRPC's while writing_.
  std::queue<SubmitResponse> responses_;
  bool reading_ = true;
  bool writing_ = false;
  bool all_read_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
};

/// A stream that ends at once.
class RefusedStream final : public grpc::ServerBidiReactor<SubmitRequest, SubmitResponse> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }  // NOLINT(readability-identifier-naming)
};

// NOLINTBEGIN(readability-identifier-naming): gRPC's names.
class SubmissionService final : public quality::v1::SubmissionService::CallbackService {
 public:
  explicit SubmissionService(const RpcEnvironment& environment) : environment_(environment) {}

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const SubmitRequest* request,
                                   SubmitResponse* response) override {
    if (const auto caller = caller_of(*context, environment_.gate); !caller) {
      return finish_at_once(context, read_status(environment_.node, caller.error()));
    }
    auto* call = new SubmitCall(environment_, receipts_, context, *request, *response);
    call->start(*request);
    return call;
  }

  grpc::ServerBidiReactor<SubmitRequest, SubmitResponse>* SubmitStream(
      grpc::CallbackServerContext* context) override {
    if (const auto caller = caller_of(*context, environment_.gate); !caller) {
      return new RefusedStream(read_status(environment_.node, caller.error()));
    }
    return new SubmitStreamCall(environment_, receipts_);
  }

  grpc::ServerUnaryReactor* GetSubmission(grpc::CallbackServerContext* context,
                                          const GetSubmissionRequest* request,
                                          SubmitResponse* response) override {
    return finish_at_once(context, lookup(*context, *request, *response));
  }

 private:
  grpc::Status lookup(const grpc::CallbackServerContext& context,
                      const GetSubmissionRequest& request, SubmitResponse& response) {
    if (const auto caller = caller_of(context, environment_.gate); !caller) {
      return read_status(environment_.node, caller.error());
    }
    const auto hash = digest_from(request.submission_hash());
    if (!hash) {
      return to_status(
          {Code::kInvalidArgument, fmt::format("submission_hash: has {} bytes, a hash has 32",
                                               request.submission_hash().size())});
    }
    SubmissionResult result = environment_.ingress.lookup(*hash);
    result.hash = *hash;
    const Result<void> answered = receipts_.answer(result, response);
    return answered ? grpc::Status::OK : read_status(environment_.node, answered.error());
  }

  const RpcEnvironment& environment_;
  ReceiptMaker receipts_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

std::unique_ptr<grpc::Service> make_submission_service(const RpcEnvironment& environment) {
  return std::make_unique<SubmissionService>(environment);
}

}  // namespace qc::node
