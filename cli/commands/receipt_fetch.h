// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/client/session.h"

namespace qc::cli {

/// `qc receipt fetch`: receipts for the signed submissions that wait in a folder.
void add_receipt_fetch_command(CLI::App& receipt, Session& session);

}  // namespace qc::cli
