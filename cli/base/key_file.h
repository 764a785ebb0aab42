// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/base/result.h"
#include "ledger/crypto/key.h"
#include "ledger/crypto/signer.h"

namespace qc::cli {

/// Makes a private key and writes it as PKCS#8 PEM, mode 0600, never over an existing file.
ledger::Result<ledger::PublicKey> create_key_file(const std::filesystem::path& path,
                                                  ledger::KeyAlgorithm algorithm);

/// A signer over a private key file that belongs to the caller alone.
ledger::Result<std::unique_ptr<ledger::PemSigner>> open_key_file(const std::filesystem::path& path);

}  // namespace qc::cli
