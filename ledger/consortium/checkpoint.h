// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/key.h"
#include "ledger/crypto/signer.h"
#include "ledger/log/note.h"

namespace qc::ledger {

/// A C2SP tlog-checkpoint: which log, how long, which root. Three lines; a fourth is refused, as
/// not every kind of cosignature would cover it.
struct Checkpoint {
  /// The chain id.
  std::string origin;
  /// Entries of the log, the seal of the block included; at least 1 and at most 2^53 - 1.
  std::uint64_t size = 0;
  Digest root{};

  std::string text() const;
  static Result<Checkpoint> parse(std::string_view text);

  bool operator==(const Checkpoint&) const = default;
};

/// The bytes that a cosigner signs: "cosignature/v1\ntime <timestamp>\n" ‖ checkpoint text.
std::string cosignature_message(std::uint64_t timestamp_s, std::string_view checkpoint_text);

/// A validator's vote on a checkpoint: its cosignature/v1 line, stamped `timestamp_s` (unix
/// seconds). The signer's key must be Ed25519. Whether one may sign at all (never two roots for one
/// size) is for the caller to know.
Result<NoteSignature> cosign(const Signer& signer, const std::string& validator_name,
                             std::uint64_t timestamp_s, const Checkpoint& checkpoint);
/// The timestamp of a cosignature line by `key` (type 0x04) over the text, or an error if the line
/// is not a good one of that key.
Result<std::uint64_t> verify_cosignature(const NoteKey& key, const NoteSignature& line,
                                         std::string_view checkpoint_text);

/// A log's own 0x01 line over a checkpoint, key name = origin.
Result<NoteSignature> sign_as_log(const Signer& signer, const Checkpoint& checkpoint);
/// True if the line is `key`'s (type 0x01) over the text.
bool verify_log_signature(const NoteKey& key, const NoteSignature& line,
                          std::string_view checkpoint_text);

/// One validator's stamp on a certified checkpoint.
struct Cosignature {
  /// Place of the validator in its set.
  std::size_t validator = 0;
  std::uint64_t timestamp_s = 0;

  bool operator==(const Cosignature&) const = default;
};

/// A checkpoint that a quorum of a validator set has signed.
struct CertifiedCheckpoint {
  Checkpoint checkpoint;
  /// The greatest t such that a quorum's stamps are >= t: the log was known to be this long then.
  std::uint64_t as_of_s = 0;
  /// The stamps that count, in the order of the set.
  std::vector<Cosignature> cosignatures;
};

/// The greatest t such that `quorum` of the stamps are >= t; nothing if there are fewer stamps.
std::optional<std::uint64_t> as_of_time(std::vector<std::uint64_t> timestamps, std::size_t quorum);

/// Checks a note against a validator set: first line of every validator counts, a false one is an
/// error even beyond the quorum, lines of unknown keys are ignored. Stamps below `timestamp_s_min`
/// (the block time div 1000 where the caller knows it) do not count.
Result<CertifiedCheckpoint> verify_checkpoint(const SignedNote& note, const ValidatorSet& set,
                                              std::uint64_t timestamp_s_min = 0);

/// Checks that one of the log's keys has signed the note (the newest checkpoint of a file must be).
/// The first line of every key counts; a false one is an error.
Result<void> verify_log_line(const SignedNote& note, std::span<const NoteKey> logs);

}  // namespace qc::ledger
