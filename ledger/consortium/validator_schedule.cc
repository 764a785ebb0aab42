// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/validator_schedule.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

namespace {

using quality::v1::NetworkStatus;
using quality::v1::ValidatorSetChange;

void apply_change(std::vector<quality::v1::Validator>& validators,
                  const NetworkStatus::DecidedChange& change) {
  std::erase_if(validators, [&change](const quality::v1::Validator& validator) {
    return validator.name() == change.validator().name();
  });
  if (change.change() != ValidatorSetChange::CHANGE_REMOVE) {
    validators.push_back(change.validator());
  }
}

Result<ValidatorEpoch> epoch_of(std::vector<quality::v1::Validator> seats,
                                std::uint64_t first_height) {
  std::ranges::sort(seats, {}, &quality::v1::Validator::name);
  std::vector<Validator> validators;
  std::vector<std::string> organisations;
  std::vector<std::string> node_tls_spkis;
  for (const quality::v1::Validator& seat : seats) {
    QC_TRY(PublicKey key, PublicKey::from_spki(seat.spki()));
    validators.push_back({seat.name(), std::move(key)});
    organisations.push_back(seat.organisation());
    node_tls_spkis.push_back(seat.node_tls_spki());
  }
  QC_TRY(ValidatorSet set, ValidatorSet::make(std::move(validators)));
  return ValidatorEpoch{.first_height = first_height,
                        .validators = std::move(set),
                        .organisations = std::move(organisations),
                        .node_tls_spkis = std::move(node_tls_spkis)};
}

}  // namespace

std::vector<quality::v1::Validator> validators_after(const NetworkStatus& status, int changes) {
  QC_ASSERT(changes <= status.changes_size());
  std::vector<quality::v1::Validator> validators(status.validators().begin(),
                                                 status.validators().end());
  for (int i = 0; i < changes; ++i) apply_change(validators, status.changes(i));
  return validators;
}

std::optional<std::uint64_t> next_set_change(const NetworkStatus& status, std::uint64_t height) {
  for (const NetworkStatus::DecidedChange& change : status.changes()) {
    if (change.height() > height) return change.height();
  }
  return std::nullopt;
}

Result<ValidatorSchedule> ValidatorSchedule::of(const NetworkStatus& status) {
  std::vector<ValidatorEpoch> epochs;
  for (int changes = 0; changes <= status.changes_size(); ++changes) {
    const std::uint64_t first = changes == 0 ? std::max<std::uint64_t>(status.epoch(), 1)
                                             : status.changes(changes - 1).height();
    Result<ValidatorEpoch> epoch = epoch_of(validators_after(status, changes), first);
    if (!epoch || (!epochs.empty() && epochs.back().first_height >= first)) {
      return fail(Code::kDataLoss,
                  "the stored validator sets of the network are damaged; restore the database");
    }
    epochs.push_back(*std::move(epoch));
  }
  return ValidatorSchedule(std::move(epochs));
}

Result<ValidatorSchedule> ValidatorSchedule::read(const StateView& state, HashAlgorithm algorithm) {
  QC_TRY(const auto status, find_status<NetworkStatus>(state, algorithm, network_id()));
  if (!status) {
    return fail(Code::kDataLoss, "the ledger holds no network status; restore the database");
  }
  return of(*status);
}

const ValidatorEpoch& ValidatorSchedule::at(std::uint64_t height) const {
  const auto after = std::ranges::upper_bound(epochs_, height, {}, &ValidatorEpoch::first_height);
  return after == epochs_.begin() ? epochs_.front() : *std::prev(after);
}

std::optional<std::uint64_t> ValidatorSchedule::next_change(std::uint64_t height) const {
  const auto after = std::ranges::upper_bound(epochs_, height, {}, &ValidatorEpoch::first_height);
  // The front's own beginning is no change that this state speaks of.
  if (after == epochs_.end() || after == epochs_.begin()) return std::nullopt;
  return after->first_height;
}

}  // namespace qc::ledger
