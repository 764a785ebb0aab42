// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/key.h"

namespace qc::ledger {

/// Limits of a signed note: those of Go's sumdb/note for the lines, and enough bytes for them.
inline constexpr std::size_t kMaxNoteSignatures = 100;
inline constexpr std::size_t kMaxNoteSize = std::size_t{64} * 1024;

/// The signature types that we make and check (C2SP signed-note). The byte stays open for others.
enum class NoteKeyType : std::uint8_t { kEd25519 = 0x01, kCosignature = 0x04 };

/// "— <name> <base64 of u32 key hash ‖ signature>".
struct NoteSignature {
  std::string name;
  std::uint32_t key_hash = 0;
  std::string signature;

  /// The line with its "\n".
  std::string line() const;

  bool operator==(const NoteSignature&) const = default;
};

/// A C2SP signed note: a text that ends in "\n", an empty line, signature lines.
struct SignedNote {
  std::string text;
  std::vector<NoteSignature> signatures;

  std::string format() const;
  /// Strict: UTF-8 without control characters but "\n", 1..100 well-formed signature lines,
  /// canonical base64. Signatures are not checked.
  static Result<SignedNote> parse(std::string_view note);
  /// The signature lines alone, as they stand in a note after the empty line.
  static Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines);

  bool operator==(const SignedNote&) const = default;
};

/// A named Ed25519 key that checks lines of notes: a log's (0x01) or a cosigner's (0x04).
class NoteKey {
 public:
  /// Refuses keys that are not Ed25519 and names that are empty, not UTF-8 or have white space or
  /// '+'.
  static Result<NoteKey> make(std::string name, NoteKeyType type, PublicKey key);
  /// From a verifier key text: "<name>+<8 hex digits>+<base64 of type ‖ key>".
  static Result<NoteKey> parse(std::string_view vkey);

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  const PublicKey& key() const { return key_; }
  /// The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ key), always SHA-256.
  std::uint32_t key_hash() const { return key_hash_; }
  /// The verifier key text.
  std::string vkey() const;

  /// True if a line claims to be of this key: name and key hash.
  bool made(const NoteSignature& line) const {
    return line.key_hash == key_hash_ && line.name == name_;
  }

  bool operator==(const NoteKey&) const = default;

 private:
  NoteKey(std::string name, NoteKeyType type, PublicKey key, std::uint32_t key_hash)
      : name_(std::move(name)), type_(type), key_(std::move(key)), key_hash_(key_hash) {}

  std::string name_;
  NoteKeyType type_;
  PublicKey key_;
  std::uint32_t key_hash_;
};

/// True for a name that a note's line can carry: not empty, UTF-8, no white space, no '+'.
bool is_note_key_name(std::string_view name);

}  // namespace qc::ledger
