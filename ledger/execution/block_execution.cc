// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/block_execution.h"

#include <utility>

#include "base/assert.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/signing_purpose.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/log/record_log.h"
#include "ledger/name/subject_id.h"
#include "ledger/rules/party_rights.h"
#include "ledger/rules/record_effects.h"

namespace qc::ledger {

namespace {

/// A record about a much discussed thing has many subjects; so many links a touched subject allowed
/// bounds what one submission costs.
constexpr std::uint64_t kLinksPerSubject = 16;

/// Genesis is judged before its parameters are in force: by the widest bounds.
constexpr std::uint64_t kUnbounded = 1ULL << 32U;

std::string sentence(const Refusal& refusal) {
  return refusal.field.empty() ? refusal.message : refusal.field + ": " + refusal.message;
}

Judgement check_actor(const quality::v1::PartyStatus& actor, std::string_view code) {
  const std::string name = "organisation " + std::string(code);
  switch (actor.state()) {
    case quality::v1::PARTY_STATE_ACTIVE:
      return {};
    case quality::v1::PARTY_STATE_UNSPECIFIED:
    case quality::v1::PARTY_STATE_NAMED:
      return refuse(OutcomeCode::kUnknownOrganisation, {}, name + " is not enrolled");
    default:
      return refuse(OutcomeCode::kInactiveOrganisation, {},
                    name + " is not active: " + quality::v1::PartyState_Name(actor.state()));
  }
}

}  // namespace

BlockExecution::BlockExecution(const ExecutionBase& base, std::uint64_t height,
                               std::uint64_t time_ms)
    : base_(base),
      start_(base.state, base.network.algorithm),
      state_(base.state, base.network.algorithm, base.head.seal_leaf) {
  result_.height = height;
  result_.time_ms = time_ms;
  result_.log = base.head.log;
  result_.first_log_index = base.head.log.size();
  const quality::v1::NetworkParameters& parameters = start_.network().parameters();
  replay_window_ms_ = parameters.replay_window_ms();
  time_zone_ = parameters.time_zone();
  submission_subjects_max_ = parameters.submission_subjects_max();
  block_subjects_max_ = parameters.block_subjects_max();
}

std::uint64_t BlockExecution::next_log_index() const {
  return result_.first_log_index + result_.log_leaves.size();
}

RuleContext BlockExecution::rule_context(std::string_view organisation,
                                         const quality::v1::PartyStatus* actor) {
  return {.network = base_.network,
          .height = result_.height,
          .block_time_ms = result_.time_ms,
          .time_zone = time_zone_,
          .start = start_,
          .state = state_,
          .organisation = organisation,
          .actor = actor,
          .log_index = next_log_index(),
          .extra_subjects = {}};
}

BlockExecution::KnownKey& BlockExecution::known_key(const Digest& key_id) {
  const auto [entry, added] = keys_.try_emplace(key_id);
  if (!added) return entry->second;
  auto found = find_key(base_.state, base_.network.algorithm, key_id);
  if (found) {
    entry->second.key = *std::move(found);
  } else if (!failure_) {
    failure_ = std::move(found).error();
  }
  return entry->second;
}

bool BlockExecution::signature_holds(const OrderedSubmission& ordered, KnownKey& known) {
  if (ordered.signature != SignatureCheck::kUnknown) {
    return ordered.signature == SignatureCheck::kValid;
  }
  if (!known.parsed) {
    auto key = PublicKey::from_spki(known.key->spki);
    // Enrolment admits only keys that parse.
    QC_ASSERT(key.has_value());
    known.parsed = *std::move(key);
  }
  return ordered.submission->verify(*known.parsed);
}

std::optional<Drop> BlockExecution::drop_reason(const OrderedSubmission& ordered) {
  const Submission& submission = *ordered.submission;
  const SubmissionHeader& header = submission.header();
  if (header.chain_id != base_.network.chain_id) return Drop::kOtherChain;
  if (header.not_after_ms < result_.time_ms ||
      header.not_after_ms - result_.time_ms > replay_window_ms_) {
    return Drop::kUntimely;
  }
  const ReplayEntry entry{submission.hash(), header.not_after_ms};
  if (base_.replay.contains(entry) || own_replay_.contains(entry)) return Drop::kReplayed;
  KnownKey& known = known_key(header.key_id);
  if (!known.key || known.key->organisation != header.organisation ||
      !known.key->good_at(result_.time_ms)) {
    return Drop::kKeyNotGood;
  }
  if (!signature_holds(ordered, known)) return Drop::kBadSignature;
  return std::nullopt;
}

void BlockExecution::submit(const OrderedSubmission& ordered) {
  const Submission& submission = *ordered.submission;
  ExecutedSubmission executed;
  executed.submission_hash = submission.hash();
  executed.dropped = drop_reason(ordered);
  if (executed.dropped) {
    result_.submissions.push_back(std::move(executed));
    return;
  }
  const ReplayEntry entry{submission.hash(), submission.header().not_after_ms};
  own_replay_.add(entry);
  result_.replay.push_back(entry);

  const std::uint64_t first_log_index = next_log_index();
  const std::size_t leaves = result_.log_leaves.size();
  std::uint32_t position = 0;
  state_.begin_submission();
  submission_links_begin_ = result_.links.size();
  if (auto applied = apply_submission(submission, position); applied) {
    executed.outcome.first_log_index = first_log_index;
  } else {
    state_.undo_submission();
    result_.log_leaves.resize(leaves);
    result_.records.resize(leaves);
    result_.links.resize(submission_links_begin_);
    executed.detail = sentence(applied.error());
    executed.outcome = {.code = applied.error().code,
                        .first_log_index = 0,
                        .record = position,
                        .field = std::move(applied.error().field)};
  }
  executed.outcome_bytes = executed.outcome.encode();
  executed.position = outcome_leaves_.size();
  outcome_leaves_.push_back(submission_leaf(base_.network.algorithm, submission.header_bytes(),
                                            submission.signature(), executed.outcome_bytes));
  result_.submissions.push_back(std::move(executed));
}

Judgement BlockExecution::apply_submission(const Submission& submission, std::uint32_t& position) {
  const std::string& organisation = submission.header().organisation;
  const quality::v1::PartyStatus& actor = start_.party(organisation);
  if (auto fine = check_actor(actor, organisation); !fine) return fine;
  const KeyPurpose purpose = known_key(submission.header().key_id).key->purpose;
  for (position = 0; position < submission.records().size(); ++position) {
    const RecordSource source{.bytes = submission.records()[position],
                              .record_hash = submission.record_hashes()[position],
                              .submission_hash = submission.hash(),
                              .submission = static_cast<std::uint32_t>(result_.submissions.size()),
                              .position = position,
                              .purpose = purpose};
    RuleContext context = rule_context(organisation, &actor);
    if (auto applied = apply(source, context); !applied) return applied;
  }
  return {};
}

Judgement BlockExecution::parse_and_check(const RecordSource& source, const RuleContext& context) {
  if (auto parsed = parse_canonical(source.bytes, record_); !parsed) {
    return refuse(OutcomeCode::kMalformed, {}, parsed.error().message);
  }
  const bool genesis = !source.purpose.has_value();
  auto fine = check_record(
      record_, {.organisation = context.organisation, .time_zone = time_zone_, .genesis = genesis});
  if (!fine || genesis) return fine;
  const KeyPurpose wanted = signing_purpose(record_);
  if (*source.purpose != wanted) {
    return refuse(OutcomeCode::kNotAllowed, std::string(record_type_name(record_)),
                  wanted == KeyPurpose::kAdmin
                      ? "governance and key records are signed by an admin key"
                      : "records are signed by a key of purpose signing, not by another one");
  }
  return check_rights(*context.actor, record_);
}

Judgement BlockExecution::apply(const RecordSource& source, RuleContext& context) {
  if (auto fine = parse_and_check(source, context); !fine) return fine;
  auto subjects = apply_record(context, record_);
  if (!subjects) return tl::unexpected<Refusal>(std::move(subjects).error());
  return append(source, *subjects);
}

Judgement BlockExecution::append(const RecordSource& source,
                                 const std::vector<std::string>& subjects) {
  RecordWrite write{.log_index = next_log_index(),
                    .submission = source.submission,
                    .position = source.position,
                    .record_hash = source.record_hash,
                    .leaf_hash = {},
                    .links_begin = static_cast<std::uint32_t>(result_.links.size()),
                    .links_end = 0};
  write.leaf_hash =
      record_leaf_hash(base_.network.algorithm, {.record_hash = source.record_hash,
                                                 .submission_hash = source.submission_hash,
                                                 .block_time_ms = result_.time_ms});
  for (const std::string& id : subjects) {
    result_.links.push_back(state_.extend(state_.find(id), write.log_index, write.leaf_hash));
  }
  write.links_end = static_cast<std::uint32_t>(result_.links.size());
  result_.records.push_back(write);
  result_.log_leaves.push_back(write.leaf_hash);
  return check_bounds();
}

Judgement BlockExecution::check_bounds() {
  if (state_.submission_subjects() > submission_subjects_max_) {
    return refuse(OutcomeCode::kTooLarge, {},
                  "the submission touches more than " + std::to_string(submission_subjects_max_) +
                      " subjects; split it");
  }
  if (state_.block_subjects() > block_subjects_max_) {
    return refuse(OutcomeCode::kTooLarge, {},
                  "with this submission the block would touch more than " +
                      std::to_string(block_subjects_max_) + " subjects; split it");
  }
  if (result_.links.size() - submission_links_begin_ >
      submission_subjects_max_ * kLinksPerSubject) {
    return refuse(OutcomeCode::kTooLarge, {},
                  "the submission's records have too many subjects together; split it");
  }
  return {};
}

Result<void> BlockExecution::found(const Digest& genesis_hash,
                                   const std::vector<std::string>& records) {
  submission_subjects_max_ = kUnbounded;
  block_subjects_max_ = kUnbounded;
  state_.begin_submission();
  for (std::uint32_t position = 0; position < records.size(); ++position) {
    const RecordSource source{
        .bytes = records[position],
        .record_hash = record_hash(base_.network.algorithm, records[position]),
        .submission_hash = genesis_hash,
        .submission = kGenesisSubmission,
        .position = position,
        .purpose = std::nullopt};
    RuleContext context = rule_context({}, nullptr);
    if (auto applied = apply(source, context); !applied) {
      return fail(Code::kInvalidArgument,
                  "genesis record " + std::to_string(position) + ": " + sentence(applied.error()));
    }
  }
  return {};
}

std::optional<Error> BlockExecution::failure() const {
  if (failure_) return failure_;
  if (state_.failure()) return state_.failure();
  return start_.failure();
}

/// The hash of the set for the next height, and with it `next_epoch` and `successor`. The sets
/// themselves are made only where they change: that is rare and their keys cost.
Result<Digest> BlockExecution::next_validators(const Digest& present) {
  const auto network = state_.status<quality::v1::NetworkStatus>(network_id());
  result_.next_epoch = next_set_change(network, result_.height);
  if (result_.next_epoch != result_.height + 1) return present;
  QC_TRY(const ValidatorSchedule schedule, ValidatorSchedule::of(network));
  result_.successor = schedule.at(result_.height + 1);
  return result_.successor->validators.hash(base_.network.algorithm);
}

Result<ExecutedBlock> BlockExecution::finish(const Digest& proposal, const Digest& validators) {
  QC_TRY(const Digest next, next_validators(validators));
  if (auto error = failure()) return tl::unexpected<Error>(*std::move(error));
  const HashAlgorithm algorithm = base_.network.algorithm;
  result_.subjects = state_.writes();
  std::vector<StateLeaf> leaves;
  leaves.reserve(result_.subjects.size());
  for (const SubjectWrite& subject : result_.subjects) {
    leaves.push_back({subject.key, subject.value_hash});
  }
  Digest root = base_.head.state_root;
  if (!leaves.empty()) {
    QC_TRY(StateUpdate update, StateTree(base_.nodes, algorithm).update(leaves));
    root = update.root;
    result_.bundles = std::move(update.bundles);
  }
  result_.seal = {.height = result_.height,
                  .time_ms = result_.time_ms,
                  .parent = base_.head.seal_leaf,
                  .proposal = proposal,
                  .submission_count = outcome_leaves_.size(),
                  .submissions = merkle_root(algorithm, outcome_leaves_),
                  .state = root,
                  .validators = validators,
                  .next = next};
  result_.seal_text = result_.seal.text();
  result_.log_leaves.push_back(seal_leaf_hash(algorithm, result_.seal_text));
  for (const Digest& leaf : result_.log_leaves) result_.log.append(leaf);
  result_.log_root = result_.log.root();
  return std::move(result_);
}

}  // namespace qc::ledger
