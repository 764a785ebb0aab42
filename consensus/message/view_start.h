// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Where a view begins. View 0 begins at the epoch's first height on the block below it; a later
/// view where its NewView says.
struct ViewStart {
  Height start{1};
  /// The certificate's digest that the view must begin with, at `start`; nothing in a fresh start.
  std::optional<Digest> base;
  /// The parent of `start` in a fresh start. At the epoch's first height it is the block below,
  /// which every voter holds certified, and this is not looked at.
  Digest parent{};

  friend bool operator==(const ViewStart&, const ViewStart&) = default;
};

/// The greatest of what view changes say.
struct Basis {
  /// By view first, then by height. (Were height first, a stale certificate of an old view could
  /// contradict a block committed in a later one.)
  PreparedPoint prepared;
  CertifiedPoint checkpoint;
};

Basis greatest(std::span<const ViewChangeHeader> headers);

/// Where the view begins: with the greatest certificate where that is above the greatest
/// checkpoint, else fresh, right above the checkpoint. The NewView must have at least one header.
ViewStart view_start(std::span<const ViewChangeHeader> headers);

}  // namespace qc::consensus
