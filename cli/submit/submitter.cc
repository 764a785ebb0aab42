// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/submitter.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "cli/client/connection.h"
#include "cli/client/network_clock.h"
#include "cli/client/silence_watch.h"
#include "ledger/crypto/hash.h"
#include "ledger/record/submission.h"
#include "os/wall_clock.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using quality::v1::SubmitRequest;
using quality::v1::SubmitResponse;

namespace {

constexpr std::chrono::seconds kSubmitConnectTimeout{5};
constexpr std::chrono::minutes kOutcomeTimeout{5};
/// A node that takes nothing and answers nothing for so long may stand still or be cut off from the
/// others; the same submission at another node is answered with the first outcome.
constexpr std::chrono::seconds kSilence{15};
constexpr int kRoundsMax = 20;
/// While nodes say that they order nothing now, they are asked again so often and for so long.
constexpr std::chrono::seconds kUnavailablePause{1};
constexpr std::chrono::seconds kUnavailablePatience{60};

Result<ledger::Nonce> random_nonce() {
  ledger::Nonce nonce{};
  if (::getrandom(nonce.data(), nonce.size(), 0) != static_cast<ssize_t>(nonce.size())) {
    return fail(Code::kInternal, "the operating system gave no random bytes");
  }
  return nonce;
}

/// Indexes of the submissions that still need an answer.
std::vector<std::size_t> open_places(const std::vector<SubmitResponse>& answers) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].state() == quality::v1::SUBMISSION_STATE_PENDING) {
      places.push_back(i);
    }
  }
  return places;
}

/// One attempt over one channel. Answers arrive in `answers`; those refused for lack of capacity
/// stay open, and `retry_after_ms` says for how long the node wants to be left alone; so do those
/// that the node cannot have ordered now, and `unavailable` says why.
class StreamAttempt {
 public:
  StreamAttempt(grpc::Channel& channel, const std::vector<PackedSubmission>& submissions,
                std::vector<SubmitResponse>& answers)
      : submissions_(submissions), answers_(answers) {
    stub_ = quality::v1::SubmissionService::NewStub(
        std::shared_ptr<grpc::ChannelInterface>(&channel, [](grpc::ChannelInterface*) {}));
    context_.set_deadline(std::chrono::system_clock::now() + kOutcomeTimeout);
  }

  grpc::Status run(const std::vector<std::size_t>& places, const Progress& progress) {
    const auto stream = stub_->SubmitStream(&context_);
    SilenceWatch watch(context_, kSilence);
    std::thread writer([&] {
      SubmitRequest request;
      for (const std::size_t place : places) {
        request.set_signed_submission(submissions_[place].bytes);
        request.set_tag(place);
        if (!stream->Write(request)) {
          break;
        }
        watch.heard();
      }
      stream->WritesDone();
    });
    SubmitResponse answer;
    while (stream->Read(&answer)) {
      watch.heard();
      take(std::move(answer));
      progress(answers_.size() - open_places(answers_).size());
    }
    writer.join();
    grpc::Status status = stream->Finish();
    if (watch.cancelled()) {
      return {grpc::StatusCode::UNAVAILABLE,
              fmt::format("the node answered nothing for {} s", kSilence.count())};
    }
    return status;
  }

  std::uint64_t retry_after_ms() const { return retry_after_ms_; }
  const std::string& unavailable() const { return unavailable_; }

 private:
  void take(SubmitResponse answer) {
    if (answer.tag() >= answers_.size()) {
      return;
    }
    if (answer.state() == quality::v1::SUBMISSION_STATE_REFUSED &&
        answer.code() == static_cast<std::uint32_t>(Code::kResourceExhausted)) {
      retry_after_ms_ = std::max(retry_after_ms_, answer.retry_after_ms());
      return;
    }
    // Refused or given up, but not for good: here later, or at another node.
    const bool open = answer.state() == quality::v1::SUBMISSION_STATE_REFUSED ||
                      answer.state() == quality::v1::SUBMISSION_STATE_UNKNOWN;
    if (open && answer.code() == static_cast<std::uint32_t>(Code::kUnavailable)) {
      unavailable_ = answer.message();
      return;
    }
    answers_[answer.tag()] = std::move(answer);
  }

  const std::vector<PackedSubmission>& submissions_;
  std::vector<SubmitResponse>& answers_;
  std::unique_ptr<quality::v1::SubmissionService::Stub> stub_;
  grpc::ClientContext context_;
  std::uint64_t retry_after_ms_ = 0;
  std::string unavailable_;
};

/// Tells people once what is waited for.
class WaitingNote {
 public:
  void say(const std::string& why) {
    if (!std::exchange(said_, true)) fmt::print(stderr, "qc: waiting: {}\n", why);
  }
  bool said() const { return said_; }

 private:
  bool said_ = false;
};

std::string reasons_text(const ClientProfile& profile, const std::vector<std::string>& reasons) {
  std::string text;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    text += fmt::format("\n  {}: {}", profile.nodes[i].address, reasons[i]);
  }
  return text;
}

/// Asks the network for its time where a submission was not taken for a time.
void explain_times(const ClientProfile& profile, std::vector<SubmitResponse>& answers) {
  if (std::ranges::none_of(answers, refused_for_time)) return;
  const auto ahead_ms = clock_ahead_ms(profile);
  if (!ahead_ms) return;
  for (SubmitResponse& answer : answers) name_wrong_clock(*ahead_ms, answer);
}

}  // namespace

Result<std::vector<PackedSubmission>> pack_records(const std::vector<std::string>& records,
                                                   const ClientProfile& profile,
                                                   const ledger::Signer& signer,
                                                   const PackingOptions& options) {
  std::vector<PackedSubmission> packed;
  std::size_t first = 0;
  while (first < records.size()) {
    std::size_t bytes = 0;
    std::size_t end = first;
    while (end < records.size() && end - first < options.records_max &&
           (end == first || bytes + records[end].size() <= options.bytes_max)) {
      bytes += records[end].size();
      ++end;
    }
    QC_TRY(const ledger::Nonce nonce, random_nonce());
    const ledger::SubmissionDraft draft{.chain_id = profile.chain_id,
                                        .organisation = profile.organisation,
                                        .nonce = nonce,
                                        .not_after_ms = os::wall_ms() + options.lifetime_ms};
    const std::vector<std::string> part(records.begin() + static_cast<std::ptrdiff_t>(first),
                                        records.begin() + static_cast<std::ptrdiff_t>(end));
    QC_TRY(std::string signed_bytes, ledger::sign_submission(draft, part, signer));
    packed.push_back(
        {.bytes = std::move(signed_bytes), .first_record = first, .record_count = end - first});
    first = end;
  }
  return packed;
}

Result<std::vector<SubmitResponse>> submit_all(const ClientProfile& profile,
                                               const std::vector<PackedSubmission>& submissions,
                                               const Progress& progress) {
  std::vector<SubmitResponse> answers(submissions.size());
  for (SubmitResponse& answer : answers) {
    answer.set_state(quality::v1::SUBMISSION_STATE_PENDING);
  }
  QC_TRY(const auto channels, open_channels(profile));
  std::vector<std::string> reasons(channels.size(), "not asked");
  WaitingNote waiting;
  const auto patience = std::chrono::steady_clock::now() + kUnavailablePatience;
  const auto goes_on = [&](int round) {
    const bool patient = waiting.said() && std::chrono::steady_clock::now() < patience;
    return round < kRoundsMax || patient;
  };
  for (int round = 0; goes_on(round); ++round) {
    const std::vector<std::size_t> places = open_places(answers);
    if (places.empty()) {
      explain_times(profile, answers);
      return answers;
    }
    const std::size_t node = static_cast<std::size_t>(round) % channels.size();
    const Result<void> connected = connect(channels[node], kSubmitConnectTimeout);
    if (!connected) {
      reasons[node] = connected.error().message;
      std::this_thread::sleep_for(kUnavailablePause);
      continue;
    }
    StreamAttempt attempt(*channels[node], submissions, answers);
    const grpc::Status status = attempt.run(places, progress);
    if (!status.ok()) {
      reasons[node] = connection_reason(status.error_message());
      if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED ||
          status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) {
        return fail(static_cast<Code>(status.error_code()), status.error_message());
      }
    }
    if (!attempt.unavailable().empty()) {
      reasons[node] = attempt.unavailable();
      waiting.say(reasons[node]);
      std::this_thread::sleep_for(kUnavailablePause);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt.retry_after_ms()));
  }
  if (open_places(answers).size() == answers.size()) {
    return fail(Code::kUnavailable, "nothing was answered:" + reasons_text(profile, reasons));
  }
  explain_times(profile, answers);
  return answers;
}

}  // namespace qc::cli
