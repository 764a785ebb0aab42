// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::ledger {

/// GS1 application identifiers and their values, decoded: exactly one of 01, 00, 414, 417, 8003,
/// 8004, and the qualifiers that go with it (10, 21, 22 with 01; 254 with 414). Values are not
/// judged.
using Gs1Keys = std::map<std::string, std::string, std::less<>>;

/// Reads a GS1 Digital Link URI: any host, any stem before the keys, keys in any order, keys in the
/// query; other query attributes are data about the thing, not its identity, and are left aside.
[[nodiscard]] Result<Gs1Keys> read_digital_link(std::string_view uri);

/// Reads an EPC URI: id sgtin, sscc, sgln, pgln, grai, giai; class lgtin; idpat sgtin and grai with
/// `*` for the serial. Check digits are computed.
[[nodiscard]] Result<Gs1Keys> read_epc_uri(std::string_view uri);

/// Reads a bracketed element string: "(01)06901234567892(10)L2026A".
[[nodiscard]] Result<Gs1Keys> read_element_string(std::string_view text);

}  // namespace qc::ledger
