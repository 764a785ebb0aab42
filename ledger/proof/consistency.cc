// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/consistency.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ledger/log/merkle_log.h"
#include "ledger/proof/proof_json.h"

namespace qc::ledger {

namespace {

constexpr std::array kFields{JsonField{"format", &kStringShape},
                             JsonField{"chain", &kStringShape},
                             JsonField{"validator_sets", &kValidatorSetsShape},
                             JsonField{"old", &kStringShape},
                             JsonField{"new", &kStringShape},
                             JsonField{"proof", &kStringListShape}};
constexpr JsonShape kConsistencyShape{.type = JsonType::kObject, .fields = kFields};

Result<ConsistencyFile> read_consistency(const JsonValue& value) {
  QC_TRY_VOID(read_format(value, kConsistencyFormat));
  ConsistencyFile file;
  file.chain = value.at("chain").string();
  QC_TRY(file.validator_sets, read_validator_sets(value.at("validator_sets")));
  file.old_note = value.at("old").string();
  file.new_note = value.at("new").string();
  QC_TRY(file.proof, read_digests(value.at("proof"), "proof", 2 * kMaxPathLength));
  return file;
}

Result<ConsistencyReport> judge(const ConsistencyFile& file, const NetworkPolicy& policy,
                                HashAlgorithm algorithm) {
  if (file.chain != policy.origin) {
    return other_policy(fmt::format("chain: the file is about {}, the policy is for {}", file.chain,
                                    policy.origin));
  }
  QC_TRY(const ValidatorHistory history,
         ValidatorHistory::verify(policy, file.validator_sets, algorithm));
  std::size_t epoch = 0;
  const Result<CertifiedCheckpoint> older = history.verify_note_by_any(file.old_note, epoch);
  if (!older) return fail_at("old", older.error());
  const Result<CertifiedCheckpoint> newer =
      history.verify_note(file.new_note, history.epochs().size() - 1);
  if (!newer) return fail_at("new", newer.error());
  if (newer->checkpoint.size <= history.epochs().back().after_size) {
    return fail(Code::kInvalidArgument,
                "new: it is no later than the change that introduced its validators");
  }
  if (!verify_consistency(algorithm, older->checkpoint.size, older->checkpoint.root,
                          newer->checkpoint.size, newer->checkpoint.root, file.proof)) {
    return fail(Code::kInvalidArgument,
                fmt::format("proof: it does not show that the log of {} entries goes on from that "
                            "of {} entries",
                            newer->checkpoint.size, older->checkpoint.size));
  }
  ConsistencyReport report{.old_checkpoint = older->checkpoint,
                           .new_checkpoint = newer->checkpoint,
                           .old_as_of_s = older->as_of_s,
                           .new_as_of_s = newer->as_of_s,
                           .steps = {}};
  report.steps.push_back(
      fmt::format("{} validator set(s), from the policy's on, follow from each "
                  "other",
                  history.epochs().size()));
  report.steps.push_back(
      fmt::format("both checkpoints, of {} and of {} entries, are signed by a "
                  "quorum",
                  older->checkpoint.size, newer->checkpoint.size));
  report.steps.push_back(fmt::format("the first {} entries of the newer log are the older log",
                                     older->checkpoint.size));
  return report;
}

}  // namespace

std::string ConsistencyFile::to_json() const {
  JsonObject file;
  file.emplace_back("format", json_text(kConsistencyFormat));
  file.emplace_back("chain", json_text(chain));
  file.emplace_back("validator_sets", json_validator_sets(validator_sets));
  file.emplace_back("old", json_text(old_note));
  file.emplace_back("new", json_text(new_note));
  file.emplace_back("proof", json_digests(proof));
  return write_json(JsonValue(std::move(file)));
}

tl::expected<ConsistencyFile, FileRefusal> ConsistencyFile::parse(std::string_view bytes) {
  Result<JsonValue> value = read_proof_json(bytes, kConsistencyShape);
  if (!value) {
    return tl::unexpected(FileRefusal{VerifyCode::kUnreadable, std::move(value.error().message)});
  }
  Result<ConsistencyFile> file = read_consistency(*value);
  if (!file) {
    return tl::unexpected(FileRefusal{VerifyCode::kRefuted, std::move(file.error().message)});
  }
  return *std::move(file);
}

tl::expected<ConsistencyReport, FileRefusal> verify_consistency_file(std::string_view bytes,
                                                                     const NetworkPolicy& policy,
                                                                     HashAlgorithm algorithm) {
  const tl::expected<ConsistencyFile, FileRefusal> file = ConsistencyFile::parse(bytes);
  if (!file) return tl::unexpected(file.error());
  Result<ConsistencyReport> report = judge(*file, policy, algorithm);
  if (!report) return tl::unexpected(refusal_of(std::move(report.error())));
  return *std::move(report);
}

}  // namespace qc::ledger
