// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/quorum.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"

namespace qc::ledger {

/// More validators than this are refused: a note carries at most 100 signatures in Go's sumdb/note.
inline constexpr std::size_t kMaxValidators = 96;

/// One validator: `<genesis name>/<short name>` and its Ed25519 voting key.
struct Validator {
  std::string name;
  PublicKey key;

  bool operator==(const Validator&) const = default;
};

/// True for `[a-z][a-z0-9-]{0,31}` except "none".
bool is_short_name(std::string_view name);
/// What stands behind the last '/' of a validator's name; the whole where there is none.
std::string_view short_name(std::string_view validator_name);
/// True for a schema-less URL that may name a network: not empty, at most 128 bytes of printable
/// ASCII, no '+', no white space, does not begin or end with '/'.
bool is_network_name(std::string_view name);

/// A valid set of validators: 1..96, distinct well-formed names of one network, distinct Ed25519
/// keys, sorted by the bytes of the name (the place in this order is the replica's number in
/// consensus).
class ValidatorSet {
 public:
  static Result<ValidatorSet> make(std::vector<Validator> validators);

  const std::vector<Validator>& validators() const { return validators_; }
  std::size_t size() const { return validators_.size(); }
  std::size_t quorum() const { return quorum_of(size()); }
  std::size_t faulty() const { return faulty_of(size()); }
  /// The genesis name that all names begin with.
  std::string_view network_name() const;
  const Validator* find(std::string_view name) const;

  /// H("qc/validators/v1" ‖ NUL ‖ for each u32 len ‖ name ‖ u32 len ‖ SPKI), as the seals carry it.
  Digest hash(HashAlgorithm algorithm = HashAlgorithm::kSha256) const;

  bool operator==(const ValidatorSet&) const = default;

 private:
  explicit ValidatorSet(std::vector<Validator> validators) : validators_(std::move(validators)) {}

  std::vector<Validator> validators_;
};

}  // namespace qc::ledger
