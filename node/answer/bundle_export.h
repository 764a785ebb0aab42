// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit/audit_bundle.h"
#include "ledger/base/result.h"

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

/// The subjects whose histories belong to any answer about `id` (docs/formats.md, Audit bundle): by
/// the form of the id, and what the status in its value lists under `see`. Each once, without `id`.
ledger::Result<std::vector<std::string>> subjects_beside(std::string_view id,
                                                         const std::optional<std::string>& value);

/// The complete answer about a canonical subject id at one certified state: it and everything that
/// must be answered with it, every record shown, every key with its state proof. The file leads
/// from the validator set whose hash is `since`, that of the verifier's policy, to the one that
/// certified the state; empty: the latter alone. kNotFound for a set that never was,
/// kResourceExhausted where the answer has more than 64 subjects, 50 000 records or 64 MiB of them:
/// such histories are read by pages.
ledger::Result<ledger::AuditBundle> export_bundle(const storage::ReadView& view,
                                                  const std::string& id,
                                                  std::string_view since = {});

}  // namespace qc::node
