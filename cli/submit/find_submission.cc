// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/find_submission.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstddef>

#include "cli/client/node_reader.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Result;
using quality::v1::SubmitResponse;

Result<SubmitResponse> find_submission(const ClientProfile& profile, const Digest& hash) {
  quality::v1::GetSubmissionRequest request;
  request.set_submission_hash(qc::to_bytes(hash));
  SubmitResponse answer;
  std::size_t strangers = 0;
  QC_TRY_VOID(ask_nodes(
      profile, "the submission", [&](const auto& channel, auto& context, auto& /*watch*/) {
        answer.Clear();
        const auto stub = quality::v1::SubmissionService::NewStub(channel);
        grpc::Status status = stub->GetSubmission(&context, request, &answer);
        const bool unknown = status.ok() && answer.state() == quality::v1::SUBMISSION_STATE_UNKNOWN;
        if (!unknown || ++strangers >= profile.nodes.size()) return status;
        return grpc::Status(grpc::StatusCode::ABORTED, "it does not know the submission");
      }));
  return answer;
}

}  // namespace qc::cli
