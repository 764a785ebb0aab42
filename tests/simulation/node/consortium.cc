// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node/consortium.h"

#include <openssl/evp.h>

#include <array>
#include <utility>

#include "base/assert.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/check_digit.h"
#include "ledger/record/submission.h"
#include "quality/v1/record.pb.h"

namespace qc::simulation {
namespace {

using namespace quality::v1;

constexpr std::array kFounders = {PARTY_KIND_REGULATOR, PARTY_KIND_GOVERNMENT,
                                  PARTY_KIND_ASSOCIATION, PARTY_KIND_UNIVERSITY,
                                  PARTY_KIND_PLATFORM};
constexpr std::size_t kEnterprises = 2;

/// The Ed25519 key whose secret is the number, as PKCS#8 in PEM.
std::unique_ptr<ledger::Signer> key_of(std::uint32_t number) {
  std::array<unsigned char, 48> der = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
  der[44] = static_cast<unsigned char>(number >> 24U);
  der[45] = static_cast<unsigned char>(number >> 16U);
  der[46] = static_cast<unsigned char>(number >> 8U);
  der[47] = static_cast<unsigned char>(number);
  std::array<unsigned char, 65> base64{};
  EVP_EncodeBlock(base64.data(), der.data(), der.size());
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n" +
                          std::string(base64.begin(), base64.end() - 1) +
                          "\n-----END PRIVATE KEY-----\n";
  auto signer = ledger::PemSigner::from_pem(pem);
  QC_ASSERT(signer.has_value());
  return *std::move(signer);
}

std::string uscc(std::size_t number) {
  std::string code = "91371500MA3C00" + std::to_string(1000 + number).substr(1);
  code.push_back(ledger::uscc_check_character(code).value());
  return code;
}

}  // namespace

Consortium::Consortium(std::size_t validators) {
  QC_ASSERT(validators >= 4);
  ledger::FoundingPlan plan{.name = "quality-chain.example/simulation",
                            .time_ms = kFoundedMs,
                            .approval_rule =
                                "regulator and 2 of (government, association, university, "
                                "platform)",
                            .founders = {},
                            .validators = {}};
  const std::size_t parties = std::max(validators, kFounders.size()) + kEnterprises;
  std::uint32_t next_key = 1;
  for (std::size_t i = 0; i < parties; ++i) {
    parties_.push_back({uscc(i), key_of(next_key), key_of(next_key + 1)});
    next_key += 2;
    const auto kind = i < kFounders.size() ? kFounders[i] : PARTY_KIND_ENTERPRISE;
    plan.founders.push_back(
        {.code = parties_[i].code,
         .name_zh = "创始方",
         .name_en = "Founder",
         .kind = static_cast<std::uint32_t>(kind),
         .gln = {},
         .keys = {{parties_[i].admin->public_key().spki(), ledger::KeyPurpose::kAdmin},
                  {parties_[i].signing->public_key().spki(), ledger::KeyPurpose::kSigning}}});
  }
  for (std::size_t i = 0; i < validators; ++i) {
    voting_.push_back(key_of(next_key++));
    const std::string short_name = "v" + std::to_string(100 + i);
    plan.validators.push_back({.name = plan.name + "/" + short_name,
                               .organisation = parties_[i].code,
                               .spki = voting_.back()->public_key().spki(),
                               .node_tls_spki = key_of(next_key++)->public_key().spki()});
  }
  auto genesis = ledger::make_genesis(plan);
  QC_ASSERT(genesis.has_value());
  genesis_ = std::make_unique<const ledger::Genesis>(*std::move(genesis));
  genesis_seal_ = ledger::execute_genesis(*genesis_)->seal_text;
}

std::string Consortium::register_lot(std::size_t enterprise, const std::string& lot,
                                     std::uint64_t number, std::uint64_t not_after_ms) const {
  const Party& party = parties_[parties_.size() - kEnterprises + enterprise % kEnterprises];
  Record record;
  record.set_claimed_time_ms(kFoundedMs);
  record.set_domain(QUALITY_DOMAIN_PRODUCT);
  LotRegistration& body = *record.mutable_lot_registration();
  std::string gtin = "0690123400001";
  gtin.push_back(ledger::gs1_check_digit(gtin).value());
  body.set_gtin(gtin);
  body.set_lot(lot);
  body.set_production_date("2026-11-01");
  ledger::SubmissionDraft draft{.chain_id = network().chain_id,
                                .organisation = party.code,
                                .nonce = {},
                                .not_after_ms = not_after_ms};
  for (std::size_t i = 0; i < 8; ++i) {
    draft.nonce[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  auto bytes = ledger::sign_submission(draft, {ledger::canonical_bytes(record)}, *party.signing);
  QC_ASSERT(bytes.has_value());
  return *std::move(bytes);
}

}  // namespace qc::simulation
