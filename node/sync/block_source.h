// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/base/result.h"
#include "quality/peer/v1/peer.pb.h"
#include "storage/read_view.h"

namespace qc::node {

/// Blocks `from` (>= 1) .. `to` as far as one certificate reaches: the checkpoint at the end of
/// their validator set, or the newest one. Cut at about `bytes`; without blocks where `from` is
/// above what is here, empty where nothing is certified here.
ledger::Result<quality::peer::v1::Blocks> certified_blocks(const storage::ReadView& view,
                                                           std::uint64_t from, std::uint64_t to,
                                                           std::size_t bytes);

}  // namespace qc::node
