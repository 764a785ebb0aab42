// SPDX-License-Identifier: Apache-2.0
#include "ledger/audit/audit_verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/hex.h"
#include "ledger/audit/audit_history.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/note.h"
#include "ledger/name/subject_id.h"
#include "ledger/state/subject.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

namespace {

/// A quorum's clocks may be so far ahead of a right one, as claimed times may be of a block's.
constexpr std::uint64_t kAheadMaxS = 300;

/// Judges one parsed bundle, step by step; what it finds goes into the report as it goes.
class Audit {
 public:
  Audit(const AuditBundle& bundle, const NetworkPolicy& policy, HashAlgorithm algorithm,
        VerifyReport& report)
      : bundle_(bundle), policy_(policy), report_(report) {
    ground_.algorithm = algorithm;
  }

  Result<void> run() {
    for (const auto step : {&Audit::check_certificate, &Audit::check_genesis, &Audit::check_keys,
                            &Audit::check_submissions, &Audit::check_subjects,
                            &Audit::check_closure, &Audit::check_attachments, &Audit::check_used}) {
      QC_TRY_VOID((this->*step)());
    }
    return {};
  }

  const std::vector<AuditedSubject>& subjects() const { return subjects_; }
  std::vector<AuditedSubject>& subjects() { return subjects_; }

 private:
  void step(std::string text) { report_.steps.push_back(std::move(text)); }

  /// Policy, validator sets, cosignatures, seal.
  Result<void> check_certificate() {
    if (bundle_.chain != policy_.origin) {
      return other_policy(fmt::format("chain: the file is about {}, the policy is for {}",
                                      bundle_.chain, policy_.origin));
    }
    QC_TRY(const ValidatorHistory history,
           ValidatorHistory::verify(policy_, bundle_.validator_sets, ground_.algorithm));
    step(bundle_.validator_sets.size() == 1
             ? std::string("the validators are those of the policy")
             : fmt::format("the validators follow from the policy's by {} proven change(s)",
                           bundle_.validator_sets.size() - 1));
    Result<void> certified = check_checkpoint(history);
    if (!certified) return fail_at("checkpoint", certified.error());
    return {};
  }

  Result<void> check_checkpoint(const ValidatorHistory& history) {
    QC_TRY(const Seal claimed, Seal::parse(bundle_.seal.text));
    QC_TRY(const SignedNote note, SignedNote::parse(bundle_.checkpoint));
    QC_TRY_VOID(verify_log_line(note, policy_.logs));
    QC_TRY(const CertifiedCheckpoint certified,
           history.verify_note(bundle_.checkpoint, history.epochs().size() - 1,
                               claimed.time_ms / 1000));
    report_.checkpoint = certified.checkpoint;
    report_.as_of_s = certified.as_of_s;
    step(fmt::format("{} of {} validators have signed the log of {} entries (needed: {})",
                     certified.cosignatures.size(), history.last().size(),
                     certified.checkpoint.size, history.last().quorum()));
    QC_TRY(ground_.seal, verify_last_seal(ground_.algorithm, certified.checkpoint, bundle_.seal));
    if (certified.checkpoint.size <= history.epochs().back().after_size) {
      return refuted("it is no later than the change that introduced its validators");
    }
    if (ground_.seal.validators != history.last().hash(ground_.algorithm)) {
      return refuted("the seal's block was agreed on by other validators");
    }
    step(fmt::format("the last entry of that log is the seal of block {}", ground_.seal.height));
    ground_.chain = bundle_.chain;
    ground_.seal_index = bundle_.seal.index;
    report_.chain = bundle_.chain;
    report_.seal = ground_.seal;
    return {};
  }

  Result<void> check_genesis() {
    if (!bundle_.genesis) return {};
    QC_TRY(const ChainId id, parse_chain_id(bundle_.chain));
    genesis_hash_ = genesis_hash(ground_.algorithm, *bundle_.genesis);
    if (genesis_hash_ != id.genesis_hash) {
      return refuted("genesis: not the document that the chain id commits to");
    }
    QC_TRY(genesis_, GenesisDocument::parse(*bundle_.genesis));
    if (genesis_->name != id.name) return refuted("genesis: its name is not the chain's");
    step("the genesis document is the one that the chain id commits to");
    return {};
  }

  Result<void> check_keys() {
    for (const BundleKey& key : bundle_.keys) {
      Result<AuditedKey> audited = audit_key(ground_, key);
      if (!audited) return fail_at(fmt::format("keys[{}]", keys_.size()), audited.error());
      keys_.push_back(*std::move(audited));
    }
    step(fmt::format("{} key(s) are enrolled on the chain", keys_.size()));
    return {};
  }

  Result<void> check_submissions() {
    for (const BundleSubmission& submission : bundle_.submissions) {
      Result<AuditedSubmission> audited = audit_submission(ground_, submission, keys_);
      if (!audited) {
        return fail_at(fmt::format("submissions[{}]", submissions_.size()), audited.error());
      }
      submissions_.push_back(*std::move(audited));
    }
    step(fmt::format("{} submission(s) carry good signatures", submissions_.size()));
    return {};
  }

  Result<void> check_subjects() {
    HistoryAudit histories(ground_, genesis_, genesis_hash_, keys_, submissions_);
    std::size_t shown = 0;
    for (const BundleSubject& subject : bundle_.subjects) {
      const std::string where = fmt::format("subjects[{}] {}", subjects_.size(), subject.id);
      Result<AuditedSubject> audited = histories.audit(subject);
      if (!audited) return fail_at(where, audited.error());
      if (!places_.emplace(subject.id, subjects_.size()).second) {
        return refuted(where + ": this subject stands in the file twice");
      }
      shown += static_cast<std::size_t>(
          std::ranges::count_if(audited->proven.entries, &ProvenEntry::shown));
      subjects_.push_back(*std::move(audited));
    }
    genesis_used_ = histories.genesis_used();
    step(
        fmt::format("{} subject(s) have the state that is shown, and the histories of {} "
                    "record(s) are theirs, in order",
                    subjects_.size(), shown));
    return {};
  }

  /// Each answer must bring what belongs to it (docs/formats.md): nobody may hide a recall of the
  /// lot by showing the item alone.
  Result<void> check_closure() {
    for (const AuditedSubject& subject : subjects_) {
      if (!subject.proven.status_only) QC_TRY_VOID(check_answer(subject));
    }
    step("everything that belongs to these answers is in the file");
    return {};
  }

  Result<void> check_answer(const AuditedSubject& answer) const {
    std::set<std::string> belonging{answer.proven.id};
    std::vector<const AuditedSubject*> open{&answer};
    while (!open.empty()) {
      const AuditedSubject* subject = open.back();
      open.pop_back();
      std::vector<std::string> more = implied_subjects(subject->proven.id);
      more.insert(more.end(), subject->see.begin(), subject->see.end());
      for (const std::string& id : more) {
        if (!belonging.insert(id).second) continue;
        const auto place = places_.find(id);
        if (place == places_.end() || subjects_[place->second].proven.status_only) {
          return refuted(
              fmt::format("{}: {} belongs to its answer, but its history is not in the "
                          "file",
                          subject->proven.id, id));
        }
        open.push_back(&subjects_[place->second]);
      }
      if (belonging.size() > kMaxAnswerSubjects + 1) {
        return refuted(fmt::format("{}: more than {} subjects belong to its answer",
                                   answer.proven.id, kMaxAnswerSubjects));
      }
    }
    return {};
  }

  Result<void> check_attachments() {
    if (bundle_.attachments.empty()) return {};
    // Where each body's digest must be found; by value, so that equal bodies show.
    std::map<Digest, std::size_t> wanted;
    for (const std::string& body : bundle_.attachments) {
      const std::size_t place = report_.attachments.size();
      const Digest digest = hash(ground_.algorithm, body);
      if (!wanted.emplace(digest, place).second) {
        return refuted(fmt::format("attachments[{}]: the same as an earlier one", place));
      }
      report_.attachments.push_back({.digest_hex = to_hex(digest), .size = body.size()});
    }
    std::set<std::uint64_t> searched;
    for (const AuditedSubject& subject : subjects_) {
      for (const ProvenEntry& entry : subject.proven.entries) {
        if (entry.shown && searched.insert(entry.index).second) find_digests(entry, wanted);
      }
    }
    if (!wanted.empty()) {
      return refuted(
          fmt::format("attachments[{}]: no shown record has its digest", wanted.begin()->second));
    }
    step(fmt::format("{} attachment(s) are those that the records name",
                     bundle_.attachments.size()));
    return {};
  }

  /// Looks at every run of 32 bytes of a record, which works for records of any type.
  void find_digests(const ProvenEntry& entry, std::map<Digest, std::size_t>& wanted) {
    const std::string_view record = entry.record;
    for (std::size_t at = 0; at + kDigestSize <= record.size() && !wanted.empty(); ++at) {
      const auto found = wanted.find(*digest_from(record.substr(at, kDigestSize)));
      if (found == wanted.end()) continue;
      ProvenAttachment& attachment = report_.attachments[found->second];
      attachment.index = entry.index;
      attachment.media_type = media_type_in(entry, found->first);
      wanted.erase(found);
    }
  }

  static std::string media_type_in(const ProvenEntry& entry, const Digest& digest) {
    const auto record = parse_canonical<quality::v1::Record>(entry.record);
    if (!record) return {};
    for (const auto& attachment : record->attachments()) {
      if (attachment.digest() == view(digest)) return attachment.media_type();
    }
    return {};
  }

  Result<void> check_used() {
    if (const auto key = std::ranges::find(keys_, false, &AuditedKey::used); key != keys_.end()) {
      return refuted(fmt::format("keys[{}]: nothing uses it", key - keys_.begin()));
    }
    if (const auto submission = std::ranges::find(submissions_, false, &AuditedSubmission::used);
        submission != submissions_.end()) {
      return refuted(
          fmt::format("submissions[{}]: nothing uses it", submission - submissions_.begin()));
    }
    if (genesis_ && !genesis_used_) return refuted("genesis: nothing uses it");
    return {};
  }

  const AuditBundle& bundle_;
  const NetworkPolicy& policy_;
  VerifyReport& report_;
  AuditGround ground_;
  std::optional<GenesisDocument> genesis_;
  Digest genesis_hash_{};
  bool genesis_used_ = false;
  std::vector<AuditedKey> keys_;
  std::vector<AuditedSubmission> submissions_;
  std::vector<AuditedSubject> subjects_;
  /// Id to place in subjects_.
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// Puts what an earlier bundle shows of a history in front of what this one left out.
Result<void> prepend_earlier(HashAlgorithm algorithm, const AuditedSubject& earlier,
                             AuditedSubject& subject) {
  const std::uint64_t wanted = subject.before.count;
  if (earlier.proven.status_only || wanted < earlier.before.count ||
      wanted > earlier.proven.count) {
    return {};
  }
  const auto taken = static_cast<std::size_t>(wanted - earlier.before.count);
  Digest link = earlier.before.link;
  for (std::size_t i = 0; i < taken; ++i) {
    link = next_link(algorithm, link, earlier.proven.entries[i].index, earlier.leaf_hashes[i]);
  }
  if (link != subject.before.link) {
    return refuted(fmt::format("{}: the two bundles tell different first {} records",
                               subject.proven.id, wanted));
  }
  std::vector<ProvenEntry>& entries = subject.proven.entries;
  entries.insert(entries.begin(), earlier.proven.entries.begin(),
                 earlier.proven.entries.begin() + static_cast<std::ptrdiff_t>(taken));
  subject.proven.left_out = earlier.before.count;
  describe_gaps(subject.proven);
  return {};
}

Result<void> take_from_earlier(HashAlgorithm algorithm, const VerifyReport& earlier_report,
                               const std::vector<AuditedSubject>& earlier, VerifyReport& report,
                               std::vector<AuditedSubject>& subjects) {
  const Checkpoint& old_checkpoint = earlier_report.checkpoint;
  if (old_checkpoint.size > report.checkpoint.size) {
    return refuted("the bundle given as the earlier one is the newer one");
  }
  if (old_checkpoint.size == report.checkpoint.size &&
      old_checkpoint.root != report.checkpoint.root) {
    return refuted("the two bundles show different logs of one size: evidence of a split view");
  }
  for (AuditedSubject& subject : subjects) {
    if (subject.before.count == 0) continue;
    const auto same = std::ranges::find_if(earlier, [&subject](const AuditedSubject& candidate) {
      return candidate.proven.id == subject.proven.id;
    });
    if (same != earlier.end()) QC_TRY_VOID(prepend_earlier(algorithm, *same, subject));
  }
  report.steps.emplace_back(
      "what is left out here was taken from the earlier bundle where it fits");
  return {};
}

Result<void> check_wishes(const VerifyOptions& options, VerifyReport& report) {
  if (!options.subject.empty()) {
    Result<std::string> id = canonical_subject_id(options.subject);
    if (!id) return fail_at("the subject asked for", id.error());
    const auto found = std::ranges::find(report.subjects, *id, &ProvenSubject::id);
    if (found == report.subjects.end() || found->status_only) {
      return refuted(fmt::format("the file does not answer about {}", *id));
    }
    report.steps.push_back(fmt::format("it answers about {}", *id));
  }
  if (options.max_age_s && report.as_of_s > options.now_s + kAheadMaxS) {
    return refuted(fmt::format(
        "the checkpoint is {} s ahead of this machine's clock, so that its age is unknown; set the "
        "clock right, or leave out --max-age",
        report.as_of_s - options.now_s));
  }
  if (options.max_age_s && options.now_s > report.as_of_s &&
      options.now_s - report.as_of_s > *options.max_age_s) {
    return refuted(fmt::format("the checkpoint is {} s old, {} s are allowed; ask for a newer file",
                               options.now_s - report.as_of_s, *options.max_age_s));
  }
  return {};
}

/// Whether it is complete, and what people must be told.
void conclude(VerifyReport& report) {
  report.code = VerifyCode::kProven;
  std::set<std::uint64_t> unread;
  for (const ProvenSubject& subject : report.subjects) {
    for (const std::string& gap : subject.not_shown) {
      report.code = VerifyCode::kPartial;
      report.remarks.push_back(subject.id + ": " + gap);
    }
    for (const ProvenEntry& entry : subject.entries) {
      if (entry.shown && !entry.decoded) unread.insert(entry.index);
    }
  }
  for (const std::uint64_t index : unread) {
    report.remarks.push_back(fmt::format(
        "the record at log index {} is proven but unread: a type that this version does not know",
        index));
  }
}

VerifyReport refuse(VerifyReport report, VerifyCode code, std::string reason) {
  return VerifyReport{.code = code,
                      .reason = std::move(reason),
                      .steps = std::move(report.steps),
                      .remarks = {},
                      .chain = {},
                      .checkpoint = {},
                      .as_of_s = 0,
                      .seal = {},
                      .subjects = {},
                      .attachments = {}};
}

/// Verifies one file by itself; `subjects` receives what it proves.
VerifyReport audit_file(std::string_view bytes, const NetworkPolicy& policy,
                        HashAlgorithm algorithm, std::vector<AuditedSubject>& subjects) {
  VerifyReport report;
  const tl::expected<AuditBundle, FileRefusal> bundle = AuditBundle::parse(bytes);
  if (!bundle) return refuse(std::move(report), bundle.error().code, bundle.error().reason);
  Audit audit(*bundle, policy, algorithm, report);
  if (const Result<void> proven = audit.run(); !proven) {
    FileRefusal refusal = refusal_of(proven.error());
    return refuse(std::move(report), refusal.code, std::move(refusal.reason));
  }
  subjects = std::move(audit.subjects());
  report.code = VerifyCode::kProven;
  return report;
}

}  // namespace

VerifyReport verify_bundle(std::string_view bytes, const NetworkPolicy& policy,
                           const VerifyOptions& options) {
  std::vector<AuditedSubject> subjects;
  VerifyReport report = audit_file(bytes, policy, options.hash, subjects);
  if (report.code != VerifyCode::kProven) return report;
  if (options.since) {
    std::vector<AuditedSubject> earlier;
    const VerifyReport old = audit_file(*options.since, policy, options.hash, earlier);
    if (old.code != VerifyCode::kProven) {
      return refuse(std::move(report), old.code, "the earlier bundle: " + old.reason);
    }
    const Result<void> fits = take_from_earlier(options.hash, old, earlier, report, subjects);
    if (!fits) return refuse(std::move(report), VerifyCode::kRefuted, fits.error().message);
  }
  for (AuditedSubject& subject : subjects) report.subjects.push_back(std::move(subject.proven));
  if (const Result<void> wishes = check_wishes(options, report); !wishes) {
    return refuse(std::move(report), VerifyCode::kRefuted, wishes.error().message);
  }
  conclude(report);
  return report;
}

}  // namespace qc::ledger
