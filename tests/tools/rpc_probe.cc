// SPDX-License-Identifier: Apache-2.0
// qc_rpc_probe PROFILE RECORDS.json CASE: says to a node, over a member's connection, what `qc`
// never says, and prints the answer as JSON. CASE:
//   replay         one submission sent three times: to two nodes, and again to the first
//   expired        not_after_ms lies in the past
//   bad-signature  one bit of the signature is changed
//   truncated      the submission's last quarter is missing
//   oversized      a submission of 17 MiB
//   too-many       10 001 records, the file's over and over, under a true root and signature
//   junk           a gRPC message that is no protobuf
// Exit code 2 where it cannot even ask.
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/client/client_profile.h"
#include "cli/client/connection.h"
#include "cli/intake/intake.h"
#include "cli/submit/submitter.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/record/submission.h"
#include "os/wall_clock.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::tools {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using nlohmann::ordered_json;

constexpr int kCannotAsk = 2;
constexpr std::chrono::seconds kDeadline{60};
constexpr std::size_t kOversized = std::size_t{17} << 20;
constexpr int kTooManyRecords = 10'001;

std::chrono::system_clock::time_point deadline() {
  return std::chrono::system_clock::now() + kDeadline;
}

ordered_json shown(const grpc::Status& status) {
  return {{"code", static_cast<int>(status.error_code())}, {"message", status.error_message()}};
}

/// The submission of all records in a file, signed as `qc` signs it.
Result<std::string> signed_submission(const cli::ClientProfile& profile, const std::string& file,
                                      std::uint64_t lifetime_ms) {
  QC_TRY(const std::string content, cli::read_file(file));
  cli::IntakeOptions options;
  options.organisation = profile.organisation;
  options.claimed_time_ms = os::wall_ms();
  const cli::Intake intake = cli::read_intake(content, cli::IntakeFormat::kRecordJson, options);
  if (!intake.whole()) return fail(Code::kInvalidArgument, intake.problems.front().text());
  std::vector<std::string> records;
  for (const auto& one : intake.records) {
    records.push_back(ledger::canonical_bytes(one.record));
  }
  QC_TRY(const auto signer, cli::open_key_file(profile.signing_key));
  QC_TRY(auto packed, cli::pack_records(records, profile, *signer, {.lifetime_ms = lifetime_ms}));
  if (packed.size() != 1)
    return fail(Code::kInvalidArgument, "the file makes no single submission");
  return std::move(packed.front().bytes);
}

/// The submission with its records over and over, `kTooManyRecords` in all, and nothing else wrong.
Result<std::string> with_too_many_records(const cli::ClientProfile& profile,
                                          const std::string& bytes) {
  QC_TRY(const auto signer, cli::open_key_file(profile.signing_key));
  quality::v1::SignedSubmission submission;
  submission.ParseFromString(bytes);
  QC_TRY(ledger::SubmissionHeader header, ledger::SubmissionHeader::parse(submission.header()));
  const int given = submission.records_size();
  for (int i = given; i < kTooManyRecords; ++i) {
    submission.add_records(submission.records(i % given));
  }
  ledger::Frontier tree(ledger::HashAlgorithm::kSha256);
  for (const std::string& record : submission.records()) {
    tree.append(ledger::record_hash(ledger::HashAlgorithm::kSha256, record));
  }
  header.record_count = kTooManyRecords;
  header.record_root = tree.root();
  submission.set_header(header.encode());
  QC_TRY(*submission.mutable_signature(),
         signer->sign(ledger::submission_message(submission.header())));
  return ledger::canonical_bytes(submission);
}

ordered_json submit(const std::shared_ptr<grpc::Channel>& channel, const std::string& bytes) {
  const auto stub = quality::v1::SubmissionService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(deadline());
  quality::v1::SubmitRequest request;
  request.set_signed_submission(bytes);
  quality::v1::SubmitResponse response;
  const grpc::Status status = stub->Submit(&context, request, &response);
  ordered_json answer = shown(status);
  answer["state"] = quality::v1::SubmissionState_Name(response.state());
  answer["hash"] = to_hex(response.submission_hash());
  answer["height"] = response.receipt().height();
  answer["first_log_index"] = response.receipt().outcome().first_log_index();
  return answer;
}

/// A call of Submit whose request's bytes are anything.
ordered_json submit_raw(const std::shared_ptr<grpc::Channel>& channel, const std::string& bytes) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(deadline());
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/quality.v1.SubmissionService/Submit", {}, &request, &response,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  return shown(done.get_future().get());
}

Result<ordered_json> probe(const cli::ClientProfile& profile, const std::string& file,
                           std::string_view what) {
  QC_TRY(const auto channels, cli::open_channels(profile));
  const auto& channel = channels.front();
  constexpr std::uint64_t kLifetimeMs = 60'000;
  QC_TRY(std::string bytes, signed_submission(profile, file, what == "expired" ? 0 : kLifetimeMs));
  if (what == "replay") {
    return ordered_json{submit(channel, bytes), submit(channels.back(), bytes),
                        submit(channel, bytes)};
  }
  if (what == "expired") return submit(channel, bytes);
  if (what == "bad-signature") {
    quality::v1::SignedSubmission submission;
    submission.ParseFromString(bytes);
    submission.mutable_signature()->back() ^= 1;
    return submit(channel, submission.SerializeAsString());
  }
  if (what == "truncated") return submit(channel, bytes.substr(0, bytes.size() / 4 * 3));
  if (what == "oversized") return submit(channel, bytes + std::string(kOversized, '\0'));
  if (what == "too-many") {
    QC_TRY(const std::string too_many, with_too_many_records(profile, bytes));
    return submit(channel, too_many);
  }
  if (what == "junk") return submit_raw(channel, "\xff\xff\xff no protobuf");
  return fail(Code::kInvalidArgument, fmt::format("no case is called {}", what));
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3) {
    fmt::print(stderr, "usage: qc_rpc_probe PROFILE RECORDS.json CASE\n");
    return kCannotAsk;
  }
  const auto profile = cli::ClientProfile::load(arguments[0]);
  const auto answer = profile ? probe(*profile, arguments[1], arguments[2])
                              : Result<ordered_json>(tl::unexpected(profile.error()));
  if (!answer) {
    fmt::print(stderr, "qc_rpc_probe: {}\n", answer.error().message);
    return kCannotAsk;
  }
  fmt::print("{}\n", answer->dump(2));
  return 0;
}

}  // namespace
}  // namespace qc::tools

int main(int argc, char** argv) { return qc::tools::run({argv + 1, argv + argc}); }
