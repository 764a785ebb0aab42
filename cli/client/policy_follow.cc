// SPDX-License-Identifier: Apache-2.0
#include "cli/client/policy_follow.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "cli/base/files.h"
#include "cli/client/node_reader.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/log/note.h"
#include "ledger/proof/validator_history.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

Result<std::vector<ledger::FiledValidatorSet>> filed_sets(
    const quality::v1::FollowValidatorsResponse& response) {
  std::vector<ledger::FiledValidatorSet> sets;
  for (const quality::v1::FollowedValidatorSet& followed : response.sets()) {
    ledger::FiledValidatorSet& set = sets.emplace_back();
    for (const auto& member : followed.validators()) {
      set.validators.push_back({member.name(), member.spki()});
    }
    if (followed.checkpoint().empty()) continue;
    ledger::SetIntroduction introduction{
        .checkpoint = followed.checkpoint(),
        .seal = {.index = followed.seal_index(), .text = followed.seal(), .path = {}}};
    for (const std::string& node : followed.seal_path()) {
      const auto digest = digest_from(node);
      if (!digest) return fail(Code::kDataLoss, "the node's path to a seal holds no digests");
      introduction.seal.path.push_back(*digest);
    }
    set.introduced_by = std::move(introduction);
  }
  return sets;
}

Result<quality::v1::FollowValidatorsResponse> way_from(const ClientProfile& profile,
                                                       const ledger::ValidatorSet& trusted) {
  quality::v1::FollowValidatorsRequest request;
  request.set_set_hash(qc::to_bytes(trusted.hash()));
  quality::v1::FollowValidatorsResponse response;
  QC_TRY_VOID(ask_nodes(profile, "the way to the validators",
                        [&](const auto& channel, auto& context, auto& /*watch*/) {
                          const auto stub = quality::v1::NetworkService::NewStub(channel);
                          return stub->FollowValidators(&context, request, &response);
                        }));
  return response;
}

/// FILE.number
std::filesystem::path earlier_file(const ClientProfile& profile, int number) {
  return fmt::format("{}.{}", profile.policy.string(), number);
}

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

}  // namespace

bool EpochPolicy::certifies(std::string_view note) const {
  const auto parsed = ledger::SignedNote::parse(note);
  if (!parsed) return false;
  const auto certified = ledger::verify_checkpoint(*parsed, policy.validators);
  return certified && certified->checkpoint.origin == policy.origin &&
         (!last_size || certified->checkpoint.size <= *last_size);
}

Result<std::vector<EpochPolicy>> follow_policy(const ClientProfile& profile,
                                               const ledger::NetworkPolicy& trusted) {
  QC_TRY(const auto response, way_from(profile, trusted.validators));
  QC_TRY(const std::vector<ledger::FiledValidatorSet> sets, filed_sets(response));
  const auto history = ledger::ValidatorHistory::verify(trusted, sets);
  if (!history) {
    return fail(Code::kDataLoss, "the node's way to the present validators does not hold: " +
                                     history.error().message);
  }
  QC_TRY(const ledger::NetworkPolicy present, ledger::NetworkPolicy::parse(response.policy()));
  std::vector<ledger::NoteKey> logs = trusted.logs;
  // A log's line vouches for nothing that a quorum has not signed.
  for (const ledger::NoteKey& log : present.logs) {
    const bool ours = present.origin == trusted.origin;
    if (ours && std::ranges::find(logs, log) == logs.end()) logs.push_back(log);
  }
  std::vector<EpochPolicy> epochs;
  for (const auto& epoch : history->epochs()) {
    if (!epochs.empty()) epochs.back().last_size = epoch.after_size;
    epochs.push_back({.policy = {.origin = trusted.origin, .logs = logs, .validators = epoch.set},
                      .last_size = std::nullopt});
  }
  return epochs;
}

Result<FollowedPolicy> follow_policy_file(const ClientProfile& profile) {
  QC_TRY(const std::string old, read_file(profile.policy));
  QC_TRY(const ledger::NetworkPolicy trusted, ledger::NetworkPolicy::parse(old));
  FollowedPolicy followed;
  QC_TRY(followed.epochs, follow_policy(profile, trusted));
  const std::string present = followed.epochs.back().policy.format();
  if (present == old) return followed;
  // The first is kept as it was, also where only the log lines have changed.
  int number = 1;
  for (std::size_t i = 0; i + 1 < followed.epochs.size() || i == 0; ++i) {
    while (is_there(earlier_file(profile, number))) ++number;
    followed.earlier.push_back(earlier_file(profile, number));
    QC_TRY_VOID(
        write_file(followed.earlier.back(), i == 0 ? old : followed.epochs[i].policy.format()));
  }
  QC_TRY_VOID(write_file(profile.policy, present));
  return followed;
}

std::string names_of(const std::vector<std::filesystem::path>& files) {
  std::string names;
  for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.string();
  return names;
}

std::vector<ledger::NetworkPolicy> kept_policies(const ClientProfile& profile) {
  std::vector<std::filesystem::path> files;
  for (int number = 1; is_there(earlier_file(profile, number)); ++number)
    files.push_back(earlier_file(profile, number));
  files.push_back(profile.policy);
  std::vector<ledger::NetworkPolicy> policies;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const auto text = read_file(*file);
    if (!text) continue;
    if (auto policy = ledger::NetworkPolicy::parse(*text)) policies.push_back(*std::move(policy));
  }
  return policies;
}

}  // namespace qc::cli
