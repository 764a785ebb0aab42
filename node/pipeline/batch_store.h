// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "chain/batch.h"

namespace qc::node {

/// The batches that are held for ordering, by digest. How many may be held of whom is consensus'
/// to say (Replica::wants_batch); what arrives and is not judged yet has a quota of its own here.
///
/// In memory: a batch becomes durable in the vote journal together with the certificate that needs
/// it, and with its block once it is executed. All members may be called from any thread.
class BatchStore {
 public:
  /// `incoming_bytes_max`: bytes of one sender that may be on their way from the socket to `put`.
  explicit BatchStore(std::uint64_t incoming_bytes_max) : incoming_bytes_max_(incoming_bytes_max) {}

  /// Takes note of a batch that has arrived and is now being checked. False: drop it, the sender
  /// has too much on its way.
  [[nodiscard]] bool begin_incoming(std::uint32_t sender, std::size_t bytes);
  void end_incoming(std::uint32_t sender, std::size_t bytes);

  void put(chain::SharedBatch batch);
  /// Null where it is not held.
  chain::SharedBatch find(const Digest& digest) const;
  /// All of these, in order; empty where one is not held.
  std::vector<chain::SharedBatch> find_all(const std::vector<Digest>& digests) const;
  void forget(const std::vector<Digest>& digests);

  std::size_t count() const;
  std::uint64_t bytes() const;

 private:
  const std::uint64_t incoming_bytes_max_;
  mutable std::mutex mutex_;
  std::map<Digest, chain::SharedBatch> batches_;
  std::map<std::uint32_t, std::uint64_t> incoming_;
  std::uint64_t bytes_ = 0;
};

}  // namespace qc::node
