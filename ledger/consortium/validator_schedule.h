// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/consortium/validator_epoch.h"
#include "ledger/crypto/hash.h"
#include "ledger/state/state_view.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {

/// W of docs/consensus.md, "Changing the validator set", in protocol version 1: a change that a
/// record decides in block h takes force at A = max(h, the change before's A) + W + 1. No node may
/// have a greater window in play than this one, or somebody could vote at A before it knows the
/// set; a smaller one does no harm.
inline constexpr std::uint64_t kConsensusWindow = 16;

/// The height from which a change votes that is decided in block `height`; `previous` is that of
/// the change before it, 0 where there is none.
constexpr std::uint64_t activation_height(std::uint64_t height, std::uint64_t previous) {
  return (height > previous ? height : previous) + kConsensusWindow + 1;
}

/// Who votes at which height, as the state after one block knows it: what a node builds its epochs
/// from. An immutable value; may be used from any thread.
///
/// The state after block h answers for every height from epochs().front().first_height (at most h,
/// or 1) on, and what it says of heights up to h + W + 1 is final: a change that a later block
/// decides begins above that. So who has executed the certified height knows the set of every
/// height in play. Sets before the front's have to be remembered by who crossed them.
///
/// For the same question after each block without the keys' cost: ExecutedBlock::next_epoch, which
/// is next_change(height) of the state after it.
class ValidatorSchedule {
 public:
  /// kDataLoss if the status is none that execution wrote.
  static Result<ValidatorSchedule> of(const quality::v1::NetworkStatus& status);
  /// Of the network's status in a state after genesis.
  static Result<ValidatorSchedule> read(const StateView& state, HashAlgorithm algorithm);

  /// Ascending by first height, distinct, at least one: the sets known, the last decided at the
  /// end.
  const std::vector<ValidatorEpoch>& epochs() const { return epochs_; }

  /// The set that votes at `height`. For a height below the front's the front: whoever asks that
  /// asks a state that is too new.
  const ValidatorEpoch& at(std::uint64_t height) const;

  /// The first height above `height` at which another set votes, where that is decided.
  std::optional<std::uint64_t> next_change(std::uint64_t height) const;

 private:
  explicit ValidatorSchedule(std::vector<ValidatorEpoch> epochs) : epochs_(std::move(epochs)) {}

  std::vector<ValidatorEpoch> epochs_;
};

/// ValidatorSchedule::of(status).next_change(height) without making the sets.
std::optional<std::uint64_t> next_set_change(const quality::v1::NetworkStatus& status,
                                             std::uint64_t height);

/// The validators' list of `status` after its first `changes` decided changes, in no order that
/// counts. Precondition: `changes` <= status.changes_size().
std::vector<quality::v1::Validator> validators_after(const quality::v1::NetworkStatus& status,
                                                     int changes);

}  // namespace qc::ledger
