// SPDX-License-Identifier: Apache-2.0
#include "cli/governance/governance.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <vector>

#include "cli/base/key_file.h"
#include "cli/client/node_reader.h"
#include "cli/governance/enrolment.h"
#include "cli/submit/submitter.h"
#include "ledger/base/canonical_protobuf.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using quality::v1::SubmissionReceipt;

Result<SubmissionReceipt> submit_record(const ClientProfile& profile,
                                        const std::filesystem::path& key_file,
                                        const quality::v1::Record& record) {
  QC_TRY(const auto signer, open_key_file(key_file));
  const std::vector<std::string> records = {ledger::canonical_bytes(record)};
  QC_TRY(const auto packed, pack_records(records, profile, *signer, {}));
  QC_TRY(auto answers, submit_all(profile, packed, [](std::size_t) {}));
  quality::v1::SubmitResponse& answer = answers.front();
  switch (answer.state()) {
    case quality::v1::SUBMISSION_STATE_COMMITTED:
      return std::move(*answer.mutable_receipt());
    case quality::v1::SUBMISSION_STATE_REJECTED:
      return fail(Code::kFailedPrecondition, answer.message());
    case quality::v1::SUBMISSION_STATE_REFUSED:
      return fail(static_cast<Code>(answer.code()), answer.message());
    default:
      return fail(
          Code::kUnavailable,
          "no node answered in time: the outcome is unknown; the same command again is safe "
          "only after looking (qc org show, qc history)");
  }
}

Result<quality::v1::Member> find_member(const ClientProfile& profile, const std::string& code,
                                        std::uint64_t min_height) {
  quality::v1::GetMemberRequest request;
  request.set_code(code);
  request.set_min_height(min_height);
  quality::v1::Member member;
  QC_TRY_VOID(ask_nodes(
      profile, "the member " + code, [&](const auto& channel, auto& context, auto& /*watch*/) {
        return quality::v1::NetworkService::NewStub(channel)->GetMember(&context, request, &member);
      }));
  return member;
}

Result<SubmissionReceipt> submit_enrolment(const ClientProfile& sponsor,
                                           const std::string& request) {
  quality::v1::Record record = record_now();
  if (!record.mutable_enrolment_request()->ParseFromString(request)) {
    return fail(Code::kInvalidArgument, "the request file holds no enrolment request");
  }
  return submit_record(sponsor, sponsor.admin_key, record);
}

Result<SubmissionReceipt> decide_enrolment(const ClientProfile& party, const std::string& code,
                                           quality::v1::EnrolmentDecision::Decision decision,
                                           const std::string& reason, std::uint64_t min_height) {
  QC_TRY(const quality::v1::Member member, find_member(party, code, min_height));
  if (member.status().state() != quality::v1::PARTY_STATE_REQUESTED) {
    return fail(Code::kFailedPrecondition,
                fmt::format("{} has no open application (qc org show {})", code, code));
  }
  quality::v1::Record record = record_now();
  auto& body = *record.mutable_enrolment_decision();
  body.set_code(code);
  body.set_application_hash(member.status().application_hash());
  body.set_decision(decision);
  body.set_reason(reason);
  return submit_record(party, party.admin_key, record);
}

}  // namespace qc::cli
