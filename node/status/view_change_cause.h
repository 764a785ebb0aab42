// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "consensus/replica/replica.h"

namespace qc::node {

/// The cause as status, log and metrics name it: "timeout", "link_down", "equivocation",
/// "others_left", "view_begun", "censorship", "too_slow".
constexpr std::string_view name_of(consensus::ViewChangeCause cause) {
  using enum consensus::ViewChangeCause;
  switch (cause) {
    case kTimeout:
      return "timeout";
    case kLinkDown:
      return "link_down";
    case kEquivocation:
      return "equivocation";
    case kOthersLeft:
      return "others_left";
    case kViewBegun:
      return "view_begun";
    case kCensorship:
      return "censorship";
    case kTooSlow:
      return "too_slow";
  }
  return "unknown";
}

}  // namespace qc::node
