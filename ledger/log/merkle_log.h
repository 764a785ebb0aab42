// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// A path or consistency proof has at most so many hashes (sizes fit 63 bits).
inline constexpr std::size_t kMaxPathLength = 64;

/// A complete, aligned subtree of an RFC 6962 tree: over the leaves [index << level,
/// (index + 1) << level). Its hash never changes once its last leaf is there.
struct LogNode {
  std::uint32_t level = 0;
  std::uint64_t index = 0;
  Digest hash{};

  bool operator==(const LogNode&) const = default;
};

/// Where the hashes of a big log are read from, one complete subtree at a time.
class HashReader {
 public:
  HashReader() = default;
  virtual ~HashReader() = default;
  HashReader(const HashReader&) = default;
  HashReader& operator=(const HashReader&) = default;
  HashReader(HashReader&&) = default;
  HashReader& operator=(HashReader&&) = default;

  /// The hash of the complete subtree, or nothing where the reader does not have it.
  virtual std::optional<Digest> node(std::uint32_t level, std::uint64_t index) const = 0;
};

/// A whole tree in memory, for submissions, blocks and tests: every complete subtree's hash.
class MerkleTree final : public HashReader {
 public:
  explicit MerkleTree(HashAlgorithm algorithm = HashAlgorithm::kSha256) : algorithm_(algorithm) {}
  MerkleTree(HashAlgorithm algorithm, std::span<const Digest> leaf_hashes);

  void append(const Digest& leaf_hash);
  std::uint64_t size() const;
  Digest root() const;
  std::optional<Digest> node(std::uint32_t level, std::uint64_t index) const override;
  /// The path of leaf `index` (below size()) in the whole tree.
  std::vector<Digest> path(std::uint64_t index) const;

 private:
  HashAlgorithm algorithm_;
  std::vector<std::vector<Digest>> levels_;
};

/// The right edge of a log: the hashes of the complete subtrees that its size decomposes into. From
/// it the log goes on without a look at anything older.
class Frontier {
 public:
  explicit Frontier(HashAlgorithm algorithm = HashAlgorithm::kSha256) : algorithm_(algorithm) {}

  std::uint64_t size() const { return size_; }
  /// The RFC 6962 root over all leaves so far; H("") for none.
  Digest root() const;
  /// Appends a leaf. The hashes of all subtrees that it completes, itself (level 0) first, are
  /// added to `completed`: what a store keeps, so that paths can be made from it.
  void append(const Digest& leaf_hash, std::vector<LogNode>& completed);
  void append(const Digest& leaf_hash);

  /// u64 size ‖ hashes, biggest subtree first.
  std::string serialize() const;
  static Result<Frontier> parse(std::string_view bytes, HashAlgorithm algorithm);
  /// The frontier of a log of `size` leaves from stored hashes.
  static Result<Frontier> load(const HashReader& reader, std::uint64_t size,
                               HashAlgorithm algorithm);

  bool operator==(const Frontier&) const = default;

 private:
  HashAlgorithm algorithm_;
  std::uint64_t size_ = 0;
  /// One hash for each set bit of size_, the highest bit's first.
  std::vector<Digest> edge_;
};

/// MTH over leaf hashes; H("") for none.
Digest merkle_root(HashAlgorithm algorithm, std::span<const Digest> leaf_hashes);

/// The root of the first `size` leaves from stored hashes.
Result<Digest> log_root(HashAlgorithm algorithm, const HashReader& reader, std::uint64_t size);

/// RFC 6962 section 2.1.1: the audit path of leaf `index` in the log of the first `size` leaves,
/// leaf end first. Needs index < size; an error where the reader lacks a hash.
Result<std::vector<Digest>> inclusion_path(HashAlgorithm algorithm, const HashReader& reader,
                                           std::uint64_t index, std::uint64_t size);

/// The root that a path leads to, or nothing if its length does not fit index and size.
std::optional<Digest> root_from_path(HashAlgorithm algorithm, const Digest& leaf_hash,
                                     std::uint64_t index, std::uint64_t size,
                                     std::span<const Digest> path);

/// True if the path leads from the leaf to the root.
bool verify_inclusion(HashAlgorithm algorithm, const Digest& leaf_hash, std::uint64_t index,
                      std::uint64_t size, std::span<const Digest> path, const Digest& root);

/// RFC 6962 section 2.1.2: that the first `old_size` leaves of the log of `new_size` are unchanged.
/// Needs 0 < old_size <= new_size; empty where the sizes are equal.
Result<std::vector<Digest>> consistency_proof(HashAlgorithm algorithm, const HashReader& reader,
                                              std::uint64_t old_size, std::uint64_t new_size);

/// The two roots that the nodes of a consistency proof yield.
struct ConsistencyRoots {
  Digest old_root{};
  Digest new_root{};
};

/// What `nodes` say about both roots, for 0 < old_size < new_size. Where old_size is a power of two
/// the RFC leaves the first node out, as it is the old root; here it must be there. Nothing if the
/// number of nodes does not fit the sizes.
std::optional<ConsistencyRoots> roots_from_consistency(HashAlgorithm algorithm,
                                                       std::uint64_t old_size,
                                                       std::uint64_t new_size,
                                                       std::span<const Digest> nodes);

/// True if the RFC 6962 proof shows that the log of the old root is a prefix of that of the new
/// one. Equal sizes need equal roots and no proof; an old size of 0 is refused, as it says nothing.
bool verify_consistency(HashAlgorithm algorithm, std::uint64_t old_size, const Digest& old_root,
                        std::uint64_t new_size, const Digest& new_root,
                        std::span<const Digest> proof);

}  // namespace qc::ledger
