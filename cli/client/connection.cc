// SPDX-License-Identifier: Apache-2.0
#include "cli/client/connection.h"

#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/hex.h"
#include "cli/base/files.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/signer.h"
#include "ledger/crypto/tls_certificate.h"
#include "os/wall_clock.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::chrono::seconds kReasonTimeout{1};
constexpr int kReceiveSizeMax = 64 * 1024 * 1024;
constexpr std::int64_t kCertificateDays = 30;

/// Accepts a server by its public key alone.
class PinnedKey final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit PinnedKey(std::string key_id) : key_id_(std::move(key_id)) {}

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref peer = request->peer_cert();
    const auto spki = ledger::certificate_spki({peer.data(), peer.size()});
    const bool known =
        spki && to_hex(ledger::hash(ledger::HashAlgorithm::kSha256, *spki)) == key_id_;
    *sync_status = known ? grpc::Status::OK
                         : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                        "the node's TLS key is not the one in the profile");
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest* /*request*/) override {}
  // NOLINTEND(readability-identifier-naming)

 private:
  std::string key_id_;
};

Result<std::shared_ptr<grpc::experimental::CertificateProviderInterface>> client_identity(
    const ClientProfile& profile) {
  QC_TRY(std::string key, read_secret_file(profile.tls_key));
  const auto now = static_cast<std::int64_t>(os::wall_s());
  QC_TRY(std::string certificate,
         ledger::self_signed_certificate(key, {.common_name = profile.organisation,
                                               .not_before_s = now - 86'400,
                                               .not_after_s = now + kCertificateDays * 86'400}));
  const std::vector<grpc::experimental::IdentityKeyCertPair> pairs = {
      {.private_key = key, .certificate_chain = std::move(certificate)}};
  ledger::wipe(key);
  return std::make_shared<grpc::experimental::StaticDataCertificateProvider>("", pairs);
}

/// gRPC tells why a channel is not connected only to a call on it.
std::string failure_of(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = quality::v1::NodeService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kReasonTimeout);
  quality::v1::GetStatusResponse response;
  const grpc::Status status = stub->GetStatus(&context, {}, &response);
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return "no answer in time";
  return connection_reason(status.error_message());
}

}  // namespace

void silence_grpc_log() {
  gpr_set_log_function([](gpr_log_func_args* /*line*/) {});
}

std::string connection_reason(std::string_view grpc_message) {
  struct Reason {
    std::string_view part;
    std::string_view meaning;
  };
  constexpr std::string_view kEnded =
      "the node ended the connection: no active organisation has this TLS key (qc org show), or "
      "the "
      "node has no certified state yet";
  constexpr std::array<Reason, 6> kReasons = {{
      {"Connection refused", "connection refused: does the node run?"},
      {"not the one in the profile", "the node's TLS key is not the one in the profile"},
      {"certificate verif", "the node's TLS key is not the one in the profile"},
      {"Socket closed", kEnded},
      {"onnection reset", kEnded},
      {"andshake", kEnded},
  }};
  for (const Reason& reason : kReasons) {
    if (grpc_message.find(reason.part) != std::string_view::npos) {
      return std::string(reason.meaning);
    }
  }
  return std::string(grpc_message);
}

Result<void> connect(const std::shared_ptr<grpc::Channel>& channel,
                     std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::system_clock::now() + timeout;
  for (;;) {
    const grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return {};
    const bool failed = state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN;
    if (failed || !channel->WaitForStateChange(state, deadline)) {
      return fail(Code::kUnavailable, failure_of(channel));
    }
  }
}

Result<NodeAddress> chosen_node(const ClientProfile& profile, const std::string& address) {
  if (profile.nodes.empty()) {
    return fail(Code::kInvalidArgument, "the profile names no node");
  }
  if (address.empty()) return profile.nodes.front();
  const auto found = std::ranges::find(profile.nodes, address, &NodeAddress::address);
  if (found != profile.nodes.end()) return *found;
  std::string known;
  for (const NodeAddress& node : profile.nodes) known += (known.empty() ? "" : ", ") + node.address;
  return fail(Code::kInvalidArgument,
              fmt::format("--node {}: the profile knows {}", address, known));
}

Result<std::shared_ptr<grpc::Channel>> open_channel(const ClientProfile& profile,
                                                    const NodeAddress& node) {
  QC_TRY(auto identity, client_identity(profile));
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::move(identity));
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<PinnedKey>(node.key_id));

  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kReceiveSizeMax);
  // Connections to one node are not shared, or one TCP stream would carry all of a bench's clients.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A node is reached directly: an HTTP proxy of the environment would end the TLS handshake.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(node.address, grpc::experimental::TlsCredentials(options),
                                   arguments);
}

Result<std::vector<std::shared_ptr<grpc::Channel>>> open_channels(const ClientProfile& profile) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (const NodeAddress& node : profile.nodes) {
    QC_TRY(auto channel, open_channel(profile, node));
    channels.push_back(std::move(channel));
  }
  return channels;
}

}  // namespace qc::cli
