// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/genesis.h"

#include <optional>
#include <utility>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/record/submission.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {
namespace {

tl::unexpected<Error> malformed_genesis(std::string what) {
  return fail(Code::kInvalidArgument, "genesis document: " + std::move(what));
}

Result<void> check(const quality::v1::Genesis& genesis) {
  if (!is_network_name(genesis.name())) {
    return malformed_genesis("name \"" + genesis.name() +
                             "\" must be a URL without scheme, '+' and white space, such as "
                             "quality-chain.example/liaocheng");
  }
  if (genesis.time_ms() == 0) return malformed_genesis("time_ms is missing");
  if (genesis.records().empty()) return malformed_genesis("it founds nothing: no records");
  for (int i = 0; i < genesis.records_size(); ++i) {
    if (genesis.records(i).empty() || genesis.records(i).size() > kMaxRecordSize) {
      return malformed_genesis("record " + std::to_string(i) + " is empty or above 48 KiB");
    }
  }
  return {};
}

}  // namespace

std::string GenesisDocument::encode() const {
  quality::v1::Genesis genesis;
  genesis.set_name(name);
  genesis.set_time_ms(time_ms);
  for (const std::string& record : records) genesis.add_records(record);
  return canonical_bytes(genesis);
}

Result<GenesisDocument> GenesisDocument::parse(std::string_view document) {
  if (document.size() > kMaxGenesisSize) return malformed_genesis("longer than 16 MiB");
  auto parsed = parse_canonical<quality::v1::Genesis>(document);
  if (!parsed) return malformed_genesis(std::move(parsed).error().message);
  QC_TRY_VOID(check(*parsed));
  GenesisDocument genesis{.name = parsed->name(), .time_ms = parsed->time_ms(), .records = {}};
  for (std::string& record : *parsed->mutable_records()) {
    genesis.records.push_back(std::move(record));
  }
  return genesis;
}

Digest genesis_hash(HashAlgorithm algorithm, std::string_view document) {
  return tagged_hash(algorithm, "qc/genesis/v1", {document});
}

std::string chain_id(std::string_view name, const Digest& genesis_hash) {
  return std::string(name) + "/" + to_hex(genesis_hash);
}

Result<ChainId> parse_chain_id(std::string_view chain_id) {
  const std::size_t slash = chain_id.rfind('/');
  if (slash != std::string_view::npos && is_network_name(chain_id.substr(0, slash))) {
    if (const auto hash = digest_from_hex(chain_id.substr(slash + 1))) {
      return ChainId{.name = chain_id.substr(0, slash), .genesis_hash = *hash};
    }
  }
  constexpr std::size_t kShown = 256;
  return fail(Code::kInvalidArgument, "\"" + std::string(chain_id.substr(0, kShown)) +
                                          "\" is no chain id: <network name>/<64 hex digits of "
                                          "the genesis hash>");
}

}  // namespace qc::ledger
