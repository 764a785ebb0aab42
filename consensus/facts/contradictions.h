// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <tuple>
#include <vector>

#include "consensus/message/equivocation.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Which contradictions of whom were reported already: each is reported once, and of one validator
/// only so many in an epoch. More prove nothing new, and a liar could make any number.
class Contradictions {
 public:
  static constexpr std::size_t kPerValidatorMax = 16;

  explicit Contradictions(Quorum quorum) : reported_(quorum.validators()) {}

  /// Whether a contradiction of that validator about that view and height would be reported.
  bool news(Equivocation::Kind kind, ReplicaIndex culprit, View view, Height height) const {
    const Reported& reported = reported_[culprit.value];
    return reported.size() < kPerValidatorMax && !reported.contains({kind, view, height});
  }
  /// Takes note of one that is reported now; false if it is no news.
  bool add(const Equivocation& evidence) {
    if (!news(evidence.kind, evidence.culprit, evidence.view, evidence.height)) {
      return false;
    }
    reported_[evidence.culprit.value].insert({evidence.kind, evidence.view, evidence.height});
    return true;
  }

 private:
  using Reported = std::set<std::tuple<Equivocation::Kind, View, Height>>;

  std::vector<Reported> reported_;
};

}  // namespace qc::consensus
