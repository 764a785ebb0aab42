// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/voting_statement.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/note.h"
#include "ledger/proof/proof_json.h"
#include "ledger/proof/receipt.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

namespace {

constexpr std::array kEvidenceKinds{EvidenceKind::kSplitView, EvidenceKind::kDoubleCosignature,
                                    EvidenceKind::kDoubleNumber, EvidenceKind::kDoubleVote};

constexpr std::array kSplitViewFields{
    JsonField{"format", &kStringShape},
    JsonField{"chain", &kStringShape},
    JsonField{"validator_sets", &kValidatorSetsShape},
    JsonField{"kind", &kStringShape},
    JsonField{"notes", &kStringListShape},
    JsonField{"proof", &kStringListShape, JsonPresence::kOptional}};
constexpr JsonShape kSplitViewShape{.type = JsonType::kObject, .fields = kSplitViewFields};

constexpr std::array kDoubleCosignatureFields{
    JsonField{"format", &kStringShape}, JsonField{"chain", &kStringShape},
    JsonField{"validator_sets", &kValidatorSetsShape}, JsonField{"kind", &kStringShape},
    JsonField{"notes", &kStringListShape}};
constexpr JsonShape kDoubleCosignatureShape{.type = JsonType::kObject,
                                            .fields = kDoubleCosignatureFields};

constexpr std::array kDoubleNumberFields{JsonField{"format", &kStringShape},
                                         JsonField{"chain", &kStringShape},
                                         JsonField{"validator_sets", &kValidatorSetsShape},
                                         JsonField{"kind", &kStringShape},
                                         JsonField{"receipts", &kStringListShape},
                                         JsonField{"records", &kStringListShape}};
constexpr JsonShape kDoubleNumberShape{.type = JsonType::kObject, .fields = kDoubleNumberFields};

constexpr std::array kDoubleVoteFields{JsonField{"format", &kStringShape},
                                       JsonField{"chain", &kStringShape},
                                       JsonField{"validator_sets", &kValidatorSetsShape},
                                       JsonField{"kind", &kStringShape},
                                       JsonField{"validator", &kStringShape},
                                       JsonField{"statements", &kStringListShape},
                                       JsonField{"signatures", &kStringListShape}};
constexpr JsonShape kDoubleVoteShape{.type = JsonType::kObject, .fields = kDoubleVoteFields};

std::optional<EvidenceKind> kind_of(const JsonValue& file) {
  const JsonValue* kind = file.type() == JsonType::kObject ? file.find("kind") : nullptr;
  if (kind == nullptr || kind->type() != JsonType::kString) return std::nullopt;
  const auto* found = std::ranges::find_if(
      kEvidenceKinds, [kind](EvidenceKind known) { return name_of(known) == kind->string(); });
  if (found == kEvidenceKinds.end()) return std::nullopt;
  return *found;
}

const JsonShape* choose_shape(const JsonValue& file) {
  const std::optional<EvidenceKind> kind = kind_of(file);
  if (!kind) return nullptr;
  switch (*kind) {
    case EvidenceKind::kSplitView:
      return &kSplitViewShape;
    case EvidenceKind::kDoubleCosignature:
      return &kDoubleCosignatureShape;
    case EvidenceKind::kDoubleNumber:
      return &kDoubleNumberShape;
    case EvidenceKind::kDoubleVote:
      return &kDoubleVoteShape;
  }
  return nullptr;
}
constexpr JsonShape kEvidenceShape{.choose = choose_shape};

tl::unexpected<Error> refuted(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<std::vector<std::string>> read_pair(const JsonValue& list, std::string_view what) {
  if (list.array().size() != 2) return refuted(fmt::format("{}: there must be two", what));
  return std::vector<std::string>{list.array()[0].string(), list.array()[1].string()};
}

/// Two byte strings.
Result<std::vector<std::string>> read_byte_pair(const JsonValue& list, std::string_view what) {
  if (list.array().size() != 2) return refuted(fmt::format("{}: there must be two", what));
  std::vector<std::string> pair;
  for (const JsonValue& text : list.array()) {
    QC_TRY(std::string bytes, read_base64(text, what));
    pair.push_back(std::move(bytes));
  }
  return pair;
}

Result<EvidenceFile> read_evidence(const JsonValue& value) {
  QC_TRY_VOID(read_format(value, kEvidenceFormat));
  EvidenceFile file;
  file.kind = *kind_of(value);
  file.chain = value.at("chain").string();
  QC_TRY(file.validator_sets, read_validator_sets(value.at("validator_sets")));
  if (file.kind == EvidenceKind::kDoubleNumber) {
    QC_TRY(file.receipts, read_pair(value.at("receipts"), "receipts"));
    QC_TRY(file.records, read_byte_pair(value.at("records"), "records"));
    return file;
  }
  if (file.kind == EvidenceKind::kDoubleVote) {
    file.validator = value.at("validator").string();
    QC_TRY(file.statements, read_byte_pair(value.at("statements"), "statements"));
    QC_TRY(file.signatures, read_byte_pair(value.at("signatures"), "signatures"));
    return file;
  }
  QC_TRY(file.notes, read_pair(value.at("notes"), "notes"));
  if (const JsonValue* proof = value.find("proof"); proof != nullptr) {
    QC_TRY(file.proof, read_digests(*proof, "proof", 2 * kMaxPathLength));
  }
  return file;
}

/// Judges an accusation against the validator sets that it brings.
class Court {
 public:
  Court(const EvidenceFile& file, const ValidatorHistory& history, HashAlgorithm algorithm)
      : file_(file), history_(history), algorithm_(algorithm), used_(history.epochs().size()) {
    report_.kind = file.kind;
  }

  Result<EvidenceReport> judge() {
    QC_TRY_VOID(judge_kind());
    // Those in between lead to the last one.
    if (!used_.back()) return refuted("validator_sets: nothing uses the last one");
    return std::move(report_);
  }

 private:
  Result<void> judge_kind() {
    switch (file_.kind) {
      case EvidenceKind::kSplitView:
        return judge_split_view();
      case EvidenceKind::kDoubleCosignature:
        return judge_double_cosignature();
      case EvidenceKind::kDoubleNumber:
        return judge_double_number();
      case EvidenceKind::kDoubleVote:
        return judge_double_vote();
    }
    return refuted("kind: unknown");
  }

  struct Stamped {
    CertifiedCheckpoint certified;
    std::size_t epoch = 0;
  };

  Result<Stamped> certified_note(std::size_t place) {
    Stamped stamped;
    Result<CertifiedCheckpoint> certified =
        history_.verify_note_by_any(file_.notes[place], stamped.epoch);
    if (!certified) return fail_at(fmt::format("notes[{}]", place), certified.error());
    stamped.certified = *std::move(certified);
    used_[stamped.epoch] = true;
    return stamped;
  }

  /// Keys that have signed both.
  void name_culprits(const Stamped& one, const Stamped& other) {
    const ValidatorSet& set = history_.epochs()[one.epoch].set;
    const ValidatorSet& other_set = history_.epochs()[other.epoch].set;
    for (const Cosignature& stamp : one.certified.cosignatures) {
      const Validator& validator = set.validators()[stamp.validator];
      const bool both =
          std::ranges::any_of(other.certified.cosignatures, [&](const Cosignature& candidate) {
            return other_set.validators()[candidate.validator].key == validator.key;
          });
      if (both) report_.culprits.push_back(validator.name);
    }
  }

  Result<void> judge_split_view() {
    QC_TRY(Stamped older, certified_note(0));
    QC_TRY(Stamped newer, certified_note(1));
    if (older.certified.checkpoint.size > newer.certified.checkpoint.size) std::swap(older, newer);
    const Checkpoint& before = older.certified.checkpoint;
    const Checkpoint& after = newer.certified.checkpoint;
    report_.steps.emplace_back("both checkpoints are signed by a quorum");
    if (before.size == after.size) {
      if (file_.proof) return refuted("proof: two checkpoints of one size need none");
      if (before.root == after.root) return refuted("notes: they say the same");
    } else {
      if (!file_.proof) return refuted("proof: two checkpoints of different sizes need one");
      const auto roots = roots_from_consistency(algorithm_, before.size, after.size, *file_.proof);
      if (!roots || roots->new_root != after.root) {
        return refuted("proof: it does not lead to the newer root");
      }
      if (roots->old_root == before.root) {
        return refuted("proof: the older checkpoint is a prefix of the newer one, all is well");
      }
    }
    name_culprits(older, newer);
    report_.finding = fmt::format(
        "two certified checkpoints, of {} and of {} entries, cannot belong to one log: the log was "
        "split or rewritten",
        before.size, after.size);
    report_.steps.emplace_back("no one log has both");
    return {};
  }

  Result<void> judge_double_cosignature() {
    QC_TRY(const SignedNote one, SignedNote::parse(file_.notes[0]));
    QC_TRY(const SignedNote other, SignedNote::parse(file_.notes[1]));
    QC_TRY(const Checkpoint first, Checkpoint::parse(one.text));
    QC_TRY(const Checkpoint second, Checkpoint::parse(other.text));
    if (first.origin != history_.origin() || second.origin != history_.origin()) {
      return refuted("notes: not checkpoints of this chain");
    }
    if (first.size != second.size) return refuted("notes: two sizes, so two roots are no offence");
    if (first.root == second.root) return refuted("notes: they say the same");
    for (std::size_t epoch = 0; epoch < history_.epochs().size(); ++epoch) {
      QC_TRY_VOID(find_double_cosigners(epoch, one, other));
    }
    if (report_.culprits.empty()) return refuted("notes: no validator has signed both");
    report_.steps.emplace_back("the cosignatures on both notes are true");
    report_.finding =
        fmt::format("a validator cosigned two different logs of {} entries", first.size);
    return {};
  }

  Result<void> find_double_cosigners(std::size_t epoch, const SignedNote& one,
                                     const SignedNote& other) {
    for (const Validator& validator : history_.epochs()[epoch].set.validators()) {
      QC_TRY(const bool both, signed_both(validator, one, other));
      if (!both) continue;
      used_[epoch] = true;
      if (std::ranges::find(report_.culprits, validator.name) == report_.culprits.end()) {
        report_.culprits.push_back(validator.name);
      }
    }
    return {};
  }

  /// A false line is an error: nobody may be accused by it.
  static Result<bool> signed_both(const Validator& validator, const SignedNote& one,
                                  const SignedNote& other) {
    QC_TRY(const NoteKey key,
           NoteKey::make(validator.name, NoteKeyType::kCosignature, validator.key));
    bool both = true;
    for (const SignedNote* note : {&one, &other}) {
      const auto line = std::ranges::find_if(
          note->signatures, [&key](const NoteSignature& candidate) { return key.made(candidate); });
      if (line == note->signatures.end()) {
        both = false;
        continue;
      }
      QC_TRY_VOID(verify_cosignature(key, *line, note->text));
    }
    return both;
  }

  Result<void> judge_double_number() {
    std::vector<ReceiptReport> receipts;
    std::vector<quality::v1::Record> records;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string where = fmt::format("receipts[{}]", i);
      std::size_t epoch = 0;
      Result<ReceiptReport> receipt = verify_receipt_of_record(file_.receipts[i], file_.records[i],
                                                               history_, epoch, algorithm_);
      if (!receipt) return fail_at(where, receipt.error());
      used_[epoch] = true;
      receipts.push_back(*std::move(receipt));
      Result<quality::v1::Record> record = parse_canonical<quality::v1::Record>(file_.records[i]);
      if (!record || !record->has_inspection_certificate()) {
        return refuted(fmt::format("records[{}]: no inspection certificate", i));
      }
      records.push_back(*std::move(record));
    }
    const std::string& issuer = receipts[0].header.organisation;
    const std::string& number = records[0].inspection_certificate().number();
    if (receipts[1].header.organisation != issuer ||
        records[1].inspection_certificate().number() != number) {
      return refuted("records: two issuers or two numbers, so no offence");
    }
    if (receipts[0].log_index == receipts[1].log_index) {
      return refuted("receipts: one and the same record");
    }
    report_.steps.emplace_back("both certificates are signed by their issuer and in the log");
    report_.culprits.push_back(issuer);
    report_.finding =
        fmt::format("{} has two accepted certificates with the number {}, at log index {} and {}",
                    issuer, number, receipts[0].log_index, receipts[1].log_index);
    return {};
  }

  Result<void> judge_double_vote() {
    std::vector<VotingStatement> statements;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto statement = VotingStatement::parse(file_.statements[i]);
      if (!statement) {
        return refuted(fmt::format("statements[{}]: no statement of consensus", i));
      }
      if (statement->chain_id != history_.origin()) {
        return refuted(fmt::format("statements[{}]: of another chain", i));
      }
      statements.push_back(*statement);
    }
    if (!(statements[0] == statements[1])) {
      return refuted("statements: about two different places, so no offence");
    }
    if (file_.statements[0] == file_.statements[1]) {
      return refuted("statements: they say the same");
    }
    QC_TRY(const Validator* culprit, signer_of(statements[0].set_hash));
    for (std::size_t i = 0; i < 2; ++i) {
      if (!culprit->key.verify(file_.statements[i], file_.signatures[i])) {
        return refuted(fmt::format("signatures[{}]: not {}'s", i, culprit->name));
      }
    }
    name_double_voter(*culprit, statements[0]);
    return {};
  }

  void name_double_voter(const Validator& culprit, const VotingStatement& place) {
    report_.steps.emplace_back("both statements are signed by that validator's voting key");
    report_.steps.emplace_back(
        "they are about one place and differ: a correct validator signs at most one");
    report_.culprits.push_back(culprit.name);
    const std::string where = place.kind == VotingStatement::Kind::kNewView
                                  ? fmt::format("view {}", place.view)
                                  : fmt::format("view {}, height {}", place.view, place.height);
    report_.finding = fmt::format("{} signed two different {} in {}, epoch from height {}",
                                  culprit.name, plural_of(place.kind), where, place.epoch);
  }

  /// The accused in the set that the statements name.
  Result<const Validator*> signer_of(const Digest& set_hash) {
    const Validator* signer = nullptr;
    bool known = false;
    for (std::size_t epoch = 0; epoch < history_.epochs().size(); ++epoch) {
      const ValidatorSet& set = history_.epochs()[epoch].set;
      if (set.hash(algorithm_) != set_hash) continue;
      known = true;
      used_[epoch] = true;
      signer = set.find(file_.validator);
    }
    if (!known) return refuted("statements: of a validator set that the file does not bring");
    if (signer == nullptr) {
      return refuted(fmt::format("validator: {} is not in that set", file_.validator));
    }
    return signer;
  }

  const EvidenceFile& file_;
  const ValidatorHistory& history_;
  HashAlgorithm algorithm_;
  EvidenceReport report_;
  /// Epochs that something is signed by.
  std::vector<bool> used_;
};

Result<EvidenceReport> judge(const EvidenceFile& file, const NetworkPolicy& policy,
                             HashAlgorithm algorithm) {
  if (file.chain != policy.origin) {
    return other_policy(fmt::format("chain: the file is about {}, the policy is for {}", file.chain,
                                    policy.origin));
  }
  QC_TRY(const ValidatorHistory history,
         ValidatorHistory::verify(policy, file.validator_sets, algorithm));
  return Court(file, history, algorithm).judge();
}

}  // namespace

std::string_view name_of(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::kSplitView:
      return "split_view";
    case EvidenceKind::kDoubleCosignature:
      return "double_cosignature";
    case EvidenceKind::kDoubleNumber:
      return "double_number";
    case EvidenceKind::kDoubleVote:
      return "double_vote";
  }
  return "";
}

std::string EvidenceFile::to_json() const {
  const auto byte_strings = [](const std::vector<std::string>& list) {
    JsonArray array;
    for (const std::string& bytes : list) array.push_back(json_base64(bytes));
    return JsonValue(std::move(array));
  };
  const auto texts = [](const std::vector<std::string>& list) {
    JsonArray array;
    for (const std::string& text : list) array.push_back(json_text(text));
    return JsonValue(std::move(array));
  };
  JsonObject file;
  file.emplace_back("format", json_text(kEvidenceFormat));
  file.emplace_back("chain", json_text(chain));
  file.emplace_back("validator_sets", json_validator_sets(validator_sets));
  file.emplace_back("kind", json_text(name_of(kind)));
  if (kind == EvidenceKind::kDoubleNumber) {
    file.emplace_back("receipts", texts(receipts));
    file.emplace_back("records", byte_strings(records));
  } else if (kind == EvidenceKind::kDoubleVote) {
    file.emplace_back("validator", json_text(validator));
    file.emplace_back("statements", byte_strings(statements));
    file.emplace_back("signatures", byte_strings(signatures));
  } else {
    file.emplace_back("notes", texts(notes));
    if (proof) file.emplace_back("proof", json_digests(*proof));
  }
  return write_json(JsonValue(std::move(file)));
}

tl::expected<EvidenceFile, FileRefusal> EvidenceFile::parse(std::string_view bytes) {
  Result<JsonValue> value = read_proof_json(bytes, kEvidenceShape);
  if (!value) {
    return tl::unexpected(FileRefusal{VerifyCode::kUnreadable, std::move(value.error().message)});
  }
  Result<EvidenceFile> file = read_evidence(*value);
  if (!file) {
    return tl::unexpected(FileRefusal{VerifyCode::kRefuted, std::move(file.error().message)});
  }
  return *std::move(file);
}

tl::expected<EvidenceReport, FileRefusal> verify_evidence(std::string_view bytes,
                                                          const NetworkPolicy& policy,
                                                          HashAlgorithm algorithm) {
  const tl::expected<EvidenceFile, FileRefusal> file = EvidenceFile::parse(bytes);
  if (!file) return tl::unexpected(file.error());
  Result<EvidenceReport> report = judge(*file, policy, algorithm);
  if (!report) return tl::unexpected(refusal_of(std::move(report.error())));
  return *std::move(report);
}

}  // namespace qc::ledger
