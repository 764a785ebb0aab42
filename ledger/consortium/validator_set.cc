// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/validator_set.h"

#include <algorithm>
#include <utility>

#include "ledger/base/text.h"

namespace qc::ledger {
namespace {

constexpr std::size_t kMaxNetworkName = 128;
constexpr std::size_t kMaxShortName = 32;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
Result<void> check_validator(const Validator& validator, std::string_view network) {
  const std::size_t slash = validator.name.rfind('/');
  if (slash == std::string::npos || !is_network_name(validator.name.substr(0, slash)) ||
      !is_short_name(short_name(validator.name))) {
    return fail(Code::kInvalidArgument,
                "validator name \"" + validator.name +
                    "\": must be <genesis name>/<short name>, the short name [a-z][a-z0-9-]{0,31} "
                    "and not \"none\"");
  }
  if (std::string_view(validator.name).substr(0, slash) != network) {
    return fail(Code::kInvalidArgument, "validator name \"" + validator.name +
                                            "\": the others are of network \"" +
                                            std::string(network) + "\"");
  }
  if (validator.key.algorithm() != KeyAlgorithm::kEd25519) {
    return fail(Code::kInvalidArgument,
                "validator \"" + validator.name + "\": its key must be Ed25519");
  }
  return {};
}

}  // namespace

bool is_short_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxShortName && is_lower(name.front()) &&
         name != "none" && std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '-';
         });
}

std::string_view short_name(std::string_view validator_name) {
  const std::size_t slash = validator_name.rfind('/');
  return slash == std::string_view::npos ? validator_name : validator_name.substr(slash + 1);
}

bool is_network_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNetworkName && name.front() != '/' &&
         name.back() != '/' && name.find("://") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

Result<ValidatorSet> ValidatorSet::make(std::vector<Validator> validators) {
  if (validators.empty() || validators.size() > kMaxValidators) {
    return fail(Code::kInvalidArgument, "a validator set has 1.." + std::to_string(kMaxValidators) +
                                            " members, this one " +
                                            std::to_string(validators.size()));
  }
  std::sort(validators.begin(), validators.end(),
            [](const Validator& a, const Validator& b) { return a.name < b.name; });
  const std::string& first = validators.front().name;
  const std::string network = first.substr(0, std::min(first.rfind('/'), first.size()));
  for (const Validator& validator : validators) {
    QC_TRY_VOID(check_validator(validator, network));
  }
  for (std::size_t i = 1; i < validators.size(); ++i) {
    if (validators[i].name == validators[i - 1].name) {
      return fail(Code::kInvalidArgument,
                  "validator name \"" + validators[i].name + "\" stands twice");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (validators[i].key == validators[j].key) {
        return fail(Code::kInvalidArgument, "validators \"" + validators[j].name + "\" and \"" +
                                                validators[i].name + "\" have one key");
      }
    }
  }
  return ValidatorSet(std::move(validators));
}

std::string_view ValidatorSet::network_name() const {
  const std::string_view first = validators_.front().name;
  return first.substr(0, first.rfind('/'));
}

const Validator* ValidatorSet::find(std::string_view name) const {
  const auto place = std::lower_bound(
      validators_.begin(), validators_.end(), name,
      [](const Validator& validator, std::string_view wanted) { return validator.name < wanted; });
  return place != validators_.end() && place->name == name ? &*place : nullptr;
}

Digest ValidatorSet::hash(HashAlgorithm algorithm) const {
  Hasher hasher(algorithm);
  hasher.add_tag("qc/validators/v1");
  for (const Validator& validator : validators_) {
    hasher.add_u32(static_cast<std::uint32_t>(validator.name.size())).add(validator.name);
    hasher.add_u32(static_cast<std::uint32_t>(validator.key.spki().size()))
        .add(validator.key.spki());
  }
  return hasher.finish();
}

}  // namespace qc::ledger
