// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/note.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/big_endian.h"
#include "base/hex.h"
#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

constexpr std::string_view kLinePrefix = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::size_t kKeyHashSize = 4;
constexpr std::size_t kNoteKeySize = 32;
constexpr std::size_t kMaxNameSize = 512;

tl::unexpected<Error> malformed_note(std::string what) {
  return fail(Code::kInvalidArgument, "signed note: " + std::move(what));
}

// What Unicode counts as white space beyond ASCII.
bool has_wide_space(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kSpaces = {
      "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
      "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
  if (std::any_of(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
        return text.find(space) != std::string_view::npos;
      })) {
    return true;
  }
  // U+2000 to U+200A.
  for (std::size_t at = text.find("\xe2\x80"); at != std::string_view::npos;
       at = text.find("\xe2\x80", at + 1)) {
    const auto last = static_cast<std::uint8_t>(text[at + 2]);
    if (last >= 0x80 && last <= 0x8a) return true;
  }
  return false;
}

Result<NoteSignature> parse_line(std::string_view line) {
  if (line.substr(0, kLinePrefix.size()) != kLinePrefix) {
    return malformed_note("a signature line begins with an em dash and a space");
  }
  line.remove_prefix(kLinePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_note_key_name(line.substr(0, space))) {
    return malformed_note("a signature line has a key name without white space or '+'");
  }
  const std::optional<std::string> bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kKeyHashSize) {
    return malformed_note("the signature line of \"" + std::string(line.substr(0, space)) +
                          "\" is not canonical base64 of a key hash and a signature");
  }
  return NoteSignature{.name = std::string(line.substr(0, space)),
                       .key_hash = load_big_endian<std::uint32_t>(*bytes),
                       .signature = bytes->substr(kKeyHashSize)};
}

std::string typed_key(NoteKeyType type, const PublicKey& key) {
  return std::string(1, static_cast<char>(type)) + std::string(key.raw());
}

}  // namespace

std::string NoteSignature::line() const {
  std::string bytes;
  append_big_endian<std::uint32_t>(bytes, key_hash);
  bytes += signature;
  return std::string(kLinePrefix) + name + " " + to_base64(bytes) + "\n";
}

std::string SignedNote::format() const {
  std::string note = text + "\n";
  for (const NoteSignature& signature : signatures) note += signature.line();
  return note;
}

Result<std::vector<NoteSignature>> SignedNote::parse_signatures(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return malformed_note("the last line does not end");
    if (signatures.size() == kMaxNoteSignatures) return malformed_note("more than 100 signatures");
    QC_TRY(NoteSignature signature, parse_line(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

Result<SignedNote> SignedNote::parse(std::string_view note) {
  if (note.size() > kMaxNoteSize) return malformed_note("longer than 64 KiB");
  const bool has_control = std::any_of(note.begin(), note.end(), [](char c) {
    return static_cast<std::uint8_t>(c) < 0x20 && c != '\n';
  });
  if (has_control || !is_utf8(note)) {
    return malformed_note("not UTF-8, or with control characters");
  }
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos) return malformed_note("no empty line before the signatures");
  SignedNote parsed{.text = std::string(note.substr(0, split + 1)), .signatures = {}};
  QC_TRY(parsed.signatures, parse_signatures(note.substr(split + 2)));
  if (parsed.signatures.empty()) return malformed_note("no signatures");
  return parsed;
}

Result<NoteKey> NoteKey::make(std::string name, NoteKeyType type, PublicKey key) {
  if (!is_note_key_name(name)) {
    return fail(Code::kInvalidArgument,
                "note key name \"" + name + "\": must not be empty, have white space or '+'");
  }
  if (key.algorithm() != KeyAlgorithm::kEd25519) {
    return fail(Code::kInvalidArgument, "note key \"" + name + "\": must be Ed25519");
  }
  const Digest digest = hash(HashAlgorithm::kSha256, {name, "\n", typed_key(type, key)});
  const std::uint32_t key_hash = load_big_endian<std::uint32_t>(view(digest));
  return NoteKey(std::move(name), type, std::move(key), key_hash);
}

Result<NoteKey> NoteKey::parse(std::string_view vkey) {
  const auto malformed_key = [&] {
    return fail(Code::kInvalidArgument,
                "verifier key \"" + std::string(vkey.substr(0, kMaxNameSize)) +
                    "\": must be <name>+<8 hex digits>+<base64>, of type 0x01 or 0x04");
  };
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return malformed_key();
  const std::optional<std::string> bytes = from_base64(vkey.substr(second + 1));
  if (!bytes || bytes->size() != 1 + kNoteKeySize) return malformed_key();
  const auto type = static_cast<NoteKeyType>(bytes->front());
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignature) return malformed_key();
  QC_TRY(PublicKey key, PublicKey::from_ed25519(std::string_view(*bytes).substr(1)));
  QC_TRY(NoteKey parsed, make(std::string(vkey.substr(0, first)), type, std::move(key)));
  if (parsed.vkey() != vkey) return malformed_key();
  return parsed;
}

std::string NoteKey::vkey() const {
  std::string key_hash_bytes;
  append_big_endian<std::uint32_t>(key_hash_bytes, key_hash_);
  return name_ + "+" + to_hex(key_hash_bytes) + "+" + to_base64(typed_key(type_, key_));
}

bool is_note_key_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameSize && is_utf8(name) && !has_wide_space(name) &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7f || c == '+';
         });
}

}  // namespace qc::ledger
