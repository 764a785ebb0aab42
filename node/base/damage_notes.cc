// SPDX-License-Identifier: Apache-2.0
#include "node/base/damage_notes.h"

#include <fmt/format.h>

#include "node/base/log.h"

namespace qc::node {
namespace {

constexpr const char* kRemedy =
    "stop the node, and restore a backup or move its ledger/ folder away: it is then fetched from "
    "the others";

}  // namespace

void DamageNotes::note(const ledger::Error& error) {
  const std::lock_guard lock(mutex_);
  ++reads_;
  if (first_.empty()) first_ = error.message;
  if (places_.size() > kPlacesMax || !places_.insert(error.message).second) return;
  if (places_.size() <= kPlacesMax) {
    log(LogLevel::kError, "damaged_data", {{"error", error.message}, {"do", kRemedy}});
  } else {
    log(LogLevel::kError, "damaged_data", {{"error", "more places are damaged"}, {"do", kRemedy}});
  }
}

std::uint64_t DamageNotes::reads() const {
  const std::lock_guard lock(mutex_);
  return reads_;
}

std::string DamageNotes::summary() const {
  const std::lock_guard lock(mutex_);
  if (reads_ == 0) return "";
  return fmt::format("{} read(s) met data that is damaged, first: {}; {}", reads_, first_, kRemedy);
}

}  // namespace qc::node
