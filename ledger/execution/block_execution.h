// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/consortium/key_directory.h"
#include "ledger/execution/block.h"
#include "ledger/execution/execution_base.h"
#include "ledger/record/record_rules.h"
#include "ledger/rules/rule_context.h"
#include "ledger/state/working_set.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

/// One block in execution: takes submissions in order, then makes the block's seal and writes.
/// Lives for one block; what `base` refers to outlives it.
class BlockExecution {
 public:
  BlockExecution(const ExecutionBase& base, std::uint64_t height, std::uint64_t time_ms);

  /// Judges the next submission of the block.
  void submit(const OrderedSubmission& ordered);

  /// The founding records, in block 0 only. The first refusal stops it: such a document founds
  /// nothing.
  Result<void> found(const Digest& genesis_hash, const std::vector<std::string>& records);

  /// Appends the seal. `validators` is the hash of the set that votes at this height.
  Result<ExecutedBlock> finish(const Digest& proposal, const Digest& validators);

 private:
  struct KnownKey {
    std::optional<EnrolledKey> key;
    /// Parsed only if a signature must be verified here.
    std::optional<PublicKey> parsed;
  };
  /// Where a record comes from and what the log will say of it.
  struct RecordSource {
    std::string_view bytes;
    Digest record_hash{};
    Digest submission_hash{};
    std::uint32_t submission = 0;
    std::uint32_t position = 0;
    /// Of the key that signed; nothing in genesis.
    std::optional<KeyPurpose> purpose;
  };

  KnownKey& known_key(const Digest& key_id);
  std::optional<Drop> drop_reason(const OrderedSubmission& ordered);
  bool signature_holds(const OrderedSubmission& ordered, KnownKey& known);
  Judgement apply_submission(const Submission& submission, std::uint32_t& position);
  Judgement apply(const RecordSource& source, RuleContext& context);
  Judgement parse_and_check(const RecordSource& source, const RuleContext& context);
  Judgement append(const RecordSource& source, const std::vector<std::string>& subjects);
  Judgement check_bounds();
  Result<Digest> next_validators(const Digest& present);
  RuleContext rule_context(std::string_view organisation, const quality::v1::PartyStatus* actor);
  std::uint64_t next_log_index() const;
  std::optional<Error> failure() const;

  const ExecutionBase& base_;
  StartOfBlock start_;
  WorkingSet state_;
  std::map<Digest, KnownKey> keys_;
  std::optional<Error> failure_;
  std::uint64_t replay_window_ms_ = 0;
  std::uint32_t time_zone_ = 0;
  std::uint64_t submission_subjects_max_ = 0;
  std::uint64_t block_subjects_max_ = 0;
  /// Hashes of this block's own submissions.
  ReplayWindow own_replay_;
  std::vector<Digest> outcome_leaves_;
  /// Reused, so that its memory is allocated once a block and not once a record.
  quality::v1::Record record_;
  std::size_t submission_links_begin_ = 0;
  ExecutedBlock result_;
};

}  // namespace qc::ledger
