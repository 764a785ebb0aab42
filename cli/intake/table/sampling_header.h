// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake/value/csv.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// What a column of the published sampling tables says.
enum class Meaning : std::uint8_t {
  kSerialNumber,
  kNumber,
  kMaker,
  kMakerCode,
  kMakerAddress,
  kSampledParty,
  kSampledPartyCode,
  kSampledPartyProvince,
  kSampledPartyAddress,
  kProduct,
  kGtin,
  kSpecification,
  kTrademark,
  kDateOrLot,
  /// Item, outcome and limit in one cell between bars.
  kFailures,
  /// The same in a column each.
  kFailedItem,
  kOutcome,
  kLimit,
  kVerdict,
  kCategory,
  kTaskSource,
  kInspectionBody,
  kRemarks,
};

/// A column as its header names it.
struct SamplingColumn {
  std::string header;
  /// Nothing: the column is none that a field takes.
  std::optional<Meaning> meaning;

  bool operator==(const SamplingColumn&) const = default;
};

/// The meaning of a header by itself.
[[nodiscard]] std::optional<Meaning> meaning_of(std::string_view cell);

/// A row that names columns: at least three known headers.
[[nodiscard]] bool names_columns(const CsvRow& row);

/// The columns of a header row. A header that means one thing beside some columns and another
/// without them (检验结果: an outcome beside 不合格项目, else the verdict) is settled here.
[[nodiscard]] std::vector<SamplingColumn> columns_of(const CsvRow& header);

/// Whether a header seems to say how a row fared; such a column must be read or stop the table.
[[nodiscard]] bool seems_to_judge(std::string_view header);

/// 合格, 不合格 and a few phrases of the same meaning, blanks inside dropped; nothing for any other
/// word.
[[nodiscard]] std::optional<quality::v1::OverallVerdict> verdict_word(std::string_view cell);

/// What the lines above a table say about all of its rows: 2025年第3期抽检不合格产品信息,
/// 合格样品名单. Unspecified where they say nothing, or both, or where any that speaks of verdicts
/// is not such a title from its first word to its last.
[[nodiscard]] quality::v1::OverallVerdict title_verdict(const std::vector<std::string>& lines);

/// Whether words beside a row's verdict say the contrary: 经复检不合格 beside 合格.
[[nodiscard]] bool contradicts(std::string_view text, quality::v1::OverallVerdict verdict);

/// Whether a line speaks of verdicts at all.
[[nodiscard]] bool mentions_verdict(std::string_view line);

/// The bars that tables put between the parts of a cell (‖ ║ 丨 ｜ | || ...), as one kind: ║.
[[nodiscard]] std::vector<std::string> between_bars(std::string_view cell);

}  // namespace qc::cli
