// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "ledger/execution/genesis.h"

namespace qc::ledger {

/// A key that a founder brings along; its possession is not proven, as the chain id, which the
/// proof would contain, does not exist yet: it commits to the key instead.
struct FoundingKey {
  std::string spki;
  KeyPurpose purpose = KeyPurpose::kSigning;
};

/// A party that founds the network.
struct Founder {
  /// USCC or LEI.
  std::string code;
  std::string name_zh;
  std::string name_en;
  /// Number of quality.v1.PartyKind.
  std::uint32_t kind = 0;
  /// 13 digits or empty.
  std::string gln;
  /// At least one admin key for those that govern.
  std::vector<FoundingKey> keys;
};

/// A validator and the keys of its node; they are enrolled for its organisation.
struct FoundingValidator {
  /// `<network name>/<short name>`.
  std::string name;
  /// Code of one of the founders.
  std::string organisation;
  /// Ed25519 voting key.
  std::string spki;
  std::string node_tls_spki;
};

/// What a consortium agrees on before block 0.
struct FoundingPlan {
  /// Schema-less URL, e.g. "quality-chain.example/liaocheng".
  std::string name;
  std::uint64_t time_ms = 0;
  /// ApprovalRule for new members and other governance.
  std::string approval_rule;
  /// 1..86 400 000.
  std::uint64_t replay_window_ms = 3'600'000;
  /// Minutes east of UTC, -840..840.
  std::int32_t time_zone_minutes = 480;
  /// How long an application stays open.
  std::uint64_t enrolment_window_ms = 30ULL * 24 * 3'600'000;
  std::uint32_t submission_subjects_max = 20'000;
  std::uint32_t block_subjects_max = 50'000;
  std::vector<Founder> founders;
  std::vector<FoundingValidator> validators;
};

/// A genesis document with what follows from it.
struct Genesis {
  /// The document's exact bytes, which the chain id commits to.
  std::string bytes;
  GenesisDocument document;
  Digest hash{};
  Network network;
  ValidatorSet validators;
};

/// Makes the genesis of a plan: the network's record first, then one for each founder, in the
/// plan's order. Refuses a plan that verify_genesis would refuse.
Result<Genesis> make_genesis(const FoundingPlan& plan,
                             HashAlgorithm algorithm = HashAlgorithm::kSha256);

/// Judges a genesis document wholly: form, every record by its rules, distinct parties and keys,
/// validators run by founders, an approval rule that the founders can meet, at least four
/// validators unless the network's name begins with "dev-".
Result<Genesis> parse_genesis(std::string bytes, HashAlgorithm algorithm = HashAlgorithm::kSha256);

/// Block 0: the founding records as log entries, then seal 0.
Result<ExecutedBlock> execute_genesis(const Genesis& genesis);

}  // namespace qc::ledger
