// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "cli/base/key_file.h"
#include "cli/client/connection.h"
#include "cli/client/session.h"
#include "cli/network/bench_network.h"
#include "cli/network/latency_recorder.h"
#include "cli/submit/submitter.h"
#include "ledger/base/canonical_protobuf.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kSubmitTimeout{60};
constexpr std::chrono::seconds kStatusTimeout{10};

struct BenchOptions {
  std::string folder;
  std::size_t connections = 8;
  std::size_t outstanding = 8;
  std::size_t batch = 1;
  std::size_t size = 1024;
  std::size_t lots = 1000;
  std::uint32_t seconds = 10;
  std::uint32_t warm_up = 2;
};

/// What one client saw while it was counted.
struct ClientResult {
  LatencyRecorder latency;
  std::uint64_t records = 0;
  std::uint64_t failures = 0;
  std::string last_failure;
};

/// When warm-up ends and when the run does.
struct Schedule {
  Clock::time_point counted_from;
  Clock::time_point end;
};

/// One caller in a closed loop: the next submission goes out when the receipt of the last is here.
class Client {
 public:
  Client(const BenchOptions& options, const BenchSubjects& subjects, const ledger::Signer& signer,
         const std::shared_ptr<grpc::Channel>& channel, std::string run)
      : options_(options),
        subjects_(subjects),
        signer_(signer),
        stub_(quality::v1::SubmissionService::NewStub(channel)),
        run_(std::move(run)) {}

  ClientResult loop(const Schedule& schedule) {
    while (Clock::now() < schedule.end) {
      const auto submission = next_submission();
      if (!submission) {
        result_.failures += 1;
        result_.last_failure = submission.error().message;
        break;
      }
      submit(*submission, schedule);
    }
    return std::move(result_);
  }

 private:
  ledger::Result<std::string> next_submission() {
    std::vector<std::string> records;
    records.reserve(options_.batch);
    for (std::size_t i = 0; i < options_.batch; ++i) {
      records.push_back(
          ledger::canonical_bytes(bench_certificate(subjects_, run_, serial_++, options_.size)));
    }
    QC_TRY(auto packed,
           pack_records(records, subjects_.laboratory, signer_,
                        {.records_max = options_.batch, .bytes_max = std::size_t{1} << 30U}));
    return std::move(packed.front().bytes);
  }

  void submit(const std::string& submission, const Schedule& schedule) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kSubmitTimeout);
    quality::v1::SubmitRequest request;
    request.set_signed_submission(submission);
    quality::v1::SubmitResponse response;
    const Clock::time_point sent = Clock::now();
    const grpc::Status status = stub_->Submit(&context, request, &response);
    const Clock::time_point answered = Clock::now();
    if (!status.ok() || response.state() != quality::v1::SUBMISSION_STATE_COMMITTED) {
      result_.failures += 1;
      result_.last_failure = status.ok() ? response.message() : status.error_message();
      if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      return;
    }
    if (answered >= schedule.counted_from && answered <= schedule.end) {
      result_.records += options_.batch;
      result_.latency.record(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(answered - sent).count()));
    }
  }

  const BenchOptions& options_;
  const BenchSubjects& subjects_;
  const ledger::Signer& signer_;
  std::unique_ptr<quality::v1::SubmissionService::Stub> stub_;
  std::string run_;
  std::uint64_t serial_ = 0;
  ClientResult result_;
};

/// What each node has used so far.
std::vector<quality::v1::GetStatusResponse> node_statuses(
    const std::vector<std::shared_ptr<grpc::Channel>>& channels) {
  std::vector<quality::v1::GetStatusResponse> statuses;
  for (const auto& channel : channels) {
    const auto stub = quality::v1::NodeService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kStatusTimeout);
    quality::v1::GetStatusResponse status;
    if (stub->GetStatus(&context, {}, &status).ok()) {
      statuses.push_back(std::move(status));
    }
  }
  return statuses;
}

struct BenchResult {
  ClientResult clients;
  double seconds = 0;
  std::vector<quality::v1::GetStatusResponse> before;
  std::vector<quality::v1::GetStatusResponse> after;
};

ledger::Result<BenchResult> run_bench(const BenchOptions& options) {
  const NetworkLayout layout(options.folder);
  QC_TRY(const BenchSubjects subjects, prepare_bench(layout, options.lots));
  QC_TRY(const auto signer, open_key_file(subjects.laboratory.signing_key));
  QC_TRY(const auto nodes, open_channels(subjects.laboratory));
  std::vector<std::unique_ptr<Client>> clients;
  const std::string run = fmt::format("{:x}", Clock::now().time_since_epoch().count());
  for (std::size_t connection = 0; connection < options.connections; ++connection) {
    QC_TRY(const auto channel,
           open_channel(subjects.laboratory,
                        subjects.laboratory.nodes[connection % subjects.laboratory.nodes.size()]));
    for (std::size_t i = 0; i < options.outstanding; ++i) {
      clients.push_back(std::make_unique<Client>(options, subjects, *signer, channel,
                                                 fmt::format("{}-{}", run, clients.size())));
    }
  }
  BenchResult result;
  std::mutex merge;
  const Clock::time_point begin = Clock::now();
  const Schedule schedule{.counted_from = begin + std::chrono::seconds(options.warm_up),
                          .end = begin + std::chrono::seconds(options.warm_up + options.seconds)};
  result.before = node_statuses(nodes);
  std::vector<std::thread> threads;
  threads.reserve(clients.size());
  for (const auto& client : clients) {
    threads.emplace_back([&client, &schedule, &result, &merge] {
      ClientResult one = client->loop(schedule);
      const std::lock_guard lock(merge);
      result.clients.latency.merge(one.latency);
      result.clients.records += one.records;
      result.clients.failures += one.failures;
      if (!one.last_failure.empty()) {
        result.clients.last_failure = std::move(one.last_failure);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  result.after = node_statuses(nodes);
  result.seconds = options.seconds;
  return result;
}

nlohmann::ordered_json bench_json(const BenchOptions& options, const BenchResult& result) {
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < result.after.size() && i < result.before.size(); ++i) {
    nodes.push_back(
        {{"name", result.after[i].name()},
         {"cpu_ms", result.after[i].cpu_ms() - result.before[i].cpu_ms()},
         {"rss_bytes", result.after[i].rss_bytes()},
         {"blocks", result.after[i].certified_height() - result.before[i].certified_height()}});
  }
  const LatencyRecorder& latency = result.clients.latency;
  return {{"connections", options.connections},
          {"outstanding", options.outstanding},
          {"records_per_signature", options.batch},
          {"record_bytes", options.size},
          {"seconds", options.seconds},
          {"records", result.clients.records},
          {"records_per_second", static_cast<double>(result.clients.records) / result.seconds},
          {"failures", result.clients.failures},
          {"last_failure", result.clients.last_failure},
          {"latency_us",
           {{"p50", latency.quantile_us(0.5)},
            {"p90", latency.quantile_us(0.9)},
            {"p99", latency.quantile_us(0.99)},
            {"max", latency.max_us()}}},
          {"nodes", nodes}};
}

void print_bench(const nlohmann::ordered_json& out) {
  fmt::print("{:.0f} records/s ({} records in {} s, {} under one signature, {} bytes each)\n",
             out["records_per_second"].get<double>(), out["records"].get<std::uint64_t>(),
             out["seconds"].get<std::uint32_t>(), out["records_per_signature"].get<std::size_t>(),
             out["record_bytes"].get<std::size_t>());
  const auto& latency = out["latency_us"];
  const auto ms = [&](const char* name) {
    return static_cast<double>(latency[name].get<std::uint64_t>()) / 1000;
  };
  fmt::print("to certified receipt: p50 {:.1f} ms, p90 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms\n",
             ms("p50"), ms("p90"), ms("p99"), ms("max"));
  for (const auto& node : out["nodes"]) {
    fmt::print("{:<14} {:.1f} s CPU, {} MiB, {} blocks\n", node["name"].get<std::string>(),
               static_cast<double>(node["cpu_ms"].get<std::uint64_t>()) / 1000,
               node["rss_bytes"].get<std::uint64_t>() >> 20U, node["blocks"].get<std::uint64_t>());
  }
  if (const auto failures = out["failures"].get<std::uint64_t>(); failures > 0) {
    fmt::print("{} failed, last: {}\n", failures, out["last_failure"].get<std::string>());
  }
}

void bench(Session& session, const BenchOptions& options) {
  const auto result = run_bench(options);
  if (!result) {
    return session.fail(result.error());
  }
  const nlohmann::ordered_json out = bench_json(options, *result);
  if (session.json) {
    fmt::print("{}\n", out.dump(2));
  } else {
    print_bench(out);
  }
  if (result->clients.records == 0) {
    session.exit_code = kFailed;
  }
}

}  // namespace

void add_bench_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "bench", "Put a local network under load and measure latency to the certified receipt");
  const auto options = std::make_shared<BenchOptions>();
  command->add_option("DIR", options->folder, "The network's folder; it must be running")
      ->required();
  command
      ->add_option("--connections", options->connections,
                   "Client connections, spread over the nodes")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--outstanding", options->outstanding, "Submissions under way on each")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--batch", options->batch, "Records under one signature")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--size", options->size, "Bytes of a record, about")
      ->check(CLI::Range(200, 2400))
      ->capture_default_str();
  command->add_option("--lots", options->lots, "Lots that the certificates are about")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "How long is counted")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_option("--warm-up", options->warm_up, "Seconds before that")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  command->footer(
      "Example:\n  qc bench ./net --connections 10 --outstanding 10 --batch 1 --seconds 20");
  command->callback([&session, options] { bench(session, *options); });
}

}  // namespace qc::cli
