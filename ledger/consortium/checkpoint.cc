// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/checkpoint.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "base/big_endian.h"
#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kTimestampSize = 8;

const NoteSignature* first_line_of(const NoteKey& key, const SignedNote& note) {
  const auto line =
      std::find_if(note.signatures.begin(), note.signatures.end(),
                   [&](const NoteSignature& candidate) { return key.made(candidate); });
  return line == note.signatures.end() ? nullptr : &*line;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\n', first + 1);
  const std::size_t third = second == std::string_view::npos ? second : text.find('\n', second + 1);
  if (third == std::string_view::npos || third + 1 != text.size()) {
    return fail(Code::kInvalidArgument,
                "a checkpoint has exactly three lines: origin, size, root (docs/formats.md)");
  }
  const std::string_view origin = text.substr(0, first);
  const auto size = parse_decimal(text.substr(first + 1, second - first - 1));
  const auto root = digest_from_base64(text.substr(second + 1, third - second - 1));
  if (!is_note_key_name(origin) || !size || *size == 0 || !root) {
    return fail(Code::kInvalidArgument,
                "checkpoint: line " + std::string(!is_note_key_name(origin) ? "1 is no origin"
                                                  : !root ? "3 is no base64 of a 32-byte root"
                                                          : "2 is no size in decimal, above 0"));
  }
  return Checkpoint{.origin = std::string(origin), .size = *size, .root = *root};
}

std::string cosignature_message(std::uint64_t timestamp_s, std::string_view checkpoint_text) {
  std::string message = "cosignature/v1\ntime " + std::to_string(timestamp_s) + "\n";
  message.append(checkpoint_text);
  return message;
}

Result<NoteSignature> cosign(const Signer& signer, const std::string& validator_name,
                             std::uint64_t timestamp_s, const Checkpoint& checkpoint) {
  QC_TRY(const NoteKey key,
         NoteKey::make(validator_name, NoteKeyType::kCosignature, signer.public_key()));
  QC_TRY(const std::string signature,
         signer.sign(cosignature_message(timestamp_s, checkpoint.text())));
  NoteSignature line{.name = validator_name, .key_hash = key.key_hash(), .signature = {}};
  append_big_endian<std::uint64_t>(line.signature, timestamp_s);
  line.signature += signature;
  return line;
}

Result<std::uint64_t> verify_cosignature(const NoteKey& key, const NoteSignature& line,
                                         std::string_view checkpoint_text) {
  const std::string_view bytes = line.signature;
  if (key.type() != NoteKeyType::kCosignature || !key.made(line) ||
      bytes.size() != kTimestampSize + kSignatureSize) {
    return fail(Code::kUnauthenticated,
                "the line of \"" + line.name + "\" is no cosignature of \"" + key.name() + "\"");
  }
  const std::uint64_t timestamp_s = load_big_endian<std::uint64_t>(bytes);
  if (!key.key().verify(cosignature_message(timestamp_s, checkpoint_text),
                        bytes.substr(kTimestampSize))) {
    return fail(Code::kUnauthenticated, "the cosignature of \"" + key.name() + "\" is false");
  }
  return timestamp_s;
}

Result<NoteSignature> sign_as_log(const Signer& signer, const Checkpoint& checkpoint) {
  QC_TRY(const NoteKey key,
         NoteKey::make(checkpoint.origin, NoteKeyType::kEd25519, signer.public_key()));
  QC_TRY(std::string signature, signer.sign(checkpoint.text()));
  return NoteSignature{
      .name = checkpoint.origin, .key_hash = key.key_hash(), .signature = std::move(signature)};
}

bool verify_log_signature(const NoteKey& key, const NoteSignature& line,
                          std::string_view checkpoint_text) {
  return key.type() == NoteKeyType::kEd25519 && key.made(line) &&
         key.key().verify(checkpoint_text, line.signature);
}

std::optional<std::uint64_t> as_of_time(std::vector<std::uint64_t> timestamps, std::size_t quorum) {
  QC_ASSERT(quorum > 0);
  if (timestamps.size() < quorum) return std::nullopt;
  std::sort(timestamps.begin(), timestamps.end(), std::greater<>());
  return timestamps[quorum - 1];
}

Result<CertifiedCheckpoint> verify_checkpoint(const SignedNote& note, const ValidatorSet& set,
                                              std::uint64_t timestamp_s_min) {
  CertifiedCheckpoint certified;
  QC_TRY(certified.checkpoint, Checkpoint::parse(note.text));
  std::vector<std::uint64_t> timestamps;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const Validator& validator = set.validators()[i];
    QC_TRY(const NoteKey key,
           NoteKey::make(validator.name, NoteKeyType::kCosignature, validator.key));
    const NoteSignature* line = first_line_of(key, note);
    if (line == nullptr) continue;
    QC_TRY(const std::uint64_t timestamp_s, verify_cosignature(key, *line, note.text));
    if (timestamp_s < timestamp_s_min) continue;
    certified.cosignatures.push_back({.validator = i, .timestamp_s = timestamp_s});
    timestamps.push_back(timestamp_s);
  }
  const auto as_of = as_of_time(timestamps, set.quorum());
  if (!as_of) {
    return fail(Code::kUnauthenticated,
                "the checkpoint of size " + std::to_string(certified.checkpoint.size) + " has " +
                    std::to_string(timestamps.size()) + " of the " + std::to_string(set.quorum()) +
                    " cosignatures that it needs");
  }
  certified.as_of_s = *as_of;
  return certified;
}

Result<void> verify_log_line(const SignedNote& note, std::span<const NoteKey> logs) {
  bool found = false;
  for (const NoteKey& log : logs) {
    const NoteSignature* line = first_line_of(log, note);
    if (line == nullptr) continue;
    if (!verify_log_signature(log, *line, note.text)) {
      return fail(Code::kUnauthenticated, "the log signature of " + log.vkey() + " is false");
    }
    found = true;
  }
  if (!found) {
    return fail(Code::kUnauthenticated, "the checkpoint is not signed by any log of the policy");
  }
  return {};
}

}  // namespace qc::ledger
