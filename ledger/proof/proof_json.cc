// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/proof_json.h"

#include <fmt/format.h>

#include <optional>

#include "base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/log/merkle_log.h"
#include "ledger/proof/gzip.h"

namespace qc::ledger {

namespace {

Result<FiledValidatorSet> read_validator_set(const JsonValue& value) {
  FiledValidatorSet set;
  for (const JsonValue& validator : value.at("validators").array()) {
    QC_TRY(std::string spki, read_base64(validator.at("spki"), "spki"));
    set.validators.push_back({validator.at("name").string(), std::move(spki)});
  }
  const JsonValue& introduction = value.at("introduced_by");
  if (introduction.is_null()) return set;
  QC_TRY(SealProof seal, read_seal(introduction.at("seal")));
  set.introduced_by = {introduction.at("checkpoint").string(), std::move(seal)};
  return set;
}

}  // namespace

Result<JsonValue> read_proof_json(std::string_view bytes, const JsonShape& shape) {
  std::string content;
  if (is_gzip(bytes)) {
    QC_TRY(content, gunzip(bytes, kMaxJsonSize));
    bytes = content;
  }
  QC_TRY(JsonValue value, parse_json(bytes));
  QC_TRY_VOID(check_shape(value, shape));
  return value;
}

Result<std::string> read_base64(const JsonValue& text, std::string_view what) {
  std::optional<std::string> bytes = from_base64(text.string());
  if (!bytes) return fail(Code::kInvalidArgument, fmt::format("{}: not canonical base64", what));
  return *std::move(bytes);
}

Result<Digest> read_digest(const JsonValue& text, std::string_view what) {
  QC_TRY(const std::string bytes, read_base64(text, what));
  const std::optional<Digest> digest = digest_from(bytes);
  if (!digest) {
    return fail(Code::kInvalidArgument,
                fmt::format("{}: {} bytes where a hash has {}", what, bytes.size(), kDigestSize));
  }
  return *digest;
}

Result<std::vector<Digest>> read_digests(const JsonValue& list, std::string_view what,
                                         std::size_t count_max) {
  const JsonArray& texts = list.array();
  if (texts.size() > count_max) {
    return fail(Code::kInvalidArgument,
                fmt::format("{}: {} hashes, at most {} can be", what, texts.size(), count_max));
  }
  std::vector<Digest> digests;
  digests.reserve(texts.size());
  for (const JsonValue& text : texts) {
    QC_TRY(const Digest digest, read_digest(text, what));
    digests.push_back(digest);
  }
  return digests;
}

Result<std::uint64_t> read_count(const JsonValue& integer, std::string_view what) {
  if (integer.integer() < 0) {
    return fail(Code::kInvalidArgument, fmt::format("{}: {} is negative", what, integer.integer()));
  }
  return static_cast<std::uint64_t>(integer.integer());
}

Result<SealProof> read_seal(const JsonValue& seal) {
  SealProof proof;
  QC_TRY(proof.index, read_count(seal.at("index"), "seal.index"));
  proof.text = seal.at("text").string();
  QC_TRY(proof.path, read_digests(seal.at("proof"), "seal.proof", kMaxPathLength));
  return proof;
}

Result<std::vector<FiledValidatorSet>> read_validator_sets(const JsonValue& sets) {
  std::vector<FiledValidatorSet> read;
  for (const JsonValue& value : sets.array()) {
    Result<FiledValidatorSet> set = read_validator_set(value);
    if (!set) return fail_at(fmt::format("validator_sets[{}]", read.size()), set.error());
    read.push_back(*std::move(set));
  }
  return read;
}

Result<void> read_format(const JsonValue& file, std::string_view format) {
  const std::string& found = file.at("format").string();
  if (found == format) return {};
  return fail(Code::kInvalidArgument,
              fmt::format("format: must be \"{}\"; a newer file needs a newer verifier", format));
}

JsonValue json_text(std::string_view text) { return JsonValue(std::string(text)); }

JsonValue json_count(std::uint64_t value) {
  QC_ASSERT(value <= kMaxInteger);
  return JsonValue(static_cast<std::int64_t>(value));
}

JsonValue json_base64(std::string_view bytes) { return JsonValue(to_base64(bytes)); }
JsonValue json_base64(const Digest& digest) { return JsonValue(to_base64(digest)); }

JsonValue json_digests(const std::vector<Digest>& digests) {
  JsonArray list;
  list.reserve(digests.size());
  for (const Digest& digest : digests) list.push_back(json_base64(digest));
  return JsonValue(std::move(list));
}

JsonValue json_seal(const SealProof& seal) {
  JsonObject object;
  object.emplace_back("index", json_count(seal.index));
  object.emplace_back("text", json_text(seal.text));
  object.emplace_back("proof", json_digests(seal.path));
  return JsonValue(std::move(object));
}

JsonValue json_validator_sets(const std::vector<FiledValidatorSet>& sets) {
  JsonArray list;
  for (const FiledValidatorSet& set : sets) {
    JsonArray validators;
    for (const NamedKey& validator : set.validators) {
      JsonObject object;
      object.emplace_back("name", json_text(validator.name));
      object.emplace_back("spki", json_base64(validator.spki));
      validators.emplace_back(std::move(object));
    }
    JsonValue introduction;
    if (set.introduced_by) {
      JsonObject object;
      object.emplace_back("checkpoint", json_text(set.introduced_by->checkpoint));
      object.emplace_back("seal", json_seal(set.introduced_by->seal));
      introduction = JsonValue(std::move(object));
    }
    JsonObject object;
    object.emplace_back("validators", JsonValue(std::move(validators)));
    object.emplace_back("introduced_by", std::move(introduction));
    list.emplace_back(std::move(object));
  }
  return JsonValue(std::move(list));
}

}  // namespace qc::ledger
