// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/crypto/key.h"

namespace quality::v1 {
class Record;
}

namespace qc::ledger {

/// The purpose that a key must have to sign this record: admin for governance and key records,
/// signing for all others (docs/formats.md, Record and submission).
KeyPurpose signing_purpose(const quality::v1::Record& record);

}  // namespace qc::ledger
