// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// Longer texts are no seals.
inline constexpr std::size_t kMaxSealSize = 1024;

/// The header of a block, which every replica builds identically after executing it: the last log
/// entry of the block, plain text that can be read aloud.
struct Seal {
  std::uint64_t height = 0;
  /// Block time, unix milliseconds.
  std::uint64_t time_ms = 0;
  /// Leaf hash of the seal before; zero at genesis.
  Digest parent{};
  /// Digest of the proposal that was agreed on; zero at genesis.
  Digest proposal{};
  /// How many submissions have an outcome in this block, and the RFC 6962 root over them.
  std::uint64_t submission_count = 0;
  Digest submissions{};
  /// State tree root after the block.
  Digest state{};
  /// Hash of the set that agreed on this block, and of the one for the next.
  Digest validators{};
  Digest next{};

  /// The text, every line ended by "\n". Numbers must not exceed 2^53 - 1 (asserted).
  std::string text() const;
  /// Accepts exactly what text() writes.
  static Result<Seal> parse(std::string_view text);

  bool operator==(const Seal&) const = default;
};

/// A leaf of a seal's `submissions`: H(0x00 ‖ u32 len ‖ header_bytes ‖ signature[64] ‖ outcome
/// bytes).
Digest submission_leaf(HashAlgorithm algorithm, std::string_view header_bytes,
                       std::string_view signature, std::string_view outcome_bytes);

}  // namespace qc::ledger
