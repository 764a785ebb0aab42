// SPDX-License-Identifier: Apache-2.0
#include "cli/base/key_file.h"

#include "cli/base/files.h"

namespace qc::cli {

ledger::Result<ledger::PublicKey> create_key_file(const std::filesystem::path& path,
                                                  ledger::KeyAlgorithm algorithm) {
  QC_TRY(std::string pem, ledger::generate_private_key(algorithm));
  const auto written = write_secret_file(path, pem);
  const auto signer = ledger::PemSigner::from_pem(pem);
  ledger::wipe(pem);
  QC_TRY_VOID(written);
  if (!signer) {
    return ledger::fail_at(path.string(), signer.error());
  }
  return (*signer)->public_key();
}

ledger::Result<std::unique_ptr<ledger::PemSigner>> open_key_file(
    const std::filesystem::path& path) {
  QC_TRY(std::string pem, read_secret_file(path));
  auto signer = ledger::PemSigner::from_pem(pem);
  ledger::wipe(pem);
  if (!signer) {
    return ledger::fail_at(path.string(), signer.error());
  }
  return signer;
}

}  // namespace qc::cli
