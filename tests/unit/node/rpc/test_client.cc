// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/node/rpc/test_client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <string>
#include <vector>

namespace qc::node {
namespace {

namespace tls = grpc::experimental;

class AnyServer final : public tls::ExternalCertificateVerifier {
 public:
  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  bool Verify(tls::TlsCustomVerificationCheckRequest* /*request*/,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    *sync_status = grpc::Status::OK;
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}
  // NOLINTEND(readability-identifier-naming)
};

}  // namespace

std::shared_ptr<grpc::Channel> open_channel(std::uint16_t port, const TestKey* key) {
  tls::TlsChannelCredentialsOptions options;
  if (key != nullptr) {
    const std::vector<tls::IdentityKeyCertPair> pairs = {
        {.private_key = key->pem, .certificate_chain = key->certificate()}};
    options.set_certificate_provider(
        std::make_shared<tls::StaticDataCertificateProvider>("", pairs));
    options.watch_identity_key_cert_pairs();
  }
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<AnyServer>());
  grpc::ChannelArguments arguments;
  // Or channels of one process would share connections, and with them the client's key.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                   tls::TlsCredentials(options), arguments);
}

void give_time(grpc::ClientContext& context, int seconds) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
}

}  // namespace qc::node
