// SPDX-License-Identifier: Apache-2.0
#include "node/rpc/network_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ledger/digest.h"
#include "ledger/key.h"
#include "ledger/key_directory.h"
#include "ledger/state_view.h"
#include "ledger/subject_id.h"
#include "ledger/validator_schedule.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
using ledger::Digest;
using ledger::fail;
using ledger::Result;

namespace {

Result<std::optional<ledger::NoteKey>> log_key_of(const storage::ReadView& view,
                                                  const Digest& key_id) {
  const ledger::Network& network = view.network();
  QC_TRY(const std::optional<ledger::EnrolledKey> key,
         ledger::find_key(view.state(), network.algorithm, key_id));
  if (!key || key->purpose != ledger::KeyPurpose::kLog) return std::optional<ledger::NoteKey>();
  QC_TRY(ledger::PublicKey parsed, ledger::PublicKey::from_spki(key->spki));
  // Only Ed25519 keys can sign notes; another one enrolled as a log's is of no use to anybody.
  if (parsed.algorithm() != ledger::KeyAlgorithm::kEd25519) {
    return std::optional<ledger::NoteKey>();
  }
  QC_TRY(ledger::NoteKey note_key,
         ledger::NoteKey::make(network.chain_id, ledger::NoteKeyType::kEd25519, std::move(parsed)));
  return std::optional(std::move(note_key));
}

}  // namespace

Result<quality::v1::NetworkStatus> network_status(const storage::ReadView& view) {
  QC_TRY(auto status, ledger::find_status<quality::v1::NetworkStatus>(
                          view.state(), view.network().algorithm, ledger::network_id()));
  if (!status) return fail(Code::kDataLoss, "the network has no status in the state");
  return *std::move(status);
}

Result<ledger::ValidatorSet> certifying_set(const storage::ReadView& view) {
  const ledger::HashAlgorithm hash = view.network().algorithm;
  QC_TRY(const quality::v1::NetworkStatus status, network_status(view));
  QC_TRY(const ledger::ValidatorSchedule schedule, ledger::ValidatorSchedule::of(status));
  ledger::ValidatorSet present = schedule.at(view.height()).validators;
  if (present.hash(hash) == view.seal().validators) return present;
  return fail(Code::kDataLoss, "the newest seal is of another validator set than the state's");
}

Result<std::vector<ledger::NoteKey>> log_keys(const storage::ReadView& view,
                                              const ledger::NoteKey& own) {
  QC_TRY(const quality::v1::NetworkStatus status, network_status(view));
  std::vector<ledger::NoteKey> keys;
  for (const std::string& code : status.governance()) {
    QC_TRY(const std::optional<ledger::Member> member,
           ledger::find_member(view.state(), view.network().algorithm, code));
    if (!member) continue;
    for (const Digest& key_id : member->keys) {
      QC_TRY(auto key, log_key_of(view, key_id));
      if (key) keys.push_back(*std::move(key));
    }
  }
  if (std::ranges::find(keys, own) == keys.end()) keys.push_back(own);
  return keys;
}

}  // namespace qc::node
