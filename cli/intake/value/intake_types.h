// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/intake/value/text_encoding.h"
#include "ledger/base/calendar.h"
#include "ledger/crypto/hash.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// What reading a file needs to know besides its bytes; all of it explicit, so that reading is
/// pure.
struct IntakeOptions {
  /// USCC or LEI of the organisation that will submit. With it every record is judged by the
  /// stateless rules; empty: records are built but not judged.
  std::string organisation;
  /// The network's time zone; dates without time of day begin there.
  std::uint32_t time_zone = ledger::kTimeZoneDefault;
  /// Claimed time of records whose file states none, unix ms.
  std::uint64_t claimed_time_ms = 0;
  /// Quality domain of records whose file states none.
  quality::v1::QualityDomain domain = quality::v1::QUALITY_DOMAIN_PRODUCT;
  /// The network's hash, for attachments' digests.
  ledger::HashAlgorithm hash = ledger::HashAlgorithm::kSha256;
  /// What tables are written in; JSON is always UTF-8.
  TableEncoding encoding = TableEncoding::kUtf8;
};

/// A record and where in the file it comes from.
struct IntakeRecord {
  quality::v1::Record record;
  /// "line 7", "$[3]" or "epcisBody.eventList[2]".
  std::string where;
  /// Bodies of the record's attachments that came with the file, in their order: an EPCIS event's
  /// bytes.
  std::vector<std::string> bodies;
};

/// Something that keeps a part of the file from becoming a record.
struct IntakeProblem {
  /// "line 7, column issued_at" or "$[3].inspection_certificate.objects[0].gtin (line 12)".
  std::string where;
  /// What is wrong and what would be right.
  std::string message;

  [[nodiscard]] std::string text() const { return where + ": " + message; }
  bool operator==(const IntakeProblem&) const = default;
};

/// What a file gave. A part with a problem gives no record; the others do. Whether a file with
/// problems is submitted in part is for the caller to ask its user.
struct Intake {
  std::vector<IntakeRecord> records;
  std::vector<IntakeProblem> problems;
  /// What the file says that no record keeps as structured data, in sentences.
  std::vector<std::string> notes;

  [[nodiscard]] bool whole() const { return problems.empty(); }
};

}  // namespace qc::cli
