// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/client/client_profile.h"
#include "ledger/base/result.h"
#include "ledger/crypto/signer.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

/// A validator's complete name from its short one ("<network>/<short name>"); a complete one stays.
ledger::Result<std::string> validator_name(const std::string& chain_id, const std::string& name);

/// The change that adds a validator of `organisation`, with the possession of its keys proven.
/// `tls_enrolled`: the TLS key is on the chain for the organisation already, as an observer's.
ledger::Result<quality::v1::ValidatorSetChange> validator_addition(const ClientProfile& profile,
                                                                   const std::string& name,
                                                                   const ledger::Signer& voting,
                                                                   const ledger::Signer& tls,
                                                                   bool tls_enrolled);
/// The change that takes a validator out of the set.
quality::v1::ValidatorSetChange validator_removal(const std::string& name,
                                                  const std::string& organisation);
/// The change that gives a validator of the profile's organisation a new voting key.
ledger::Result<quality::v1::ValidatorSetChange> key_replacement(const ClientProfile& profile,
                                                                const std::string& name,
                                                                const ledger::Signer& voting);

/// Submits a change under the profile's admin key: proposes it, approves it where it is open, or
/// (the first replacement of a key of one's own in 24 h) decides it.
ledger::Result<quality::v1::SubmissionReceipt> submit_validator_change(
    const ClientProfile& profile, const quality::v1::ValidatorSetChange& change);

/// key_replacement and submit_validator_change in one, from a private key file: what a validator
/// needs that lost its vote journal. Full or short name.
ledger::Result<quality::v1::SubmissionReceipt> replace_validator_key(
    const ClientProfile& profile, const std::string& name,
    const std::filesystem::path& voting_key_file);

/// The set, the changes that wait and the open proposals, at `min_height` or later.
ledger::Result<quality::v1::ListValidatorsResponse> list_validators(const ClientProfile& profile,
                                                                    std::uint64_t min_height = 0);

}  // namespace qc::cli
