// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consensus/message/authenticator.h"
#include "consensus/message/messages.h"
#include "consensus/message/statement.h"

namespace qc::consensus {

/// Signatures as keyed hashes, enough for tests of the rules: each names its signer and its
/// statement.
class TestAuthenticator final : public Authenticator {
 public:
  explicit TestAuthenticator(ReplicaIndex self) : self_(self) {}

  Signature sign(std::string_view statement) override {
    return keyed<64>(statement, self_.value + 1U);
  }
  bool verify(ReplicaIndex signer, std::string_view statement,
              const Signature& signature) const override {
    return keyed<64>(statement, signer.value + 1U) == signature;
  }
  Digest hash(std::string_view bytes) const override { return keyed<32>(bytes, 0); }

 private:
  template <std::size_t kSize>
  static std::array<std::uint8_t, kSize> keyed(std::string_view bytes, std::uint64_t key) {
    std::array<std::uint8_t, kSize> out{};
    std::uint64_t state = 0xcbf29ce484222325ULL + key * 0x9e3779b97f4a7c15ULL;
    for (const char c : bytes) {
      state = (state ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    }
    for (std::uint8_t& byte : out) {
      state ^= state >> 31;
      state *= 0xbf58476d1ce4e5b9ULL;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
    return out;
  }

  ReplicaIndex self_;
};

inline Digest digest_of(std::uint8_t mark) {
  Digest digest{};
  digest.fill(mark);
  return digest;
}

inline Signature signature_of(std::uint8_t mark) {
  Signature signature{};
  signature.fill(mark);
  return signature;
}

inline Epoch epoch_of(std::uint16_t validators) {
  return Epoch{"test.example/chain", Height{1}, digest_of(0xee), validators};
}

/// A vote that verifies.
inline Vote vote_of(const Epoch& epoch, Phase phase, View view, Height height, const Digest& digest,
                    ReplicaIndex voter) {
  TestAuthenticator signer(voter);
  return Vote{
      phase,  view,
      height, digest,
      voter,  signer.sign(vote_statement_bytes(epoch, VoteStatement{phase, view, height, digest}))};
}

/// A pre-prepare that verifies.
inline PrePrepare pre_prepare_of(const Epoch& epoch, View view, const Proposal& proposal) {
  TestAuthenticator signer(epoch.primary(view));
  const VoteStatement statement{Phase::kPrePrepare, view, proposal.height,
                                proposal_digest(proposal, signer)};
  return PrePrepare{view, proposal, signer.sign(vote_statement_bytes(epoch, statement))};
}

}  // namespace qc::consensus
