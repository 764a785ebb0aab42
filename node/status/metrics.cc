// SPDX-License-Identifier: Apache-2.0
#include "node/status/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <utility>
#include <variant>
#include <vector>

#include "node/status/view_change_cause.h"

namespace qc::node {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Label = ClientMetric::Label;

/// From a memory's speed to a sick disk's.
prometheus::Histogram::BucketBoundaries second_buckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};
}

/// In the order of consensus::Message.
constexpr std::array kMessageKinds = {
    std::string_view("pre_prepare"),      std::string_view("vote"),
    std::string_view("checkpoint_vote"),  std::string_view("certified_checkpoint"),
    std::string_view("batch_ack"),        std::string_view("fetch_batches"),
    std::string_view("status"),           std::string_view("view_change"),
    std::string_view("new_view"),         std::string_view("fetch_proposals"),
    std::string_view("proposal_fetched"), std::string_view("echo"),
    std::string_view("ask_promises"),     std::string_view("promises_held")};
static_assert(kMessageKinds.size() == std::variant_size_v<consensus::Message>);
constexpr std::array<std::string_view, 4> kDropReasons = {"queue_full", "undecodable", "false",
                                                          "not_needed"};
constexpr std::array<std::string_view, 3> kEnds = {"accepted", "rejected", "dropped"};
/// By number of FrameType; the first is none.
constexpr std::array<std::string_view, chain::kFrameTypes> kFrameNames = {
    "", "hello", "consensus", "batch", "fetch_blocks", "blocks", "cosignature", "ping"};
constexpr std::array kCodes = {std::pair{ledger::Code::kInvalidArgument, "invalid_argument"},
                               std::pair{ledger::Code::kUnauthenticated, "unauthenticated"},
                               std::pair{ledger::Code::kPermissionDenied, "permission_denied"},
                               std::pair{ledger::Code::kResourceExhausted, "resource_exhausted"},
                               std::pair{ledger::Code::kFailedPrecondition, "failed_precondition"},
                               std::pair{ledger::Code::kUnavailable, "unavailable"}};

double seconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}
double seconds_of_ms(std::uint64_t ms) { return static_cast<double>(ms) / 1000; }

/// Families made of what is so now.
class Collected {
 public:
  explicit Collected(std::vector<MetricFamily> counted) : families_(std::move(counted)) {}

  void gauge(const char* name, const char* help, double value, std::vector<Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    add(name, help, MetricType::Gauge, std::move(metric));
  }
  void gauge(const char* name, const char* help, std::uint64_t value,
             std::vector<Label> labels = {}) {
    gauge(name, help, static_cast<double>(value), std::move(labels));
  }
  void counter(const char* name, const char* help, double value, std::vector<Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    add(name, help, MetricType::Counter, std::move(metric));
  }

  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  void add(const char* name, const char* help, MetricType type, ClientMetric metric) {
    if (families_.empty() || families_.back().name != name) {
      MetricFamily family;
      family.name = name;
      family.help = help;
      family.type = type;
      families_.push_back(std::move(family));
    }
    families_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> families_;
};

void collect_consensus(Collected& out, const Metrics::Snapshot& snapshot) {
  const NodeStatus& status = snapshot.status;
  out.gauge("qc_consensus_epoch", "First height of the present validator set", status.epoch);
  out.gauge("qc_consensus_validators", "Validators of the present set", status.validators);
  out.gauge("qc_consensus_quorum", "Votes that decide", status.quorum);
  out.gauge("qc_consensus_view", "Present view", status.view);
  out.gauge("qc_consensus_view_begun", "1 once the present view has begun here",
            status.view_begun ? 1.0 : 0.0);
  out.gauge("qc_consensus_primary", "1 for the primary of the present view", 1.0,
            {{"validator", status.primary}});
  out.gauge("qc_consensus_may_vote", "1 while this node votes", status.may_vote ? 1.0 : 0.0);
  out.gauge("qc_consensus_halted", "1 once this node has stopped for good",
            snapshot.halted ? 1.0 : 0.0);
  out.gauge("qc_consensus_certified_height", "Newest block with a certified checkpoint here",
            status.certified_height);
  out.gauge("qc_consensus_executed_height", "Newest executed block", status.executed_height);
  out.gauge("qc_consensus_delivered_height", "Newest committed block", status.delivered_height);
  out.gauge("qc_consensus_prepared_height", "Newest prepared certificate of this view",
            status.prepared_height);
  out.gauge("qc_consensus_window_blocks", "Heights in play above the certified one", status.window);
  out.gauge("qc_consensus_proposals_in_flight", "Proposals accepted and not committed",
            status.proposals_in_flight);
  out.gauge("qc_consensus_batches_held", "Batches held that are not ordered", status.batches_held);
  out.gauge("qc_consensus_batches_ready", "Batches that a primary would propose",
            status.batches_ready);
  out.gauge("qc_consensus_views_without_commit", "Views left since the last commit",
            status.views_without_commit);
  if (status.last_view_change) {
    out.gauge("qc_consensus_last_view_change_timestamp_seconds", "When a view was last left",
              seconds_of_ms(status.last_view_change->at_ms),
              {{"cause", status.last_view_change->cause}});
  }
}

template <class Value>
void collect_peer_gauge(Collected& out, const NodeStatus& status, const char* name,
                        const char* help, Value value) {
  for (const PeerState& peer : status.peers) {
    out.gauge(name, help, value(peer), {{"peer", peer.name}});
  }
}

template <class Value>
void collect_frames(Collected& out, const NodeStatus& status, const char* name, const char* help,
                    Value value) {
  for (const PeerState& peer : status.peers) {
    for (std::size_t type = 1; type < chain::kFrameTypes; ++type) {
      const std::string kind(kFrameNames[type]);
      out.counter(name, help, static_cast<double>(value(peer.sent[type])),
                  {{"peer", peer.name}, {"direction", "sent"}, {"kind", kind}});
      out.counter(name, help, static_cast<double>(value(peer.received[type])),
                  {{"peer", peer.name}, {"direction", "received"}, {"kind", kind}});
    }
  }
}

void collect_peers(Collected& out, const NodeStatus& status) {
  collect_peer_gauge(out, status, "qc_peer_connected", "1 while there is a link",
                     [](const PeerState& peer) { return peer.connected ? 1.0 : 0.0; });
  collect_peer_gauge(out, status, "qc_peer_certified_height", "What the peer last claimed",
                     [](const PeerState& peer) { return peer.certified_height; });
  collect_peer_gauge(out, status, "qc_peer_lag_blocks",
                     "Blocks behind the newest certified height known here",
                     [](const PeerState& peer) { return peer.lag_blocks; });
  collect_peer_gauge(out, status, "qc_peer_silent_seconds", "Since anything was heard of it",
                     [](const PeerState& peer) { return seconds_of_ms(peer.silent_ms); });
  collect_frames(out, status, "qc_peer_frames_total", "Frames by kind",
                 [](const chain::FrameCount& count) { return count.frames; });
  collect_frames(out, status, "qc_peer_frame_bytes_total", "Bytes of frames by kind",
                 [](const chain::FrameCount& count) { return count.bytes; });
}

void collect_node(Collected& out, const Metrics::Snapshot& snapshot) {
  const NodeStatus& status = snapshot.status;
  out.gauge("qc_build_info", "Always 1", 1.0, {{"version", QC_VERSION}, {"name", snapshot.name}});
  out.gauge("qc_node_start_time_seconds", "When the process began",
            seconds_of_ms(snapshot.started_at_ms));
  out.gauge("qc_node_stale", "1 while the state may not be the network's newest",
            status.freshness.current ? 0.0 : 1.0);
  out.gauge("qc_node_current_as_of_timestamp_seconds", "When the state was last known as newest",
            seconds_of_ms(status.freshness.current_as_of_ms));
  out.gauge("qc_node_accepts_submissions", "1 while submissions are taken",
            status.accepts_submissions ? 1.0 : 0.0);
  out.gauge("qc_mempool_submissions", "Accepted and not certified", status.mempool_submissions);
  out.gauge("qc_mempool_bytes", "Their bytes", status.mempool_bytes);
  out.gauge("qc_ingress_waiting_callers", "Callers that wait for an outcome",
            snapshot.waiting_callers);
  out.gauge("qc_ledger_log_entries", "Entries of the certified log", status.log_size);
  out.gauge("qc_ledger_block_timestamp_seconds", "Time of the newest certified block",
            seconds_of_ms(status.block_time_ms));
  out.gauge("qc_evidence_stored", "Pieces of evidence against validators", status.evidence);
  out.counter("qc_damaged_reads_total", "Reads of the own data that met damage",
              static_cast<double>(snapshot.damaged_reads));
  out.counter("qc_consensus_signatures_verified_total", "Signatures of consensus checked",
              static_cast<double>(snapshot.signatures_verified));
  out.counter("qc_peer_frames_dropped_total", "Frames that found a full queue",
              static_cast<double>(snapshot.frames_dropped));
  out.gauge("qc_storage_table_bytes", "Live table files, as RocksDB estimates",
            snapshot.table_bytes);
  out.gauge("qc_storage_memory_bytes", "RocksDB's memory tables", snapshot.memory_bytes);
  out.gauge("qc_disk_free_bytes", "Free room for the data directory", status.disk_free_bytes);
  out.gauge("process_resident_memory_bytes", "Resident set", snapshot.resident_bytes);
  out.counter("process_cpu_seconds_total", "CPU time", seconds_of_ms(snapshot.cpu_ms));
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  std::array<prometheus::Counter*, consensus::kViewChangeCauses> views_left{};
  std::array<prometheus::Counter*, kMessageKinds.size()> received{};
  std::array<prometheus::Counter*, kMessageKinds.size()> sent{};
  std::array<prometheus::Counter*, kDropReasons.size()> dropped{};
  std::array<prometheus::Counter*, kEnds.size()> ended{};
  std::array<prometheus::Counter*, kCodes.size() + 1> refused{};
  prometheus::Counter* blocks = nullptr;
  prometheus::Counter* records = nullptr;
  prometheus::Histogram* journal = nullptr;
  prometheus::Histogram* execution = nullptr;
  prometheus::Histogram* writing = nullptr;

  Families() {
    count_consensus();
    auto& submissions = counters("qc_ledger_submissions_total", "Submissions in blocks by outcome");
    for (std::size_t i = 0; i < kEnds.size(); ++i) {
      ended[i] = &submissions.Add({{"outcome", std::string(kEnds[i])}});
    }
    auto& refusals =
        counters("qc_submissions_refused_total", "Submissions refused before ordering, by code");
    for (std::size_t i = 0; i < kCodes.size(); ++i) {
      refused[i] = &refusals.Add({{"code", kCodes[i].second}});
    }
    refused.back() = &refusals.Add({{"code", "other"}});
    blocks = &counters("qc_ledger_blocks_total", "Blocks executed").Add({});
    records = &counters("qc_ledger_records_total", "Records that entered the log").Add({});
    journal = &histogram("qc_journal_sync_seconds", "From a write to its sync, vote journal");
    execution = &histogram("qc_ledger_execute_seconds", "Execution of a block");
    writing = &histogram("qc_storage_commit_seconds", "The synced write of a block");
  }

  void count_consensus() {
    auto& views = counters("qc_consensus_view_changes_total", "Views left, by cause");
    for (std::size_t i = 0; i < views_left.size(); ++i) {
      const auto cause = static_cast<consensus::ViewChangeCause>(i + 1);
      views_left[i] = &views.Add({{"cause", std::string(name_of(cause))}});
    }
    auto& messages =
        counters("qc_consensus_messages_total", "Messages of consensus; one to all counts once");
    for (std::size_t i = 0; i < kMessageKinds.size(); ++i) {
      const std::string kind(kMessageKinds[i]);
      received[i] = &messages.Add({{"direction", "received"}, {"kind", kind}});
      sent[i] = &messages.Add({{"direction", "sent"}, {"kind", kind}});
    }
    auto& drops = counters("qc_consensus_messages_dropped_total",
                           "Messages of peers that were dropped, by reason");
    for (std::size_t i = 0; i < kDropReasons.size(); ++i) {
      dropped[i] = &drops.Add({{"reason", std::string(kDropReasons[i])}});
    }
  }

  prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  prometheus::Histogram& histogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(
        {}, second_buckets());
  }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::view_left(const consensus::ViewLeft& left) {
  families_->views_left.at(static_cast<std::size_t>(left.cause) - 1)->Increment();
}
void Metrics::message_received(const consensus::Message& message) {
  families_->received.at(message.index())->Increment();
}
void Metrics::message_sent(const consensus::Message& message) {
  families_->sent.at(message.index())->Increment();
}
void Metrics::message_dropped(DropReason reason) {
  families_->dropped.at(static_cast<std::size_t>(reason))->Increment();
}
void Metrics::journal_synced(std::chrono::nanoseconds took) {
  families_->journal->Observe(seconds(took));
}
void Metrics::block_executed(std::chrono::nanoseconds execution, std::chrono::nanoseconds writing,
                             std::size_t records) {
  families_->blocks->Increment();
  families_->records->Increment(static_cast<double>(records));
  families_->execution->Observe(seconds(execution));
  families_->writing->Observe(seconds(writing));
}
void Metrics::submission_ended(SubmissionEnd end) {
  families_->ended.at(static_cast<std::size_t>(end))->Increment();
}
void Metrics::submission_refused(ledger::Code code) {
  std::size_t place = 0;
  while (place < kCodes.size() && kCodes[place].first != code) ++place;
  families_->refused.at(place)->Increment();
}

std::string Metrics::text(const Snapshot& snapshot) const {
  Collected out(families_->registry.Collect());
  collect_node(out, snapshot);
  collect_consensus(out, snapshot);
  collect_peers(out, snapshot.status);
  return out.text();
}

std::uint64_t resident_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             &std::fclose);
  unsigned long total = 0;
  unsigned long resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return 0;
  return std::uint64_t{resident} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t cpu_milliseconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto ms = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
           static_cast<std::uint64_t>(time.tv_usec) / 1000;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace qc::node
