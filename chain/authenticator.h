// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "consensus/message/authenticator.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/signer.h"

namespace qc::chain {

/// Votes signed and checked with the validators' Ed25519 keys, hashes of the network. From any
/// thread.
class VoteAuthenticator final : public consensus::Authenticator {
 public:
  /// `signer` is this validator's, null for an observer; it must outlive this.
  VoteAuthenticator(ledger::ValidatorSet validators, ledger::HashAlgorithm algorithm,
                    const ledger::Signer* signer)
      : validators_(std::move(validators)), algorithm_(algorithm), signer_(signer) {}

  consensus::Signature sign(std::string_view statement) override;
  bool verify(consensus::ReplicaIndex signer, std::string_view statement,
              const consensus::Signature& signature) const override;
  Digest hash(std::string_view bytes) const override;

  /// Signatures checked so far.
  std::uint64_t verified() const { return verified_.load(std::memory_order_relaxed); }

 private:
  const ledger::ValidatorSet validators_;
  const ledger::HashAlgorithm algorithm_;
  const ledger::Signer* signer_;
  mutable std::atomic<std::uint64_t> verified_{0};
};

}  // namespace qc::chain
