// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/tls_certificate.h"

#include <gtest/gtest.h>

#include "ledger/crypto/signer.h"

namespace qc::ledger {
namespace {

TEST(TlsCertificate, CarriesTheKeyThatItWasMadeFor) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::kEcdsaP256Sha256, KeyAlgorithm::kEd25519}) {
    const std::string pem = *generate_private_key(algorithm);

    const auto certificate = self_signed_certificate(
        pem, {.common_name = "node", .not_before_s = 1'700'000'000, .not_after_s = 1'800'000'000});

    ASSERT_TRUE(certificate) << certificate.error().message;
    EXPECT_EQ(*certificate_spki(*certificate), (*PemSigner::from_pem(pem))->public_key().spki());
  }
}

TEST(TlsCertificate, RefusesWhatIsNoKeyOrNoCertificate) {
  EXPECT_FALSE(self_signed_certificate("no key", {}));
  EXPECT_FALSE(certificate_spki("no certificate"));
  EXPECT_FALSE(certificate_spki(""));
}

}  // namespace
}  // namespace qc::ledger
