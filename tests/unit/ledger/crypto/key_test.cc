// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/key.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "ledger/crypto/signer.h"

namespace qc::ledger {
namespace {

constexpr KeyAlgorithm kAlgorithms[] = {KeyAlgorithm::kEcdsaP256Sha256, KeyAlgorithm::kEd25519,
                                        KeyAlgorithm::kSm2Sm3};
// The order of P-256.
constexpr std::string_view kOrderHex =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

std::unique_ptr<PemSigner> new_signer(KeyAlgorithm algorithm) {
  return PemSigner::from_pem(generate_private_key(algorithm).value()).value();
}

// order - s, by hand: s is a big-endian number below the order.
std::string negated(std::string_view s) {
  const std::string order = *from_hex(kOrderHex);
  std::string result(32, '\0');
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    int difference = static_cast<std::uint8_t>(order[i]) - static_cast<std::uint8_t>(s[i]) - borrow;
    borrow = difference < 0 ? 1 : 0;
    result[i] = static_cast<char>(difference + 256 * borrow);
  }
  return result;
}

TEST(PublicKey, VerifiesWhatItsSignerSigned) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    const auto signer = new_signer(algorithm);
    const auto other = new_signer(algorithm);
    const auto signature = signer->sign("message");
    ASSERT_TRUE(signature) << signature.error().message;
    EXPECT_EQ(signer->public_key().algorithm(), algorithm);
    EXPECT_TRUE(signer->public_key().verify("message", *signature)) << name_of(algorithm);
    EXPECT_FALSE(signer->public_key().verify("massage", *signature));
    EXPECT_FALSE(other->public_key().verify("message", *signature));
  }
}

TEST(PublicKey, RefusesEveryFlippedBitOfASignature) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    const auto signer = new_signer(algorithm);
    const std::string signature = signer->sign("m").value();
    for (std::size_t i = 0; i < signature.size(); ++i) {
      std::string flipped = signature;
      flipped[i] = static_cast<char>(flipped[i] ^ 1);
      EXPECT_FALSE(signer->public_key().verify("m", flipped)) << name_of(algorithm) << " " << i;
    }
  }
}

TEST(PublicKey, RefusesSignaturesOfAnotherLengthAndExtremeOnes) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    const auto signer = new_signer(algorithm);
    const std::string signature = signer->sign("m").value();
    EXPECT_FALSE(signer->public_key().verify("m", ""));
    EXPECT_FALSE(signer->public_key().verify("m", signature + '\0'));
    EXPECT_FALSE(signer->public_key().verify("m", signature.substr(1)));
    EXPECT_FALSE(signer->public_key().verify("m", std::string(64, '\0')));
    EXPECT_FALSE(signer->public_key().verify("m", std::string(64, '\xff')));
  }
}

TEST(PublicKey, AcceptsLowAndHighS) {
  const auto signer = new_signer(KeyAlgorithm::kEcdsaP256Sha256);
  const std::string signature = signer->sign("m").value();
  const std::string mirrored = signature.substr(0, 32) + negated(signature.substr(32));
  EXPECT_NE(mirrored, signature);
  EXPECT_TRUE(signer->public_key().verify("m", mirrored));
}

TEST(PublicKey, HasOneEncoding) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    const PublicKey key = new_signer(algorithm)->public_key();
    const std::string spki = key.spki();
    EXPECT_EQ(PublicKey::from_spki(spki).value(), key);
    EXPECT_FALSE(PublicKey::from_spki(spki + '\0'));
    EXPECT_FALSE(PublicKey::from_spki(spki.substr(0, spki.size() - 1)));
    EXPECT_FALSE(PublicKey::from_spki(""));
    std::string other = spki;
    other[10] = static_cast<char>(other[10] ^ 1);
    EXPECT_FALSE(PublicKey::from_spki(other));
  }
}

TEST(PublicKey, MustLieOnItsCurve) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::kEcdsaP256Sha256, KeyAlgorithm::kSm2Sm3}) {
    std::string spki = new_signer(algorithm)->public_key().spki();
    spki.back() = static_cast<char>(spki.back() ^ 1);
    const auto key = PublicKey::from_spki(spki);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().message.find("not on the curve"), std::string::npos);
  }
}

TEST(PublicKey, RefusesCompressedPoints) {
  const std::string spki = new_signer(KeyAlgorithm::kEcdsaP256Sha256)->public_key().spki();
  // The same key with its point compressed, in otherwise correct DER.
  std::string compressed = *from_hex("3039301306072a8648ce3d020106082a8648ce3d030107032200");
  compressed += (spki.back() & 1) != 0 ? '\x03' : '\x02';
  compressed += spki.substr(27, 32);
  EXPECT_FALSE(PublicKey::from_spki(compressed));
}

TEST(PublicKey, RefusesSmallOrder) {
  const std::string_view points[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
  for (const std::string_view point : points) {
    EXPECT_FALSE(PublicKey::from_ed25519(*from_hex(point))) << point;
  }
  EXPECT_FALSE(PublicKey::from_ed25519("short"));
}

TEST(PublicKey, KnowsAnRfc8032Signature) {
  const auto key = PublicKey::from_ed25519(
      *from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->verify(
      "\x72", *from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
}

TEST(PublicKey, IsIdentifiedByTheNetworksHash) {
  const PublicKey key = new_signer(KeyAlgorithm::kEd25519)->public_key();
  EXPECT_EQ(key.id(), hash(HashAlgorithm::kSha256, key.spki()));
  EXPECT_EQ(key.id(HashAlgorithm::kSm3), hash(HashAlgorithm::kSm3, key.spki()));
}

TEST(PemSigner, RefusesWhatIsNoUnencryptedKeyOfOurs) {
  EXPECT_FALSE(PemSigner::from_pem(""));
  EXPECT_FALSE(
      PemSigner::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  EXPECT_FALSE(
      PemSigner::from_pem(public_key_pem(new_signer(KeyAlgorithm::kEd25519)->public_key())));
  EXPECT_FALSE(PemSigner::from_pem(std::string(20'000, 'x')));
  // An encrypted key must fail at once instead of asking for a passphrase.
  EXPECT_FALSE(
      PemSigner::from_pem("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                          "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBCV2j5f5xk2o1g2R6o3\n"
                          "-----END ENCRYPTED PRIVATE KEY-----\n"));
}

TEST(PemSigner, PublicKeysTravelAsPem) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    const PublicKey key = new_signer(algorithm)->public_key();
    EXPECT_EQ(public_key_from_pem(public_key_pem(key)).value(), key) << name_of(algorithm);
  }
  EXPECT_FALSE(public_key_from_pem("nonsense"));
}

TEST(PemSigner, KeysAreGeneratedAsPkcs8AndDiffer) {
  std::string one = generate_private_key(KeyAlgorithm::kEd25519).value();
  const std::string two = generate_private_key(KeyAlgorithm::kEd25519).value();
  EXPECT_EQ(one.rfind("-----BEGIN PRIVATE KEY-----\n", 0), 0U);
  EXPECT_NE(one, two);
  wipe(one);
  EXPECT_TRUE(one.empty());
}

}  // namespace
}  // namespace qc::ledger
