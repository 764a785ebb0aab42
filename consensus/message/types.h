// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "base/digest.h"
#include "base/quorum.h"
#include "consensus/base/mutation.h"

namespace qc::consensus {

/// A validator's signature over a statement (Ed25519 in a node).
using Signature = std::array<std::uint8_t, 64>;

/// The sequence number of a block. 0 is genesis, which nobody votes on.
struct Height {
  std::uint64_t value = 0;

  constexpr Height next() const { return Height{value + 1}; }
  /// The height below. Must not be asked of genesis.
  constexpr Height previous() const { return Height{value - 1}; }
  constexpr Height plus(std::uint64_t heights) const { return Height{value + heights}; }
  friend constexpr auto operator<=>(const Height&, const Height&) = default;
};

/// One reign of one primary. Views count from 0 in each epoch.
struct View {
  std::uint64_t value = 0;

  constexpr View next() const { return View{value + 1}; }
  friend constexpr auto operator<=>(const View&, const View&) = default;
};

/// A validator's place in the epoch's set, sorted by the bytes of its name. Means nothing without
/// the epoch.
struct ReplicaIndex {
  std::uint16_t value = 0;

  friend constexpr auto operator<=>(const ReplicaIndex&, const ReplicaIndex&) = default;
};

/// The replica at a place of the set; the place is below `kValidatorsMax`.
constexpr ReplicaIndex replica_at(std::size_t place) {
  return ReplicaIndex{static_cast<std::uint16_t>(place)};
}

/// A span of monotonic time, in nanoseconds.
struct Duration {
  std::int64_t ns = 0;

  static constexpr Duration milliseconds(std::int64_t ms) { return Duration{ms * 1'000'000}; }
  constexpr Duration times(std::int64_t factor) const { return Duration{ns * factor}; }
  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
};

/// A point on the host's monotonic clock, in nanoseconds since any fixed origin. Only ever compared
/// and added to.
struct Time {
  std::int64_t ns = 0;

  constexpr Time plus(Duration span) const { return Time{ns + span.ns}; }
  constexpr Duration since(Time earlier) const { return Duration{ns - earlier.ns}; }
  friend constexpr auto operator<=>(const Time&, const Time&) = default;
};

/// What the host's clocks say when an event happens. The module has no clock of its own.
struct Now {
  /// Never goes back within one process life.
  Time monotonic;
  /// Unix time in milliseconds; decides nothing but the acceptable range of block times.
  std::uint64_t wall_ms = 0;
};

/// The arithmetic of n validators of which at most f are faulty (base/quorum.h).
class Quorum {
 public:
  constexpr explicit Quorum(std::size_t validators) : validators_(validators) {}

  constexpr std::size_t validators() const { return validators_; }
  constexpr std::size_t faulty_max() const { return faulty_of(validators_); }
  constexpr std::size_t certificate() const {
    return quorum_of(validators_) -
           (std::is_constant_evaluated() || !mutated(Mutation::kQuorumMinusOne) ? 0 : 1);
  }
  constexpr std::size_t one_correct() const { return one_correct_of(validators_); }

 private:
  std::size_t validators_;
};

/// The span of one validator set. Every signed statement names it, so that no vote means anything
/// elsewhere, not even when a set comes back.
struct Epoch {
  /// The chain id: `<name>/<64 hex digits>`. At most `kChainIdMax` bytes.
  std::string chain_id;
  /// The first height that this set votes on. At least 1.
  Height first_height{1};
  /// The validator set hash of formats.md.
  Digest set_hash{};
  /// How many validators the set has, 1 .. `kValidatorsMax`.
  std::uint16_t validators = 0;

  constexpr Quorum quorum() const { return Quorum(validators); }
  /// The primary of a view: `validators[(first height + view) mod n]`.
  constexpr ReplicaIndex primary(View view) const {
    const std::uint64_t place =
        (first_height.value % validators + view.value % validators) % validators;
    return ReplicaIndex{static_cast<std::uint16_t>(place)};
  }
  friend bool operator==(const Epoch&, const Epoch&) = default;
};

/// Limits of what can be encoded at all; a decoder refuses more before it allocates.
inline constexpr std::size_t kValidatorsMax = 256;
inline constexpr std::size_t kChainIdMax = 320;
inline constexpr std::size_t kProposalBatchesMax = 1024;
inline constexpr std::size_t kDigestListMax = 1024;
inline constexpr std::size_t kCheckpointBytesMax = 1024;
inline constexpr std::size_t kCosignatureBytesMax = 512;
inline constexpr std::size_t kCertifiedProofBytesMax = std::size_t{128} << 10;
inline constexpr std::size_t kWindowMax = 256;
inline constexpr std::size_t kPhases = 3;

}  // namespace qc::consensus
