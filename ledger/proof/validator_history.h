// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/hash.h"
#include "ledger/log/seal.h"
#include "ledger/proof/policy.h"

namespace qc::ledger {

/// A seal and its inclusion path under a checkpoint, as proof files carry them.
struct SealProof {
  /// Log index.
  std::uint64_t index = 0;
  std::string text;
  /// Leaf end first.
  std::vector<Digest> path;

  bool operator==(const SealProof&) const = default;
};

/// One validator as a proof file names it; nothing is judged yet.
struct NamedKey {
  std::string name;
  std::string spki;

  bool operator==(const NamedKey&) const = default;
};

/// The seal that names a new set as `next`, under that very block's own checkpoint.
struct SetIntroduction {
  /// Signed note.
  std::string checkpoint;
  SealProof seal;

  bool operator==(const SetIntroduction&) const = default;
};

/// One element of `validator_sets` in a proof file.
struct FiledValidatorSet {
  std::vector<NamedKey> validators;
  /// Nothing for the first, which is the policy's.
  std::optional<SetIntroduction> introduced_by;

  bool operator==(const FiledValidatorSet&) const = default;
};

/// Checks that `seal` is the last entry of the log at the checkpoint (index == size - 1) and
/// included in it; returns it parsed.
Result<Seal> verify_last_seal(HashAlgorithm algorithm, const Checkpoint& checkpoint,
                              const SealProof& seal);

/// The validator sets of a chain from the policy's on, each later one named by the one before it.
/// What exists has been verified.
class ValidatorHistory {
 public:
  /// A set and where it begins: it certifies checkpoints of sizes above `after_size`, up to and
  /// including the size at which the next one begins.
  struct Epoch {
    ValidatorSet set;
    std::uint64_t after_size = 0;
  };

  /// Checks `sets` in turn: the first is the policy's; each later one is `next` of a seal that is
  /// the last entry of a checkpoint certified by the set before, and differs from it. The sizes of
  /// those checkpoints ascend. The error names the set.
  static Result<ValidatorHistory> verify(const NetworkPolicy& policy,
                                         std::span<const FiledValidatorSet> sets,
                                         HashAlgorithm algorithm = HashAlgorithm::kSha256);

  const std::vector<Epoch>& epochs() const { return epochs_; }
  const ValidatorSet& last() const { return epochs_.back().set; }
  const std::string& origin() const { return origin_; }

  /// Checks a note of this chain against the set of epoch `epoch`: parsed, origin, a quorum, and no
  /// false line by any key known here, whether of another set or of a log of the policy. Stamps
  /// below `timestamp_s_min` do not count.
  Result<CertifiedCheckpoint> verify_note(std::string_view note, std::size_t epoch,
                                          std::uint64_t timestamp_s_min = 0) const;
  /// The same against whichever set certifies it, newest first; `epoch` receives its place.
  Result<CertifiedCheckpoint> verify_note_by_any(std::string_view note, std::size_t& epoch) const;

 private:
  ValidatorHistory() = default;

  /// The log size at which a set begins that the newest one so far introduces.
  Result<std::uint64_t> verify_introduction(const SetIntroduction& introduction,
                                            const ValidatorSet& set, HashAlgorithm algorithm) const;

  std::string origin_;
  std::vector<NoteKey> logs_;
  std::vector<Epoch> epochs_;
};

}  // namespace qc::ledger
