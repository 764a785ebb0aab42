// SPDX-License-Identifier: Apache-2.0
#include "node/rpc/call.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/status/node_view.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
using ledger::Error;
using ledger::fail;
using ledger::Result;

namespace {

/// Room for a message inside the headers, counted as HTTP/2 carries it: percent-encoded.
constexpr std::size_t kMaxEncodedMessage = 6000;
constexpr std::string_view kCut = " ... (cut)";

std::size_t encoded_size(char c) {
  const bool plain = c >= 0x20 && c <= 0x7e && c != '%';
  return plain ? 1 : 3;
}

/// Leaves no broken UTF-8 character at the end.
std::string cut_message(const std::string& message) {
  std::size_t size = 0;
  std::size_t end = 0;
  while (end < message.size() && size + encoded_size(message[end]) <= kMaxEncodedMessage) {
    size += encoded_size(message[end]);
    ++end;
  }
  if (end == message.size()) return message;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;
  return message.substr(0, end).append(kCut);
}

/// One read that may have to wait for a height. Deletes itself when gRPC is done with it.
class ReadCall final : public grpc::ServerUnaryReactor {
 public:
  ReadCall(const RpcEnvironment& environment, AnswerFromState answer)
      : environment_(environment), answer_(std::move(answer)) {}

  /// Called once, before gRPC knows this reactor: nothing is cancelled earlier.
  void start(std::uint64_t min_height) {
    const std::shared_ptr<const storage::ReadView> latest = environment_.node.latest();
    if (latest && latest->height() >= min_height) {
      answer(*latest);
      return;
    }
    ticket_ = environment_.node.wait_for_height(
        min_height,
        [this](std::shared_ptr<const storage::ReadView> view) { on_height(std::move(view)); });
  }

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  void OnCancel() override {
    if (ticket_ && environment_.node.cancel_wait(*ticket_)) {
      Finish({grpc::StatusCode::CANCELLED, "the call was cancelled while it waited for a height"});
    }
  }
  void OnDone() override { delete this; }
  // NOLINTEND(readability-identifier-naming)

 private:
  void on_height(std::shared_ptr<const storage::ReadView> view) {
    if (!view) {
      Finish({grpc::StatusCode::UNAVAILABLE,
              "the node is stopping or has too many waiting callers; try again, or another node"});
      return;
    }
    if (!environment_.answers.post([this, state = std::move(view)] { answer(*state); })) {
      Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many answers are due; try again"});
    }
  }

  void answer(const storage::ReadView& view) {
    const Result<void> answered = answer_(view);
    Finish(answered ? grpc::Status::OK : read_status(environment_.node, answered.error()));
  }

  const RpcEnvironment& environment_;
  AnswerFromState answer_;
  std::optional<std::uint64_t> ticket_;
};

}  // namespace

grpc::Status to_status(const Error& error) {
  return {static_cast<grpc::StatusCode>(error.code), cut_message(error.message)};
}

grpc::Status read_status(NodeView& node, const Error& error) {
  if (error.code != Code::kDataLoss) return to_status(error);
  node.found_damage(error);
  return {
      grpc::StatusCode::DATA_LOSS,
      "this node's own data is damaged at this place, as its operator can see; ask another node"};
}

Result<Caller> caller_of(const grpc::CallbackServerContext& context, const MemberGate& gate) {
  const std::vector<grpc::string_ref> certificates =
      context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (certificates.empty()) {
    return fail(Code::kUnauthenticated, "the connection has no client certificate");
  }
  return gate.admit({certificates.front().data(), certificates.front().size()});
}

grpc::ServerUnaryReactor* finish_at_once(grpc::CallbackServerContext* context,
                                         const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

grpc::ServerUnaryReactor* answer_from_state(const RpcEnvironment& environment,
                                            grpc::CallbackServerContext* context,
                                            std::uint64_t min_height, AnswerFromState answer) {
  if (const Result<Caller> caller = caller_of(*context, environment.gate); !caller) {
    return finish_at_once(context, read_status(environment.node, caller.error()));
  }
  // gRPC keeps it until OnDone, which deletes it.
  auto* call = new ReadCall(environment, std::move(answer));
  call->start(min_height);
  return call;
}

}  // namespace qc::node
