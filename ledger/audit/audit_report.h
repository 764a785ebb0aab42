// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit/audit_bundle.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/hash.h"
#include "ledger/log/seal.h"
#include "ledger/proof/verify_code.h"

namespace qc::ledger {

/// What the caller asks beyond "is it true".
struct VerifyOptions {
  /// A subject that must be answered, in any accepted spelling; empty = whatever is in the file.
  std::string subject = {};
  /// Bytes of a bundle that was received earlier: what this one leaves out (`before`) is taken from
  /// it, after it has been verified under the same policy.
  std::optional<std::string_view> since = {};
  /// The checkpoint must not be older than this against `now_s`, seconds.
  std::optional<std::uint64_t> max_age_s = {};
  /// Unix seconds by the caller's clock; used with max_age_s only.
  std::uint64_t now_s = 0;
  /// The network's hash.
  HashAlgorithm hash = HashAlgorithm::kSha256;
};

/// A record that is proven to stand in a history.
struct ProvenEntry {
  /// Log index.
  std::uint64_t index = 0;
  /// False: in place but unread; only `index` says anything then.
  bool shown = false;
  /// Block time, unix milliseconds.
  std::uint64_t time_ms = 0;
  /// Who submitted it (USCC or LEI), and with which key (64 hex digits); empty for genesis records.
  std::string organisation = {};
  std::string key_id = {};
  std::string record = {};
  /// The record is canonical quality.v1.Record; false: proven all the same, but unread (a newer
  /// type).
  bool decoded = false;
};

struct ProvenSubject {
  std::string id;
  /// False: proven not to be on the chain.
  bool present = false;
  /// Records in its history.
  std::uint64_t count = 0;
  /// Canonical status message by kind of subject; often empty.
  std::string status;
  /// The file gives no history, only the present status.
  bool status_only = false;
  /// The first records that neither this file nor the one given as `since` shows.
  std::uint64_t left_out = 0;
  /// Those of the earlier bundle first, where `since` gave them.
  std::vector<ProvenEntry> entries;
  /// What of its history is not shown, in words; empty where it is complete (or status_only).
  std::vector<std::string> not_shown;
};

/// An attachment's body and where its digest stands.
struct ProvenAttachment {
  std::string digest_hex;
  /// Log index of the first shown record that carries the digest.
  std::uint64_t index = 0;
  /// As that record says; empty where it cannot be read.
  std::string media_type = {};
  std::size_t size = 0;
};

/// What a verification found, for people and programs.
struct VerifyReport {
  VerifyCode code = VerifyCode::kUnreadable;
  /// One sentence: why it is refused, or empty.
  std::string reason;
  /// What was checked, step by step, in plain words; ends before the step that failed.
  std::vector<std::string> steps;
  /// What is proven but not shown, or unread; for partial files never empty.
  std::vector<std::string> remarks;

  // What follows is filled where code is kProven or kPartial.
  std::string chain;
  Checkpoint checkpoint;
  /// Unix seconds: a quorum said at or after this time that the log was this long.
  std::uint64_t as_of_s = 0;
  Seal seal;
  /// In the order of the file.
  std::vector<ProvenSubject> subjects;
  std::vector<ProvenAttachment> attachments;
};

}  // namespace qc::ledger
