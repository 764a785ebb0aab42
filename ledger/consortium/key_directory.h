// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/state/state_view.h"

namespace qc::ledger {

/// A key as the chain knows it (quality.v1.KeyStatus).
struct EnrolledKey {
  Digest id{};
  /// Exactly one of the SubjectPublicKeyInfo encodings of docs/formats.md.
  std::string spki;
  /// USCC or LEI of the organisation whose it is.
  std::string organisation;
  KeyPurpose purpose = KeyPurpose::kSigning;
  /// Time of the block that enrolled it, unix milliseconds.
  std::uint64_t valid_from_ms = 0;
  /// 0 = open.
  std::uint64_t valid_to_ms = 0;
  /// Time of the block that revoked it; 0 = not revoked.
  std::uint64_t revoked_at_ms = 0;

  /// Good for entries of a block of this time: valid_from < time, time <= valid_to and revoked_at
  /// where those are set (docs/formats.md).
  bool good_at(std::uint64_t block_time_ms) const {
    return valid_from_ms < block_time_ms && (valid_to_ms == 0 || block_time_ms <= valid_to_ms) &&
           (revoked_at_ms == 0 || block_time_ms <= revoked_at_ms);
  }
};

/// The key of this id, nothing where the chain has none.
Result<std::optional<EnrolledKey>> find_key(const StateView& state, HashAlgorithm algorithm,
                                            const Digest& key_id);

/// A party as the chain knows it, as far as other modules ask.
struct Member {
  std::string code;
  /// Names as registered.
  std::string name_zh;
  std::string name_en;
  /// Numbers of quality.v1.PartyKind and PartyState.
  std::uint32_t kind = 0;
  std::uint32_t state = 0;
  /// Ids of all keys enrolled for it, revoked ones too, in the order of enrolment.
  std::vector<Digest> keys;

  bool active() const;
};

/// The party of this USCC or LEI, nothing where no record names it. A party that is only named in
/// records is found too, and not active.
Result<std::optional<Member>> find_member(const StateView& state, HashAlgorithm algorithm,
                                          std::string_view code);

/// Who may do something with this key now, or why not: the key is enrolled, good for the next
/// block, its purpose one of `purposes`, its organisation active. Used for TLS connections and for
/// ingress. kUnauthenticated for an unknown, expired or revoked key, kPermissionDenied for a wrong
/// purpose or an organisation that is not active.
Result<EnrolledKey> require_key(const StateView& state, HashAlgorithm algorithm,
                                const Digest& key_id, std::initializer_list<KeyPurpose> purposes,
                                std::uint64_t now_ms);

/// Refuses (kPermissionDenied) an organisation that is not enrolled or not active.
Result<void> require_active(const StateView& state, HashAlgorithm algorithm,
                            const std::string& organisation);

}  // namespace qc::ledger
