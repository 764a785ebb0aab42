// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/evidence_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/hex.h"
#include "chain/checkpoint_proof.h"
#include "ledger/base/encoding.h"
#include "ledger/consortium/voting_statement.h"
#include "ledger/log/note.h"
#include "ledger/proof/policy.h"
#include "node/base/log.h"
#include "os/file.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::EvidenceFile;
using ledger::EvidenceKind;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kSuffix = ".evidence";
/// A file that is larger is none of ours.
constexpr std::uintmax_t kFileBytesMax = 1 << 20;
constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kTimeDigits = 13;

ledger::FiledValidatorSet filed(const ledger::ValidatorSet& validators) {
  ledger::FiledValidatorSet set;
  for (const ledger::Validator& validator : validators.validators()) {
    set.validators.push_back({validator.name, validator.key.spki()});
  }
  return set;
}

/// What the file is about: two files with one answer accuse of the same.
std::string place_of(const EvidenceFile& file, const std::vector<std::string>& culprits) {
  std::string place = std::string(name_of(file.kind)) + '\n' + file.chain + '\n';
  for (const std::string& culprit : culprits) place += culprit + '\n';
  if (file.kind == EvidenceKind::kDoubleVote) {
    // Parsed before, by the verification.
    const auto statement = ledger::VotingStatement::parse(file.statements.front());
    return place + (statement ? fmt::format("{} {} {} {}", static_cast<int>(statement->kind),
                                            statement->epoch, statement->view, statement->height)
                              : "");
  }
  for (const std::string& note : file.notes) place += note;
  return place;
}

Result<EvidenceItem> verified(const ledger::Network& network, const EvidenceFile& file,
                              const ledger::ValidatorSet& validators) {
  EvidenceItem item;
  item.file = file.to_json();
  const ledger::NetworkPolicy policy{
      .origin = network.chain_id, .logs = {}, .validators = validators};
  const auto report = ledger::verify_evidence(item.file, policy, network.algorithm);
  if (!report) return fail(Code::kInvalidArgument, report.error().reason);
  item.kind = name_of(report->kind);
  item.finding = report->finding;
  item.culprits = report->culprits;
  item.id =
      to_hex(ledger::hash(network.algorithm, place_of(file, item.culprits))).substr(0, kIdDigits);
  return item;
}

/// The set that a stored file brings first: the one that it was verified under when it was stored.
Result<ledger::ValidatorSet> own_set(const EvidenceFile& file) {
  if (file.validator_sets.empty()) return fail(Code::kDataLoss, "without a validator set");
  std::vector<ledger::Validator> validators;
  for (const ledger::NamedKey& named : file.validator_sets.front().validators) {
    QC_TRY(ledger::PublicKey key, ledger::PublicKey::from_spki(named.spki));
    validators.push_back({named.name, std::move(key)});
  }
  return ledger::ValidatorSet::make(std::move(validators));
}

std::string file_name(const EvidenceItem& item) {
  return fmt::format("{:0{}}-{}{}", item.found_at_ms, kTimeDigits, item.id, kSuffix);
}

/// When a file of that name was stored; nothing where the name is none of ours.
std::optional<std::uint64_t> time_of(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const std::size_t dash = name.find('-');
  if (dash < kTimeDigits || dash > 16) return std::nullopt;
  std::string_view digits = name.substr(0, dash);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return ledger::parse_decimal(digits);
}

Result<EvidenceItem> read_item(const ledger::Network& network, const std::string& path,
                               std::uint64_t found_at_ms) {
  std::error_code failure;
  if (std::filesystem::file_size(path, failure) > kFileBytesMax || failure) {
    return fail(Code::kDataLoss, "too large or unreadable");
  }
  QC_TRY(const os::File file, os::File::open(path, O_RDONLY));
  QC_TRY(const std::string bytes, file.read_all());
  const auto parsed = EvidenceFile::parse(bytes);
  if (!parsed) return fail(Code::kDataLoss, parsed.error().reason);
  QC_TRY(const ledger::ValidatorSet validators, own_set(*parsed));
  QC_TRY(EvidenceItem item, verified(network, *parsed, validators));
  item.found_at_ms = found_at_ms;
  return item;
}

}  // namespace

Result<EvidenceFile> evidence_file(const ledger::Network& network,
                                   const ledger::ValidatorSet& validators,
                                   const consensus::Equivocation& equivocation) {
  if (equivocation.culprit.value >= validators.size()) {
    return fail(Code::kInvalidArgument, "evidence against nobody");
  }
  EvidenceFile file;
  file.chain = network.chain_id;
  file.validator_sets.push_back(filed(validators));
  if (equivocation.kind != consensus::Equivocation::Kind::kCheckpoint) {
    file.kind = EvidenceKind::kDoubleVote;
    file.validator = validators.validators()[equivocation.culprit.value].name;
    file.statements = {equivocation.first.statement, equivocation.second.statement};
    file.signatures = {equivocation.first.signature, equivocation.second.signature};
    return file;
  }
  file.kind = EvidenceKind::kDoubleCosignature;
  for (const auto* said : {&equivocation.first, &equivocation.second}) {
    const auto line = chain::single_line(said->signature);
    if (!line) return fail(Code::kInvalidArgument, "a cosignature that is no line of a note");
    file.notes.push_back(
        ledger::SignedNote{.text = said->statement, .signatures = {*line}}.format());
  }
  return file;
}

Result<std::unique_ptr<EvidenceStore>> EvidenceStore::open(std::string folder,
                                                           const ledger::Network& network) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return tl::unexpected(os::system_error("make", folder, errno));
  }
  std::unique_ptr<EvidenceStore> store(new EvidenceStore(std::move(folder), network));
  QC_TRY_VOID(store->load());
  return store;
}

Result<void> EvidenceStore::load() {
  std::vector<std::string> names;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(folder_, failure), end; !failure && at != end;
       at.increment(failure)) {
    names.push_back(at->path().filename().string());
  }
  if (failure) {
    return fail(Code::kUnavailable, fmt::format("cannot read {}: {}", folder_, failure.message()));
  }
  // By time, as the names begin with it.
  std::ranges::sort(names);
  for (const std::string& name : names) {
    const auto found_at_ms = time_of(name);
    if (!found_at_ms || items_.size() >= kItemsMax) continue;
    auto item = read_item(network_, folder_ + "/" + name, *found_at_ms);
    if (item) {
      items_.push_back(*std::move(item));
    } else {
      log(LogLevel::kWarn, "evidence_unreadable",
          {{"file", name}, {"error", item.error().message}});
    }
  }
  return {};
}

Result<EvidenceStore::Kept> EvidenceStore::add(const EvidenceFile& file,
                                               const ledger::ValidatorSet& validators,
                                               std::uint64_t now_ms) {
  QC_TRY(EvidenceItem item, verified(network_, file, validators));
  item.found_at_ms = now_ms;
  const std::lock_guard lock(mutex_);
  std::size_t same_culprits = 0;
  for (const EvidenceItem& known : items_) {
    if (known.id == item.id) return Kept::kKnown;
    same_culprits += known.culprits == item.culprits ? 1U : 0U;
  }
  if (items_.size() >= kItemsMax || same_culprits >= kPerCulpritMax) return Kept::kFull;
  QC_TRY_VOID(write(item));
  items_.push_back(std::move(item));
  return Kept::kNew;
}

Result<void> EvidenceStore::write(const EvidenceItem& item) const {
  return os::write_durable_file(folder_ + "/" + file_name(item), item.file);
}

std::size_t EvidenceStore::count() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}

std::vector<EvidenceItem> EvidenceStore::page(std::size_t from, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<EvidenceItem> page;
  for (std::size_t i = from; i < items_.size() && page.size() < limit; ++i) {
    page.push_back(items_[i]);
  }
  return page;
}

}  // namespace qc::node
