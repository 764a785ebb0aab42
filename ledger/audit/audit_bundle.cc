// SPDX-License-Identifier: Apache-2.0
#include "ledger/audit/audit_bundle.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ledger/log/merkle_log.h"
#include "ledger/proof/proof_json.h"

namespace qc::ledger {

namespace {

constexpr std::size_t kMaxStateDepth = 256;

// ---- the shape of a bundle ----

constexpr std::array kLeafTerminalFields{JsonField{"kind", &kStringShape},
                                         JsonField{"key", &kStringShape},
                                         JsonField{"value_hash", &kStringShape}};
constexpr JsonShape kLeafTerminalShape{.type = JsonType::kObject, .fields = kLeafTerminalFields};
constexpr std::array kEmptyTerminalFields{JsonField{"kind", &kStringShape}};
constexpr JsonShape kEmptyTerminalShape{.type = JsonType::kObject, .fields = kEmptyTerminalFields};

const JsonShape* choose_terminal(const JsonValue& value) {
  if (value.type() != JsonType::kObject) return nullptr;
  const JsonValue* kind = value.find("kind");
  if (kind == nullptr || kind->type() != JsonType::kString) return nullptr;
  if (kind->string() == "leaf") return &kLeafTerminalShape;
  if (kind->string() == "empty") return &kEmptyTerminalShape;
  return nullptr;
}
constexpr JsonShape kTerminalShape{.choose = choose_terminal};

constexpr std::array kStateProofFields{
    JsonField{"bitmap", &kStringShape}, JsonField{"depth", &kIntegerShape},
    JsonField{"siblings", &kStringListShape}, JsonField{"terminal", &kTerminalShape}};
constexpr JsonShape kStateProofShape{.type = JsonType::kObject, .fields = kStateProofFields};

constexpr std::array kKeyFields{JsonField{"value", &kStringShape},
                                JsonField{"proof", &kStateProofShape}};
constexpr JsonShape kKeyShape{.type = JsonType::kObject, .fields = kKeyFields};
constexpr JsonShape kKeysShape{.type = JsonType::kArray, .element = &kKeyShape};

constexpr std::array kSubmissionFields{JsonField{"header", &kStringShape},
                                       JsonField{"signature", &kStringShape},
                                       JsonField{"key", &kIntegerShape}};
constexpr JsonShape kSubmissionShape{.type = JsonType::kObject, .fields = kSubmissionFields};
constexpr JsonShape kSubmissionsShape{.type = JsonType::kArray, .element = &kSubmissionShape};

constexpr std::array kCountedFields{JsonField{"index", &kIntegerShape},
                                    JsonField{"leaf_hash", &kStringShape}};
constexpr JsonShape kCountedShape{.type = JsonType::kObject, .fields = kCountedFields};
constexpr std::array kShownFields{
    JsonField{"index", &kIntegerShape},      JsonField{"time_ms", &kIntegerShape},
    JsonField{"submission", &kIntegerShape}, JsonField{"position", &kIntegerShape},
    JsonField{"path", &kStringListShape},    JsonField{"record", &kStringShape}};
constexpr JsonShape kShownShape{.type = JsonType::kObject, .fields = kShownFields};

const JsonShape* choose_entry(const JsonValue& value) {
  const bool counted = value.type() == JsonType::kObject && value.find("leaf_hash") != nullptr;
  return counted ? &kCountedShape : &kShownShape;
}
constexpr JsonShape kEntryShape{.choose = choose_entry};
constexpr JsonShape kEntriesShape{.type = JsonType::kArray, .element = &kEntryShape};

constexpr std::array kBeforeFields{JsonField{"count", &kIntegerShape},
                                   JsonField{"link", &kStringShape}};
constexpr JsonShape kBeforeShape{.type = JsonType::kObject, .fields = kBeforeFields};

constexpr JsonShape kValueShape{.type = JsonType::kString, .or_null = true};
constexpr std::array kSubjectFields{JsonField{"id", &kStringShape},
                                    JsonField{"value", &kValueShape},
                                    JsonField{"proof", &kStateProofShape},
                                    JsonField{"before", &kBeforeShape, JsonPresence::kOptional},
                                    JsonField{"entries", &kEntriesShape, JsonPresence::kOptional}};
constexpr JsonShape kSubjectShape{.type = JsonType::kObject, .fields = kSubjectFields};
constexpr JsonShape kSubjectsShape{.type = JsonType::kArray, .element = &kSubjectShape};

constexpr std::array kBundleFields{JsonField{"format", &kStringShape},
                                   JsonField{"chain", &kStringShape},
                                   JsonField{"checkpoint", &kStringShape},
                                   JsonField{"seal", &kSealShape},
                                   JsonField{"genesis", &kStringShape, JsonPresence::kOptional},
                                   JsonField{"validator_sets", &kValidatorSetsShape},
                                   JsonField{"keys", &kKeysShape},
                                   JsonField{"submissions", &kSubmissionsShape},
                                   JsonField{"subjects", &kSubjectsShape},
                                   JsonField{"attachments", &kStringListShape}};
constexpr JsonShape kBundleShape{.type = JsonType::kObject, .fields = kBundleFields};

// ---- reading ----

Result<StateProof> read_state_proof(const JsonValue& value) {
  StateProof proof;
  QC_TRY(proof.bitmap, read_base64(value.at("bitmap"), "proof.bitmap"));
  QC_TRY(const std::uint64_t depth, read_count(value.at("depth"), "proof.depth"));
  if (depth > kMaxStateDepth) {
    return fail(Code::kInvalidArgument,
                fmt::format("proof.depth: {}, at most {} can be", depth, kMaxStateDepth));
  }
  proof.depth = static_cast<std::uint32_t>(depth);
  QC_TRY(proof.siblings, read_digests(value.at("siblings"), "proof.siblings", kMaxStateDepth));
  const JsonValue& terminal = value.at("terminal");
  if (terminal.at("kind").string() == "empty") return proof;
  StateLeaf leaf;
  QC_TRY(leaf.key, read_digest(terminal.at("key"), "proof.terminal.key"));
  QC_TRY(leaf.value_hash, read_digest(terminal.at("value_hash"), "proof.terminal.value_hash"));
  proof.terminal = leaf;
  return proof;
}

Result<BundleKey> read_key(const JsonValue& value) {
  BundleKey key;
  QC_TRY(key.value, read_base64(value.at("value"), "value"));
  QC_TRY(key.proof, read_state_proof(value.at("proof")));
  return key;
}

Result<BundleSubmission> read_submission(const JsonValue& value) {
  BundleSubmission submission;
  QC_TRY(submission.header, read_base64(value.at("header"), "header"));
  QC_TRY(submission.signature, read_base64(value.at("signature"), "signature"));
  QC_TRY(submission.key, read_count(value.at("key"), "key"));
  return submission;
}

Result<ShownRecord> read_shown(const JsonValue& value) {
  ShownRecord shown;
  QC_TRY(shown.time_ms, read_count(value.at("time_ms"), "time_ms"));
  if (value.at("submission").integer() != -1) {
    QC_TRY(shown.submission, read_count(value.at("submission"), "submission"));
  }
  QC_TRY(shown.position, read_count(value.at("position"), "position"));
  QC_TRY(shown.path, read_digests(value.at("path"), "path", kMaxPathLength));
  QC_TRY(shown.record, read_base64(value.at("record"), "record"));
  return shown;
}

Result<BundleEntry> read_entry(const JsonValue& value) {
  BundleEntry entry;
  QC_TRY(entry.index, read_count(value.at("index"), "index"));
  if (const JsonValue* hash = value.find("leaf_hash"); hash != nullptr) {
    QC_TRY(entry.content, read_digest(*hash, "leaf_hash"));
  } else {
    QC_TRY(entry.content, read_shown(value));
  }
  return entry;
}

/// Reads each element of a list by `read`; the error says which it was.
template <class T>
Result<std::vector<T>> read_list(const JsonValue& list, std::string_view what,
                                 Result<T> (*read)(const JsonValue&)) {
  std::vector<T> elements;
  elements.reserve(list.array().size());
  for (const JsonValue& value : list.array()) {
    Result<T> element = read(value);
    if (!element) return fail_at(fmt::format("{}[{}]", what, elements.size()), element.error());
    elements.push_back(*std::move(element));
  }
  return elements;
}

Result<BundleSubject> read_subject_answer(const JsonValue& value) {
  BundleSubject subject;
  subject.id = value.at("id").string();
  if (!value.at("value").is_null()) {
    QC_TRY(subject.value, read_base64(value.at("value"), "value"));
  }
  QC_TRY(subject.proof, read_state_proof(value.at("proof")));
  if (const JsonValue* before = value.find("before"); before != nullptr) {
    LeftOut left_out;
    QC_TRY(left_out.count, read_count(before->at("count"), "before.count"));
    QC_TRY(left_out.link, read_digest(before->at("link"), "before.link"));
    subject.before = left_out;
  }
  if (const JsonValue* entries = value.find("entries"); entries != nullptr) {
    QC_TRY(subject.entries, read_list<BundleEntry>(*entries, "entries", read_entry));
  }
  return subject;
}

Result<std::string> read_attachment(const JsonValue& value) { return read_base64(value, "body"); }

Result<AuditBundle> read_bundle(const JsonValue& file) {
  QC_TRY_VOID(read_format(file, kAuditBundleFormat));
  AuditBundle bundle;
  bundle.chain = file.at("chain").string();
  bundle.checkpoint = file.at("checkpoint").string();
  QC_TRY(bundle.seal, read_seal(file.at("seal")));
  if (const JsonValue* genesis = file.find("genesis"); genesis != nullptr) {
    QC_TRY(bundle.genesis, read_base64(*genesis, "genesis"));
  }
  QC_TRY(bundle.validator_sets, read_validator_sets(file.at("validator_sets")));
  QC_TRY(bundle.keys, read_list<BundleKey>(file.at("keys"), "keys", read_key));
  QC_TRY(bundle.submissions,
         read_list<BundleSubmission>(file.at("submissions"), "submissions", read_submission));
  QC_TRY(bundle.subjects,
         read_list<BundleSubject>(file.at("subjects"), "subjects", read_subject_answer));
  QC_TRY(bundle.attachments,
         read_list<std::string>(file.at("attachments"), "attachments", read_attachment));
  return bundle;
}

// ---- writing ----

JsonValue json_state_proof(const StateProof& proof) {
  JsonObject terminal;
  terminal.emplace_back("kind", json_text(proof.terminal ? "leaf" : "empty"));
  if (proof.terminal) {
    terminal.emplace_back("key", json_base64(proof.terminal->key));
    terminal.emplace_back("value_hash", json_base64(proof.terminal->value_hash));
  }
  JsonObject object;
  object.emplace_back("bitmap", json_base64(proof.bitmap));
  object.emplace_back("depth", json_count(proof.depth));
  object.emplace_back("siblings", json_digests(proof.siblings));
  object.emplace_back("terminal", JsonValue(std::move(terminal)));
  return JsonValue(std::move(object));
}

JsonValue json_key(const BundleKey& key) {
  JsonObject object;
  object.emplace_back("value", json_base64(key.value));
  object.emplace_back("proof", json_state_proof(key.proof));
  return JsonValue(std::move(object));
}

JsonValue json_submission(const BundleSubmission& submission) {
  JsonObject object;
  object.emplace_back("header", json_base64(submission.header));
  object.emplace_back("signature", json_base64(submission.signature));
  object.emplace_back("key", json_count(submission.key));
  return JsonValue(std::move(object));
}

JsonValue json_entry(const BundleEntry& entry) {
  JsonObject object;
  object.emplace_back("index", json_count(entry.index));
  if (const auto* leaf_hash = std::get_if<Digest>(&entry.content); leaf_hash != nullptr) {
    object.emplace_back("leaf_hash", json_base64(*leaf_hash));
    return JsonValue(std::move(object));
  }
  const auto& shown = std::get<ShownRecord>(entry.content);
  object.emplace_back("time_ms", json_count(shown.time_ms));
  object.emplace_back(
      "submission", shown.submission ? json_count(*shown.submission) : JsonValue(std::int64_t{-1}));
  object.emplace_back("position", json_count(shown.position));
  object.emplace_back("path", json_digests(shown.path));
  object.emplace_back("record", json_base64(shown.record));
  return JsonValue(std::move(object));
}

template <class T>
JsonValue json_list(const std::vector<T>& elements, JsonValue (*write)(const T&)) {
  JsonArray list;
  list.reserve(elements.size());
  for (const T& element : elements) list.push_back(write(element));
  return JsonValue(std::move(list));
}

JsonValue json_subject(const BundleSubject& subject) {
  JsonObject object;
  object.emplace_back("id", json_text(subject.id));
  object.emplace_back("value", subject.value ? json_base64(*subject.value) : JsonValue());
  object.emplace_back("proof", json_state_proof(subject.proof));
  if (subject.before) {
    JsonObject before;
    before.emplace_back("count", json_count(subject.before->count));
    before.emplace_back("link", json_base64(subject.before->link));
    object.emplace_back("before", JsonValue(std::move(before)));
  }
  if (subject.entries) object.emplace_back("entries", json_list(*subject.entries, json_entry));
  return JsonValue(std::move(object));
}

JsonValue json_attachment(const std::string& body) { return json_base64(body); }

// ---- protobuf, as far as `see` needs it ----

/// A varint off the front of `bytes`; nothing if there is none of at most 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

/// The content of a field of this wire type off the front of `bytes`.
std::optional<std::string_view> take_field(std::string_view& bytes, std::uint64_t wire_type) {
  static constexpr std::uint64_t kVarint = 0;
  static constexpr std::uint64_t kLengthDelimited = 2;
  if (wire_type == kVarint) {
    const std::string_view start = bytes;
    if (!take_varint(bytes)) return std::nullopt;
    return start.substr(0, start.size() - bytes.size());
  }
  if (wire_type != kLengthDelimited) return std::nullopt;
  const std::optional<std::uint64_t> size = take_varint(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const std::string_view content = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return content;
}

}  // namespace

std::string AuditBundle::to_json() const {
  JsonObject file;
  file.emplace_back("format", json_text(kAuditBundleFormat));
  file.emplace_back("chain", json_text(chain));
  file.emplace_back("checkpoint", json_text(checkpoint));
  file.emplace_back("seal", json_seal(seal));
  if (genesis) file.emplace_back("genesis", json_base64(*genesis));
  file.emplace_back("validator_sets", json_validator_sets(validator_sets));
  file.emplace_back("keys", json_list(keys, json_key));
  file.emplace_back("submissions", json_list(submissions, json_submission));
  file.emplace_back("subjects", json_list(subjects, json_subject));
  file.emplace_back("attachments", json_list(attachments, json_attachment));
  return write_json(JsonValue(std::move(file)));
}

tl::expected<AuditBundle, FileRefusal> AuditBundle::parse(std::string_view bytes) {
  const auto refuse = [](VerifyCode code, std::string reason) {
    return tl::unexpected(FileRefusal{code, std::move(reason)});
  };
  Result<JsonValue> file = read_proof_json(bytes, kBundleShape);
  if (!file) return refuse(VerifyCode::kUnreadable, std::move(file.error().message));
  if (file->at("subjects").array().empty()) {
    return refuse(VerifyCode::kUnreadable, "subjects: none, so the file answers nothing");
  }
  Result<AuditBundle> bundle = read_bundle(*file);
  if (!bundle) return refuse(VerifyCode::kRefuted, std::move(bundle.error().message));
  return *std::move(bundle);
}

Result<std::vector<std::string>> see_of_status(std::string_view status) {
  std::vector<std::string> see;
  std::uint64_t last_field = 0;
  while (!status.empty()) {
    const std::optional<std::uint64_t> tag = take_varint(status);
    const std::uint64_t field = tag.value_or(0) >> 3U;
    // Only in ascending order is a list that ends really at its end.
    if (!tag || field == 0 || field < last_field) {
      return fail(Code::kInvalidArgument, "the status is no canonical message");
    }
    last_field = field;
    const std::uint64_t wire_type = *tag & 7U;
    const std::optional<std::string_view> content = take_field(status, wire_type);
    if (!content || (field == 1 && wire_type != 2)) {
      return fail(Code::kInvalidArgument, "the status is no canonical message");
    }
    if (field == 1) see.emplace_back(*content);
  }
  return see;
}

}  // namespace qc::ledger
