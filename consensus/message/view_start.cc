// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/view_start.h"

#include <utility>

#include "consensus/base/mutation.h"

namespace qc::consensus {
namespace {

bool higher(const PreparedPoint& one, const PreparedPoint& other) {
  if (mutated(Mutation::kBaseByHeight)) {
    return std::pair(one.height, one.view) > std::pair(other.height, other.view);
  }
  return std::pair(one.view, one.height) > std::pair(other.view, other.height);
}

}  // namespace

Basis greatest(std::span<const ViewChangeHeader> headers) {
  Basis basis = {headers.front().prepared, headers.front().checkpoint};
  for (const ViewChangeHeader& header : headers) {
    if (higher(header.prepared, basis.prepared)) {
      basis.prepared = header.prepared;
    }
    if (header.checkpoint.height > basis.checkpoint.height) {
      basis.checkpoint = header.checkpoint;
    }
  }
  return basis;
}

ViewStart view_start(std::span<const ViewChangeHeader> headers) {
  const Basis basis = greatest(headers);
  if (basis.prepared.height > basis.checkpoint.height) {
    return ViewStart{basis.prepared.height, basis.prepared.digest, {}};
  }
  return ViewStart{basis.checkpoint.height.next(), std::nullopt, basis.checkpoint.proposal};
}

}  // namespace qc::consensus
