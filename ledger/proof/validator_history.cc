// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/validator_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/note.h"
#include "ledger/log/record_log.h"
#include "ledger/proof/verify_code.h"

namespace qc::ledger {

namespace {

Result<ValidatorSet> set_of(const FiledValidatorSet& filed) {
  std::vector<Validator> validators;
  for (const NamedKey& named : filed.validators) {
    Result<PublicKey> key = PublicKey::from_spki(named.spki);
    if (!key) return fail_at(named.name, key.error());
    validators.push_back({named.name, *std::move(key)});
  }
  return ValidatorSet::make(std::move(validators));
}

/// A false signature by somebody we know is a forgery or a broken signer, also where nobody needs
/// it; lines of strangers say nothing.
Result<void> refuse_false_cosignatures(const SignedNote& note, const ValidatorSet& set) {
  for (const Validator& validator : set.validators()) {
    QC_TRY(const NoteKey key,
           NoteKey::make(validator.name, NoteKeyType::kCosignature, validator.key));
    const auto line = std::ranges::find_if(
        note.signatures, [&key](const NoteSignature& candidate) { return key.made(candidate); });
    if (line == note.signatures.end()) continue;
    QC_TRY_VOID(verify_cosignature(key, *line, note.text));
  }
  return {};
}

Result<void> refuse_false_log_lines(const SignedNote& note, const std::vector<NoteKey>& logs) {
  for (const NoteKey& log : logs) {
    const auto line = std::ranges::find_if(
        note.signatures, [&log](const NoteSignature& candidate) { return log.made(candidate); });
    if (line == note.signatures.end()) continue;
    if (!verify_log_signature(log, *line, note.text)) {
      return fail(Code::kUnauthenticated,
                  fmt::format("the log signature of {} is false", log.vkey()));
    }
  }
  return {};
}

}  // namespace

Result<Seal> verify_last_seal(HashAlgorithm algorithm, const Checkpoint& checkpoint,
                              const SealProof& seal) {
  QC_TRY(Seal parsed, Seal::parse(seal.text));
  if (seal.index != checkpoint.size - 1) {
    return fail(Code::kInvalidArgument,
                fmt::format("the seal stands at index {}, but the last entry of a log of {} "
                            "entries is {}: an older state must not pass for the newest",
                            seal.index, checkpoint.size, checkpoint.size - 1));
  }
  if (!verify_inclusion(algorithm, seal_leaf_hash(algorithm, seal.text), seal.index,
                        checkpoint.size, seal.path, checkpoint.root)) {
    return fail(
        Code::kInvalidArgument,
        fmt::format("the seal is not entry {} of the log under the checkpoint", seal.index));
  }
  return parsed;
}

Result<ValidatorHistory> ValidatorHistory::verify(const NetworkPolicy& policy,
                                                  std::span<const FiledValidatorSet> sets,
                                                  HashAlgorithm algorithm) {
  if (sets.empty()) return fail(Code::kInvalidArgument, "there is no validator set");
  ValidatorHistory history;
  history.origin_ = policy.origin;
  history.logs_ = policy.logs;
  for (std::size_t place = 0; place < sets.size(); ++place) {
    const std::string where = fmt::format("validator_sets[{}]", place);
    const std::optional<SetIntroduction>& introduction = sets[place].introduced_by;
    Result<ValidatorSet> set = set_of(sets[place]);
    if (!set) return fail_at(where, set.error());
    if (introduction.has_value() != (place > 0)) {
      return fail(Code::kInvalidArgument,
                  where + (place == 0 ? ": the first set is the policy's, nobody introduces it"
                                      : ": nothing says who introduced it"));
    }
    if (place == 0) {
      if (*set != policy.validators) {
        return other_policy(where + ": not the validators of the policy");
      }
      history.epochs_.push_back({*std::move(set), 0});
      continue;
    }
    Result<std::uint64_t> size = history.verify_introduction(*introduction, *set, algorithm);
    if (!size) return fail_at(where, size.error());
    history.epochs_.push_back({*std::move(set), *size});
  }
  return history;
}

Result<std::uint64_t> ValidatorHistory::verify_introduction(const SetIntroduction& introduction,
                                                            const ValidatorSet& set,
                                                            HashAlgorithm algorithm) const {
  QC_TRY(const Seal claimed, Seal::parse(introduction.seal.text));
  QC_TRY(const CertifiedCheckpoint certified,
         verify_note(introduction.checkpoint, epochs_.size() - 1, claimed.time_ms / 1000));
  const Checkpoint& checkpoint = certified.checkpoint;
  QC_TRY(const Seal seal, verify_last_seal(algorithm, checkpoint, introduction.seal));
  if (checkpoint.size <= epochs_.back().after_size) {
    return fail(Code::kInvalidArgument, "it begins no later than the set before it");
  }
  if (seal.validators != last().hash(algorithm)) {
    return fail(Code::kInvalidArgument, "its seal was not agreed on by the set before it");
  }
  if (seal.next != set.hash(algorithm)) {
    return fail(Code::kInvalidArgument, "it is not the set that the seal names as next");
  }
  if (seal.next == seal.validators) {
    return fail(Code::kInvalidArgument, "its seal changes nothing");
  }
  return checkpoint.size;
}

Result<CertifiedCheckpoint> ValidatorHistory::verify_note(std::string_view note, std::size_t epoch,
                                                          std::uint64_t timestamp_s_min) const {
  QC_ASSERT(epoch < epochs_.size());
  QC_TRY(const SignedNote parsed, SignedNote::parse(note));
  for (const Epoch& known : epochs_) QC_TRY_VOID(refuse_false_cosignatures(parsed, known.set));
  QC_TRY_VOID(refuse_false_log_lines(parsed, logs_));
  QC_TRY(CertifiedCheckpoint certified,
         verify_checkpoint(parsed, epochs_[epoch].set, timestamp_s_min));
  if (certified.checkpoint.origin != origin_) {
    return fail(Code::kInvalidArgument,
                fmt::format("it is a checkpoint of {}, the policy is for {}",
                            certified.checkpoint.origin, origin_));
  }
  return certified;
}

Result<CertifiedCheckpoint> ValidatorHistory::verify_note_by_any(std::string_view note,
                                                                 std::size_t& epoch) const {
  Result<CertifiedCheckpoint> certified = fail(Code::kInternal, "no set");
  for (std::size_t place = epochs_.size(); place-- > 0;) {
    certified = verify_note(note, place);
    if (certified) {
      epoch = place;
      return certified;
    }
  }
  return certified;
}

}  // namespace qc::ledger
