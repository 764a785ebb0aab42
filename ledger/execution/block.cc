// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/block.h"

namespace qc::ledger {

std::string_view name_of(Drop drop) {
  switch (drop) {
    case Drop::kOtherChain:
      return "other_chain";
    case Drop::kUntimely:
      return "untimely";
    case Drop::kReplayed:
      return "replayed";
    case Drop::kKeyNotGood:
      return "key_not_good";
    case Drop::kBadSignature:
      return "bad_signature";
  }
  return "unknown";
}

}  // namespace qc::ledger
