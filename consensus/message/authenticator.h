// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "consensus/message/types.h"

namespace qc::consensus {

/// Signatures and hashing, lent by the host: the module holds no key and knows no algorithm.
///
/// A node implements it with the validators' Ed25519 keys and the network's hash; the simulator
/// with a keyed hash. `verify` and `hash` are called from several threads at once where the host
/// verifies messages on a pool (verifier.h).
class Authenticator {
 public:
  Authenticator() = default;
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  Authenticator(Authenticator&&) = delete;
  Authenticator& operator=(Authenticator&&) = delete;
  virtual ~Authenticator() = default;

  /// Signs with this replica's voting key. Deterministic. Never called for an observer.
  virtual Signature sign(std::string_view statement) = 0;
  /// Whether `signature` is the given validator's over exactly these bytes. False for an index
  /// outside the set.
  virtual bool verify(ReplicaIndex signer, std::string_view statement,
                      const Signature& signature) const = 0;
  /// The network's hash H of the bytes.
  virtual Digest hash(std::string_view bytes) const = 0;
};

}  // namespace qc::consensus
