// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "ledger/proof/validator_history.h"
#include "ledger/proof/verify_code.h"
#include "ledger/state/state_tree.h"

namespace qc::ledger {

inline constexpr std::string_view kAuditBundleFormat = "quality-chain audit bundle v1";
/// Subjects that may belong to the answer about one.
inline constexpr std::size_t kMaxAnswerSubjects = 64;

/// The leaf of an enrolled key: `urn:qc:key:...`, where the id follows from the status.
struct BundleKey {
  /// Value in the state tree: head ‖ KeyStatus.
  std::string value;
  StateProof proof;

  bool operator==(const BundleKey&) const = default;
};

/// A submission without its records.
struct BundleSubmission {
  std::string header;
  std::string signature;
  /// Place in AuditBundle::keys.
  std::uint64_t key = 0;

  bool operator==(const BundleSubmission&) const = default;
};

/// A record that is shown.
struct ShownRecord {
  /// Block time, unix milliseconds.
  std::uint64_t time_ms = 0;
  /// Place in AuditBundle::submissions; nothing for a record of the genesis document.
  std::optional<std::uint64_t> submission;
  /// Place in the submission, or among the genesis records.
  std::uint64_t position = 0;
  /// Under the submission's record_root, leaf end first; empty for genesis records.
  std::vector<Digest> path;
  std::string record;

  bool operator==(const ShownRecord&) const = default;
};

/// One record of a history: shown, or only counted by its leaf hash in the log.
struct BundleEntry {
  /// Log index.
  std::uint64_t index = 0;
  std::variant<ShownRecord, Digest> content;

  bool operator==(const BundleEntry&) const = default;
};

/// The first records of a history, left out: how many and the link after them.
struct LeftOut {
  std::uint64_t count = 0;
  Digest link{};

  bool operator==(const LeftOut&) const = default;
};

struct BundleSubject {
  /// Canonical id.
  std::string id;
  /// Value in the state tree; nothing where the subject is not on the chain.
  std::optional<std::string> value;
  StateProof proof;
  std::optional<LeftOut> before;
  /// In the order of the log; nothing where only the status is given (not: where there are none).
  std::optional<std::vector<BundleEntry>> entries;

  bool operator==(const BundleSubject&) const = default;
};

/// Everything that proves answers about subjects offline, as it stands in a `.qcaudit` file
/// (docs/formats.md, Audit bundle). A plain value: nothing in it is believed before verify_bundle
/// has judged it. Writers take care that every key, submission and set is used and that every
/// subject's answer is closed (implied_subjects of subject_id.h and `see` of the status).
struct AuditBundle {
  /// Chain id.
  std::string chain;
  /// Signed note with a log's line and a quorum of cosignatures.
  std::string checkpoint;
  /// The last entry under the checkpoint.
  SealProof seal;
  /// Genesis document; only where an entry is of block 0.
  std::optional<std::string> genesis;
  std::vector<FiledValidatorSet> validator_sets;
  std::vector<BundleKey> keys;
  std::vector<BundleSubmission> submissions;
  std::vector<BundleSubject> subjects;
  std::vector<std::string> attachments;

  /// The file as JSON text.
  std::string to_json() const;
  /// Reads JSON or gzip of it. kUnreadable where that is not strict JSON of the shape or names no
  /// subject; kRefuted where base64, lengths or ranges are wrong.
  static tl::expected<AuditBundle, FileRefusal> parse(std::string_view bytes);

  bool operator==(const AuditBundle&) const = default;
};

/// The ids that a status lists under `see`: field 1, repeated string, of any status message, also
/// of types that this version does not know. An error where the bytes are no protobuf message with
/// ascending field numbers.
Result<std::vector<std::string>> see_of_status(std::string_view status);

}  // namespace qc::ledger
