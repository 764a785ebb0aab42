// SPDX-License-Identifier: Apache-2.0
#include "node/rpc/server.h"

#include <fmt/core.h>
#include <grpc/support/log.h>
#include <grpcpp/alarm.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/log.h"
#include "node/config/config.h"
#include "node/rpc/member_gate.h"
#include "node/rpc/services.h"
#include "node/rpc/work_pool.h"
#include "node/status/node_view.h"

namespace qc::node {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

namespace tls = grpc::experimental;

constexpr std::size_t kMemoryQuota = std::size_t{1} << 30;
constexpr int kMaxThreads = 64;
constexpr int kMaxMetadataSize = 8 * 1024;
constexpr int kHandshakeTimeoutMs = 10'000;
constexpr int kKeepaliveTimeMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kMinPingIntervalMs = 30'000;
constexpr int kMaxPingStrikes = 2;
constexpr int kMaxConnectionIdleMs = 10 * 60'000;
/// A connection is renewed now and then, so that a key's revocation ends even an idle one.
constexpr int kMaxConnectionAgeMs = 60 * 60'000;
constexpr int kMaxConnectionAgeGraceMs = 5 * 60'000;
constexpr std::size_t kAnswerThreads = 1;
constexpr std::size_t kExportThreads = 1;
constexpr std::size_t kMaxWaitingExports = 64;
constexpr std::chrono::seconds kHealthInterval{1};
constexpr std::uint32_t kRefusalsLoggedPerSecond = 1;

/// gRPC's own words, most of which strangers cause: into our log, a line a second.
void log_for_grpc(gpr_log_func_args* line) {
  static LogLimiter limiter(kRefusalsLoggedPerSecond);
  if (line->severity < GPR_LOG_SEVERITY_ERROR) return;
  // Said at every handshake: clients name no server, keys decide.
  if (std::string_view(line->message).starts_with("No match found for server name")) return;
  if (std::string_view(line->message).starts_with("assertion failed")) {
    log(LogLevel::kError, "grpc", {{"says", line->message}, {"file", line->file}});
    return;
  }
  if (const auto suppressed = limiter.admit()) {
    log(LogLevel::kInfo, "grpc", {{"says", line->message}, {"unlogged", *suppressed}});
  }
}

/// Asks the gate about the key of whoever knocks.
class MembersOnly final : public tls::ExternalCertificateVerifier {
 public:
  explicit MembersOnly(const MemberGate& gate) : gate_(gate) {}

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    const Result<Caller> caller = gate_.admit({pem.data(), pem.size()});
    if (!caller) {
      if (const auto suppressed = refusals_.admit()) {
        log(LogLevel::kInfo, "rpc_handshake_refused",
            {{"reason", caller.error().message}, {"unlogged", *suppressed}});
      }
      *sync_status = {static_cast<grpc::StatusCode>(caller.error().code), caller.error().message};
    } else {
      *sync_status = grpc::Status::OK;
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}
  // NOLINTEND(readability-identifier-naming)

 private:
  const MemberGate& gate_;
  LogLimiter refusals_{kRefusalsLoggedPerSecond};
};

std::shared_ptr<grpc::ServerCredentials> credentials(const NodeIdentity& identity,
                                                     const MemberGate& gate) {
  const std::vector<tls::IdentityKeyCertPair> pairs = {
      {.private_key = identity.tls_private_key_pem,
       .certificate_chain = identity.tls_certificate_pem}};
  tls::TlsServerCredentialsOptions options(
      std::make_shared<tls::StaticDataCertificateProvider>("", pairs));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<MembersOnly>(gate));
  return tls::TlsServerCredentials(options);
}

void set_limits(grpc::ServerBuilder& builder, const Limits& limits) {
  grpc::ResourceQuota quota("qc-rpc");
  quota.Resize(kMemoryQuota).SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(static_cast<int>(kMaxRpcRequestSize));
  const std::vector<std::pair<const char*, int>> arguments = {
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(limits.rpc_streams)},
      {GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataSize},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs},
      {GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs},
      {GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxConnectionIdleMs},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGraceMs},
      // Two nodes on one port would share its clients by chance.
      {GRPC_ARG_ALLOW_REUSEPORT, 0},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
  // Only reflection is served by threads of its own; everything else by callbacks.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
}

/// Tells grpc.health.v1 once a second how the node is doing.
class HealthReporter {
 public:
  HealthReporter(const NodeView& node, grpc::HealthCheckServiceInterface* health)
      : node_(node), health_(health) {
    report();
    const std::lock_guard lock(mutex_);
    arm();
  }
  ~HealthReporter() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    alarm_->Cancel();
    ended_.wait(lock, [this] { return ended_ringing_; });
  }
  HealthReporter(const HealthReporter&) = delete;
  HealthReporter& operator=(const HealthReporter&) = delete;
  HealthReporter(HealthReporter&&) = delete;
  HealthReporter& operator=(HealthReporter&&) = delete;

 private:
  void report() {
    const bool reads = node_.latest() != nullptr;
    health_->SetServingStatus("", true);
    health_->SetServingStatus("read", reads);
    health_->SetServingStatus("write", reads && node_.status().accepts_submissions);
  }

  /// With the lock held.
  void arm() {
    // The alarm that has just rung is still running its callback: it goes at the next ring.
    rung_ = std::move(alarm_);
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + kHealthInterval, [this](bool) { on_alarm(); });
  }

  void on_alarm() {
    report();
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ended_ringing_ = true;
      ended_.notify_all();
      return;
    }
    arm();
  }

  const NodeView& node_;
  grpc::HealthCheckServiceInterface* const health_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::unique_ptr<grpc::Alarm> alarm_;
  std::unique_ptr<grpc::Alarm> rung_;
  bool stopping_ = false;
  bool ended_ringing_ = false;
};

}  // namespace

/// Members are declared so that what others refer to outlives them.
class RpcServer::Impl {
 public:
  Impl(NodeView& node, Ingress& ingress)
      : gate_(node),
        answers_(kAnswerThreads, node.config().limits.waiters),
        exports_(kExportThreads, kMaxWaitingExports),
        environment_{node, ingress, gate_, answers_, exports_} {
    services_.push_back(make_submission_service(environment_));
    services_.push_back(make_history_service(environment_));
    services_.push_back(make_network_service(environment_));
    services_.push_back(make_node_service(environment_));
  }

  Result<void> start() {
    const NodeView& node = environment_.node;
    gpr_set_log_function(&log_for_grpc);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    set_limits(builder, node.config().limits);
    const std::string address = node.config().rpc_listen.text();
    builder.AddListeningPort(address, credentials(node.identity(), gate_), &port_);
    for (const auto& service : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      return fail(Code::kUnavailable,
                  fmt::format("cannot serve members on {}: the address is in use or not this "
                              "machine's, or the node's TLS certificate does not fit its key",
                              address));
    }
    health_ = std::make_unique<HealthReporter>(node, server_->GetHealthCheckService());
    log(LogLevel::kInfo, "rpc_listening", {{"address", address}, {"port", port_}});
    return {};
  }

  void shutdown(std::chrono::milliseconds grace) {
    if (!server_) return;
    health_.reset();
    server_->Shutdown(std::chrono::system_clock::now() + grace);
    server_.reset();
  }

  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

 private:
  MemberGate gate_;
  WorkPool answers_;
  WorkPool exports_;
  RpcEnvironment environment_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthReporter> health_;
  int port_ = 0;
};

RpcServer::RpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RpcServer::~RpcServer() { shutdown(std::chrono::seconds(1)); }

Result<std::unique_ptr<RpcServer>> RpcServer::start(NodeView& node, Ingress& ingress) {
  auto impl = std::make_unique<Impl>(node, ingress);
  QC_TRY_VOID(impl->start());
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(impl)));
}

std::uint16_t RpcServer::port() const { return impl_->port(); }

void RpcServer::shutdown(std::chrono::milliseconds grace) { impl_->shutdown(grace); }

}  // namespace qc::node
