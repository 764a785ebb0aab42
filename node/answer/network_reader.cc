// SPDX-License-Identifier: Apache-2.0
#include "node/answer/network_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "ledger/consortium/key_directory.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/crypto/key.h"
#include "ledger/execution/founding.h"
#include "ledger/log/merkle_log.h"
#include "ledger/name/subject_id.h"
#include "ledger/state/state_view.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
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

std::vector<ledger::NamedKey> named(const ledger::ValidatorSet& set) {
  std::vector<ledger::NamedKey> keys;
  for (const ledger::Validator& validator : set.validators()) {
    keys.push_back({validator.name, validator.key.spki()});
  }
  return keys;
}

/// Hash of a set that was valid when it was stored.
Result<std::string> hash_of(const std::vector<ledger::NamedKey>& keys,
                            ledger::HashAlgorithm algorithm) {
  std::vector<ledger::Validator> validators;
  for (const ledger::NamedKey& key : keys) {
    QC_TRY(ledger::PublicKey parsed, ledger::PublicKey::from_spki(key.spki));
    validators.push_back({key.name, std::move(parsed)});
  }
  QC_TRY(const ledger::ValidatorSet set, ledger::ValidatorSet::make(std::move(validators)));
  return qc::to_bytes(set.hash(algorithm));
}

/// Every handover that the set of the view's checkpoint has behind it. At the last block of a set
/// that set is still the one that certifies.
Result<std::vector<storage::Handover>> handovers_before(const storage::ReadView& view) {
  std::vector<storage::Handover> all;
  for (;;) {
    const std::uint64_t from = all.empty() ? 0 : all.back().height + 1;
    QC_TRY(std::vector<storage::Handover> page, view.handovers(from, storage::ReadView::kPageMax));
    if (page.empty()) break;
    std::ranges::move(page, std::back_inserter(all));
  }
  if (!all.empty() && all.back().height == view.height()) all.pop_back();
  return all;
}

Result<ledger::SetIntroduction> introduction_of(const storage::ReadView& view,
                                                const storage::Handover& handover) {
  QC_TRY(const storage::StoredBlock block, view.block(handover.height));
  ledger::SetIntroduction introduction;
  introduction.checkpoint = handover.note;
  introduction.seal.index = block.seal_index();
  introduction.seal.text = block.seal_text;
  QC_TRY(introduction.seal.path, ledger::inclusion_path(view.network().algorithm, view.log(),
                                                        block.seal_index(), block.log_size));
  return introduction;
}

/// The place in `handovers` behind the set whose hash is `since`: 0 where that is the founders'.
Result<std::size_t> place_behind(const storage::ReadView& view,
                                 const std::vector<storage::Handover>& handovers,
                                 std::string_view since, ledger::FiledValidatorSet& first) {
  const ledger::HashAlgorithm algorithm = view.network().algorithm;
  for (std::size_t place = handovers.size(); place > 0; --place) {
    first.validators = handovers[place - 1].next;
    QC_TRY(const std::string hash, hash_of(first.validators, algorithm));
    if (hash == since) return place;
  }
  QC_TRY(std::string document, view.genesis());
  QC_TRY(const ledger::Genesis genesis, ledger::parse_genesis(std::move(document), algorithm));
  first.validators = named(genesis.validators);
  if (qc::to_bytes(genesis.validators.hash(algorithm)) == since) return std::size_t{0};
  return fail(Code::kNotFound,
              "this chain has never had the validator set of your policy; get a policy of this "
              "network from somebody you trust");
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

Result<std::vector<ledger::FiledValidatorSet>> filed_sets(const storage::ReadView& view,
                                                          std::string_view since) {
  QC_TRY(const ledger::ValidatorSet present, certifying_set(view));
  std::vector<ledger::FiledValidatorSet> sets(1);
  sets.front().validators = named(present);
  if (since.empty() || since == qc::to_bytes(view.seal().validators)) return sets;
  QC_TRY(const std::vector<storage::Handover> handovers, handovers_before(view));
  QC_TRY(std::size_t place, place_behind(view, handovers, since, sets.front()));
  for (; place < handovers.size(); ++place) {
    QC_TRY(ledger::SetIntroduction introduction, introduction_of(view, handovers[place]));
    sets.push_back({handovers[place].next, std::move(introduction)});
  }
  if (sets.back().validators == named(present)) return sets;
  return fail(Code::kDataLoss,
              "the stored changes of the validator set do not lead to the present one; restore the "
              "database from a backup or fetch it anew");
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
