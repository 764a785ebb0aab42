// SPDX-License-Identifier: Apache-2.0
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "node/rpc/server.h"
#include "quality/v1/services.grpc.pb.h"
#include "tests/unit/node/rpc/test_client.h"
#include "tests/unit/node/small_network.h"

namespace qc::node {
namespace {

using quality::v1::GetStatusResponse;

class RpcServerTest : public testing::Test {
 protected:
  void SetUp() override { server_ = RpcServer::start(network_, network_).value(); }

  grpc::Status status_as(const TestKey* key) {
    GetStatusResponse response;
    grpc::ClientContext context;
    give_time(context);
    const auto stub = quality::v1::NodeService::NewStub(open_channel(server_->port(), key));
    return stub->GetStatus(&context, {}, &response);
  }

  /// One call by its name, for services whose stubs are not generated here.
  grpc::Status call(const std::string& method, const std::string& request, std::string& response) {
    const auto channel = open_channel(server_->port(), &network_.maker.tls);
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    give_time(context);
    grpc::CompletionQueue queue;
    const auto stream = stub.PrepareCall(&context, method, &queue);
    stream->StartCall(nullptr);
    drain(queue, 1);
    const grpc::Slice slice(request);
    stream->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    grpc::ByteBuffer buffer;
    grpc::Status status;
    drain(queue, 1);
    stream->Read(&buffer, nullptr);
    drain(queue, 1);
    stream->Finish(&status, nullptr);
    drain(queue, 1);
    queue.Shutdown();
    drain(queue, 1);
    grpc::Slice all;
    if (buffer.Valid() && buffer.DumpToSingleSlice(&all).ok()) {
      response.assign(reinterpret_cast<const char*>(all.begin()), all.size());
    }
    return status;
  }

  static void drain(grpc::CompletionQueue& queue, int events) {
    void* tag = nullptr;
    bool ok = false;
    for (int i = 0; i < events; ++i) queue.Next(&tag, &ok);
  }

  SmallNetwork network_;
  std::unique_ptr<RpcServer> server_;
};

TEST_F(RpcServerTest, AcceptsAnEnrolledKeyEvenInAnExpiredSelfSignedCertificate) {
  EXPECT_TRUE(status_as(&network_.maker.tls).ok());
  EXPECT_TRUE(status_as(&network_.maker.signing).ok());
  EXPECT_TRUE(status_as(&network_.regulator.admin).ok());
  EXPECT_TRUE(status_as(&network_.node_tls).ok());
}

TEST_F(RpcServerTest, RefusesAClientWithoutACertificateInTheHandshake) {
  EXPECT_EQ(status_as(nullptr).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RpcServerTest, RefusesAKeyThatTheChainDoesNotKnowInTheHandshake) {
  const TestKey stranger = TestKey::make();

  EXPECT_EQ(status_as(&stranger).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RpcServerTest, RefusesAKeyThatIsEnrolledForSomethingElse) {
  EXPECT_EQ(status_as(&network_.log_key).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status_as(&network_.validator).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RpcServerTest, ARevokedKeyCanDoNothingOnAConnectionThatIsStillOpen) {
  const auto stub =
      quality::v1::NodeService::NewStub(open_channel(server_->port(), &network_.maker.tls));
  GetStatusResponse response;
  grpc::ClientContext before;
  give_time(before);
  ASSERT_TRUE(stub->GetStatus(&before, {}, &response).ok());

  quality::v1::Record revocation = network_.envelope();
  const Digest key_id = network_.maker.tls.signer->public_key().id();
  revocation.mutable_key_revoke()->set_key_id(qc::to_bytes(key_id));
  revocation.mutable_key_revoke()->set_reason("lost");
  const SubmissionResult revoked =
      network_.commit(network_.sign(network_.maker, network_.maker.admin, {revocation}));
  ASSERT_EQ(revoked.state, SubmissionState::kCommitted) << revoked.error.message;
  // Revoked from the next block on.
  network_.empty_block();

  grpc::ClientContext after;
  give_time(after);
  EXPECT_EQ(stub->GetStatus(&after, {}, &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(RpcServerTest, RefusesARequestLargerThanAnySubmission) {
  const auto stub =
      quality::v1::SubmissionService::NewStub(open_channel(server_->port(), &network_.maker.tls));
  quality::v1::SubmitRequest request;
  request.set_signed_submission(std::string(kMaxRpcRequestSize + 1, 'x'));
  quality::v1::SubmitResponse response;
  grpc::ClientContext context;
  give_time(context);

  EXPECT_EQ(stub->Submit(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(RpcServerTest, TellsHealthByConcern) {
  std::string response;
  const auto health = [&](const std::string& service) {
    const std::string request =
        service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    response.clear();
    return call("/grpc.health.v1.Health/Check", request, response).error_code();
  };
  const std::string serving = "\x08\x01";

  EXPECT_EQ(health(""), grpc::StatusCode::OK);
  EXPECT_EQ(response, serving);
  EXPECT_EQ(health("read"), grpc::StatusCode::OK);
  EXPECT_EQ(response, serving);
  EXPECT_EQ(health("write"), grpc::StatusCode::OK);
  EXPECT_EQ(response, serving);
  EXPECT_EQ(health("coffee"), grpc::StatusCode::NOT_FOUND);
}

TEST_F(RpcServerTest, IsNotHealthyForWritersWhileTheNodeTakesNoSubmissions) {
  network_.present_status.accepts_submissions = false;
  server_.reset();
  server_ = RpcServer::start(network_, network_).value();
  std::string response;

  EXPECT_TRUE(call("/grpc.health.v1.Health/Check", "\x0a\x05write", response).ok());
  EXPECT_EQ(response, "\x08\x02");
}

TEST_F(RpcServerTest, ListsItsServicesByReflection) {
  std::string response;
  // ServerReflectionRequest { list_services = "*" }
  const grpc::Status status =
      call("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "\x3a\x01*", response);

  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const char* service : {"quality.v1.SubmissionService", "quality.v1.HistoryService",
                              "quality.v1.NetworkService", "quality.v1.NodeService"}) {
    EXPECT_NE(response.find(service), std::string::npos) << service;
  }
}

TEST_F(RpcServerTest, SaysWhatIsWrongWithAnAddressThatCannotBeBound) {
  SmallNetwork other;
  other.listen_on(server_->port());

  const auto second = RpcServer::start(other, other);

  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find(std::to_string(server_->port())), std::string::npos);
}

}  // namespace
}  // namespace qc::node
