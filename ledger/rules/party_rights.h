// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/rules/rule_context.h"

namespace qc::ledger {

/// True if the party acts as a regulator, by kind or role.
bool is_regulator(const quality::v1::PartyStatus& party);

/// True if the kind is one of those that found and govern a network.
bool is_governing_kind(quality::v1::PartyKind kind);

/// Whether a party of these rights may write a record of this type at all: the table of
/// docs/domain.md, Parties and rights. Whether it may in this case (holder, issuer, receiver ...)
/// is for the type's own rule.
Judgement check_rights(const quality::v1::PartyStatus& actor, const quality::v1::Record& record);

}  // namespace qc::ledger
