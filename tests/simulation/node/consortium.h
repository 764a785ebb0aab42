// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/founding.h"

namespace qc::simulation {

/// A founded network whose keys follow from numbers: the same bytes in every process and every run.
/// The keys are for tests alone. All of them are Ed25519, whose signatures are deterministic too.
class Consortium {
 public:
  static constexpr std::uint64_t kFoundedMs = 1'800'000'000'000;

  /// So many validators, at least 4, and two enterprises.
  explicit Consortium(std::size_t validators);

  const ledger::Genesis& genesis() const { return *genesis_; }
  const ledger::Network& network() const { return genesis_->network; }
  /// Text of seal 0.
  const std::string& genesis_seal() const { return genesis_seal_; }
  const ledger::ValidatorSet& validators() const { return genesis_->validators; }
  /// Name and voting key of the validator at a place of the set.
  const std::string& name(std::size_t place) const { return validators().validators()[place].name; }
  const ledger::Signer& voting_key(std::size_t place) const { return *voting_[place]; }

  /// A SignedSubmission of an enterprise that registers a lot. A lot that was registered before is
  /// refused by the rules. `number` makes the submission different from every other.
  std::string register_lot(std::size_t enterprise, const std::string& lot, std::uint64_t number,
                           std::uint64_t not_after_ms) const;

 private:
  struct Party {
    std::string code;
    std::unique_ptr<ledger::Signer> admin;
    std::unique_ptr<ledger::Signer> signing;
  };

  std::vector<Party> parties_;
  std::vector<std::unique_ptr<ledger::Signer>> voting_;
  std::unique_ptr<const ledger::Genesis> genesis_;
  std::string genesis_seal_;
};

}  // namespace qc::simulation
