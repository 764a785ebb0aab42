// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/client/client_profile.h"
#include "cli/network/network_layout.h"
#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// A laboratory and the lots that it may certify, on a local network.
struct BenchSubjects {
  ClientProfile laboratory;
  /// Canonical id of its accreditation.
  std::string accreditation;
  std::string gtin;
  std::vector<std::string> lots;
};

/// Prepares a local network for load: enrols a laboratory of its own by the approval of every
/// founder, has the regulator accredit it, and registers `lots` lots. What an earlier bench has
/// prepared in the same folder is used again.
ledger::Result<BenchSubjects> prepare_bench(const NetworkLayout& layout, std::size_t lots);

/// A conformant certificate of about `size` bytes on one of the lots, number `serial` of this run.
quality::v1::Record bench_certificate(const BenchSubjects& subjects, const std::string& run,
                                      std::uint64_t serial, std::size_t size);

}  // namespace qc::cli
