// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/block.h"
#include "ledger/chain_state.h"
#include "ledger/digest.h"
#include "ledger/key.h"
#include "ledger/result.h"
#include "ledger/state_view.h"
#include "ledger/submission.h"

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

/// What a node asks of a submission before it takes it, by the newest state it has: header of this
/// chain, organisation known and active, key enrolled for it, good now and of a purpose that signs,
/// `not_after_ms` inside the replay window, signature true. `now_ms` is the time that the next
/// block will about have. Stateless rules of the records are check_record's business, stateful ones
/// are judged at execution.
Result<void> check_submission(const Network& network, const StateView& state,
                              const Submission& submission, std::uint64_t now_ms);

/// The signature of an ordered submission, judged when its batch arrives: kUnknown where the key is
/// not on the chain yet (it may be by the time of the block).
Result<SignatureCheck> check_signature(const Network& network, const StateView& state,
                                       const Submission& submission);

}  // namespace qc::ledger
