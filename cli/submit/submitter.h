// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "ledger/crypto/signer.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// Records in canonical bytes, packed under one signature.
struct PackedSubmission {
  /// SignedSubmission, exact bytes: sent again unchanged after a lost connection.
  std::string bytes;
  /// Which of the caller's records it carries.
  std::size_t first_record = 0;
  std::size_t record_count = 0;
};

/// How records are packed.
struct PackingOptions {
  /// Records under one signature, 1..10 000.
  std::size_t records_max = 1000;
  /// Bytes of records under one signature.
  std::size_t bytes_max = std::size_t{4} * 1024 * 1024;
  /// Until when it may be ordered, from now; below the network's replay window.
  std::uint64_t lifetime_ms = 600'000;
};

/// Packs and signs `records` in order. The nonces come from the operating system.
ledger::Result<std::vector<PackedSubmission>> pack_records(const std::vector<std::string>& records,
                                                           const ClientProfile& profile,
                                                           const ledger::Signer& signer,
                                                           const PackingOptions& options);

/// Called in the caller's thread with the number of submissions answered so far.
using Progress = std::function<void(std::size_t answered)>;

/// Sends submissions to the profile's first node that answers and waits until each has an outcome.
/// After a lost connection, or 15 s without a sign of life, goes on with the next node and sends
/// again what has no answer yet: the network answers a repeated submission with its first outcome.
/// An answer of state PENDING in the result means that nobody answered in time: its outcome is
/// unknown. One that was not taken for a time names this machine's clock where that is wrong.
ledger::Result<std::vector<quality::v1::SubmitResponse>> submit_all(
    const ClientProfile& profile, const std::vector<PackedSubmission>& submissions,
    const Progress& progress);

}  // namespace qc::cli
