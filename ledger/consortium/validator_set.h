// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"

namespace qc::ledger {

/// More validators than this are refused: a note carries at most 100 signatures in Go's sumdb/note.
inline constexpr std::size_t kMaxValidators = 96;

/// Replicas that may lie without harm among n >= 1: floor((n - 1) / 3).
constexpr std::size_t faulty(std::size_t n) { return (n - 1) / 3; }
/// Votes that certify among n >= 1: any two quorums share a correct replica. ceil((n + f + 1) / 2).
constexpr std::size_t quorum(std::size_t n) { return (n + faulty(n) + 2) / 2; }
static_assert(quorum(1) == 1 && quorum(4) == 3 && quorum(5) == 4 && quorum(6) == 4 &&
              quorum(7) == 5 && quorum(10) == 7);

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
  std::size_t quorum() const { return ledger::quorum(size()); }
  std::size_t faulty() const { return ledger::faulty(size()); }
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
