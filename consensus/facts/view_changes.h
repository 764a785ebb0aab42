// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// The newest view change of each validator: one place each, so that invented view numbers cost no
/// memory.
class ViewChanges {
 public:
  explicit ViewChanges(Quorum quorum) : newest_(quorum.validators()) {}

  /// Whether it is newer than what is held of its voter. The voter must be below n.
  bool is_newer(const ViewChange& change) const {
    const std::optional<ViewChange>& held = newest_[change.header.voter.value];
    return !held || change.header.view > held->header.view;
  }
  void add(ViewChange change) {
    if (is_newer(change)) {
      std::optional<ViewChange>& place = newest_[change.header.voter.value];
      place = std::move(change);
    }
  }
  /// Those for just that view, in ascending order of voter.
  std::vector<const ViewChange*> of(View view) const {
    std::vector<const ViewChange*> found;
    for (const std::optional<ViewChange>& change : newest_) {
      if (change && change->header.view == view) {
        found.push_back(&*change);
      }
    }
    return found;
  }

 private:
  std::vector<std::optional<ViewChange>> newest_;
};

}  // namespace qc::consensus
