// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/sampling_table.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/intake/csv.h"
#include "cli/intake/field_text.h"
#include "ledger/check_digit.h"
#include "ledger/decimal.h"
#include "ledger/encoding.h"
#include "ledger/hash.h"
#include "ledger/text.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::SpotCheckResult;
using quality::v1::TestResult;

/// What a column of the published tables says.
enum class Meaning : std::uint8_t {
  kSerialNumber,
  kNumber,
  kMaker,
  kMakerCode,
  kMakerAddress,
  kSampledParty,
  kSampledPartyCode,
  kSampledPartyAddress,
  kProduct,
  kGtin,
  kSpecification,
  kTrademark,
  kDateOrLot,
  kFailures,
  kVerdict,
  kCategory,
  kTaskSource,
  kInspectionBody,
  kRemarks,
};

struct Header {
  std::string_view text;
  Meaning meaning;
};

/// Headers as regulators write them, without blanks and in plain characters.
constexpr auto kHeaders = std::to_array<Header>({
    {"序号", Meaning::kSerialNumber},
    {"抽样编号", Meaning::kNumber},
    {"抽样单编号", Meaning::kNumber},
    {"抽检编号", Meaning::kNumber},
    {"标称生产企业名称", Meaning::kMaker},
    {"标识生产企业名称", Meaning::kMaker},
    {"生产企业名称", Meaning::kMaker},
    {"标称生产者名称", Meaning::kMaker},
    {"标称生产企业统一社会信用代码", Meaning::kMakerCode},
    {"标称生产企业地址", Meaning::kMakerAddress},
    {"标识生产企业地址", Meaning::kMakerAddress},
    {"生产企业地址", Meaning::kMakerAddress},
    {"被抽样单位名称", Meaning::kSampledParty},
    {"被抽样单位", Meaning::kSampledParty},
    {"被抽检单位名称", Meaning::kSampledParty},
    {"被抽样单位统一社会信用代码", Meaning::kSampledPartyCode},
    {"被抽样单位地址", Meaning::kSampledPartyAddress},
    {"被抽样单位所在省份", Meaning::kSampledPartyAddress},
    {"食品名称", Meaning::kProduct},
    {"样品名称", Meaning::kProduct},
    {"产品名称", Meaning::kProduct},
    {"商品条码", Meaning::kGtin},
    {"条形码", Meaning::kGtin},
    {"规格型号", Meaning::kSpecification},
    {"规格", Meaning::kSpecification},
    {"型号规格", Meaning::kSpecification},
    {"商标", Meaning::kTrademark},
    {"生产日期/批号", Meaning::kDateOrLot},
    {"生产日期或批号", Meaning::kDateOrLot},
    {"生产日期", Meaning::kDateOrLot},
    {"不合格项目║检验结果║标准值", Meaning::kFailures},
    {"不合格项目||检验结果||标准值", Meaning::kFailures},
    {"不合格项目|检验结果|标准值", Meaning::kFailures},
    {"不合格项目/检验结果/标准值", Meaning::kFailures},
    {"检验结论", Meaning::kVerdict},
    {"结论", Meaning::kVerdict},
    {"分类", Meaning::kCategory},
    {"食品大类", Meaning::kCategory},
    {"任务来源", Meaning::kTaskSource},
    {"任务来源/项目名称", Meaning::kTaskSource},
    {"检验机构", Meaning::kInspectionBody},
    {"检验机构名称", Meaning::kInspectionBody},
    {"备注", Meaning::kRemarks},
});

constexpr std::size_t kHeaderRowsSearched = 20;
constexpr std::size_t kHeadersNeeded = 3;

std::string header_text(std::string_view cell) {
  std::string text = plain_line(cell);
  std::erase(text, ' ');
  return text;
}

std::optional<Meaning> meaning_of(std::string_view cell) {
  const std::string text = header_text(cell);
  const auto* const found =
      std::find_if(kHeaders.begin(), kHeaders.end(),
                   [&text](const Header& header) { return header.text == text; });
  if (found == kHeaders.end()) return std::nullopt;
  return found->meaning;
}

/// Place of the row that names the columns.
std::optional<std::size_t> header_row(const std::vector<CsvRow>& rows) {
  for (std::size_t i = 0; i < rows.size() && i < kHeaderRowsSearched; ++i) {
    const auto known =
        std::count_if(rows[i].cells.begin(), rows[i].cells.end(),
                      [](const std::string& cell) { return meaning_of(cell).has_value(); });
    if (static_cast<std::size_t>(known) >= kHeadersNeeded) return i;
  }
  return std::nullopt;
}

/// A dash or slash in a cell says that there is nothing to say.
bool says_nothing(std::string_view text) {
  constexpr std::array<std::string_view, 8> kNothing{"", "/", "-", "--", "—", "——", "//", "无"};
  return std::find(kNothing.begin(), kNothing.end(), text) != kNothing.end();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// "0.0305g/kg" as value and unit; everything else as text.
void set_outcome(TestResult& result, const std::string& outcome) {
  const std::string plain = plain_line(outcome);
  const std::size_t start = plain.starts_with('<') || plain.starts_with('>') ? 1 : 0;
  std::size_t end = plain.find_first_not_of("0123456789.", start);
  end = std::min(end, plain.size());
  const std::string value = plain.substr(0, end);
  const std::string unit = one_line(plain.substr(end));
  constexpr std::size_t kUnitBytesMax = 16;
  const bool measured = !ledger::result_value_fault(value) && unit.size() <= kUnitBytesMax &&
                        unit.find(';') == std::string::npos;
  if (!measured) {
    result.set_text(outcome);
    return;
  }
  result.set_value(value);
  result.set_unit(unit);
}

constexpr std::string_view kBar = "║";

/// The parts between bars, however the table draws them.
std::vector<std::string> between_bars(std::string_view cell) {
  std::string text(cell);
  for (const std::string_view bar : {"‖", "║║", "｜｜", "｜", "||", "|"}) {
    replace_all(text, bar, kBar);
  }
  std::vector<std::string> parts;
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t bar = text.find(kBar, at);
    parts.push_back(text.substr(at, bar - at));
    at = bar == std::string::npos ? bar : bar + kBar.size();
  }
  return parts;
}

/// Cuts the next item's parameter off a limit: it stands on a line of its own or behind a
/// semicolon.
std::optional<std::string> take_next_parameter(std::string& limit) {
  for (const std::string_view mark : {"\n", "；", ";"}) {
    const std::size_t found = limit.rfind(mark);
    if (found == std::string::npos) continue;
    std::string next = limit.substr(found + mark.size());
    limit.resize(found);
    return next;
  }
  return std::nullopt;
}

/// "parameter║outcome║limit", several one under the other or behind semicolons.
Result<std::vector<TestResult>> read_failures(std::string_view cell) {
  std::vector<std::string> parts = between_bars(cell);
  // An item's last part and the next one's first share a place, so there is an odd number.
  if (parts.size() < 3 || parts.size() % 2 == 0) {
    return ledger::fail(ledger::Code::kInvalidArgument,
                        ledger::quote(one_line(cell)) + " should be parameter║result║limit");
  }
  std::vector<TestResult> results;
  std::string parameter = parts.front();
  for (std::size_t i = 1; i + 1 < parts.size(); i += 2) {
    std::string& limit = parts[i + 1];
    const bool last = i + 2 == parts.size();
    const std::optional<std::string> next = last ? std::string() : take_next_parameter(limit);
    if (!next) {
      return ledger::fail(ledger::Code::kInvalidArgument,
                          ledger::quote(one_line(limit)) +
                              " stands between two items; put each on its own line or a semicolon "
                              "between them");
    }
    TestResult& result = results.emplace_back();
    result.set_parameter(one_line(parameter));
    set_outcome(result, one_line(parts[i]));
    if (!says_nothing(one_line(limit))) result.set_limit(one_line(limit));
    result.set_verdict(quality::v1::VERDICT_FAIL);
    parameter = *next;
  }
  return results;
}

/// Reads the rows of one table.
class SamplingTable {
 public:
  SamplingTable(std::string_view bytes, const IntakeOptions& options)
      : bytes_(bytes), options_(&options) {}

  Intake read(const std::vector<CsvRow>& rows) {
    const std::optional<std::size_t> header = header_row(rows);
    if (!header) {
      intake_.problems.push_back({"the file",
                                  "none of its first 20 rows holds the headers of a sampling "
                                  "table, such as 抽样编号, 食品名称, 被抽样单位名称"});
      return std::move(intake_);
    }
    digest_ = ledger::to_bytes(ledger::hash(options_->hash, bytes_));
    read_header(rows[*header]);
    for (std::size_t i = *header + 1; i < rows.size(); ++i) read_row(rows[i]);
    return std::move(intake_);
  }

 private:
  void read_header(const CsvRow& row) {
    for (const std::string& cell : row.cells) {
      const std::optional<Meaning> meaning = meaning_of(cell);
      columns_.push_back(meaning);
      headers_.push_back(header_text(cell));
      if (meaning) has_.emplace(*meaning, headers_.back());
      if (!meaning && !headers_.back().empty()) {
        intake_.notes.push_back(
            "column " + headers_.back() +
            " is not kept as a field; the file's digest is attached to every record");
      }
    }
  }

  void problem(const CsvRow& row, std::string_view column, std::string message) {
    std::string where = "row " + std::to_string(row.line);
    if (!column.empty()) where.append(", column ").append(column);
    intake_.problems.push_back({std::move(where), std::move(message)});
  }

  std::string header_of(Meaning meaning) const {
    const auto found = has_.find(meaning);
    return found == has_.end() ? "" : found->second;
  }

  /// A row without product and parties is a footnote or a total, not a result.
  static bool is_footnote(const CsvRow& row) {
    const auto filled =
        std::count_if(row.cells.begin(), row.cells.end(),
                      [](const std::string& cell) { return !one_line(cell).empty(); });
    return filled <= 1;
  }

  void read_row(const CsvRow& row) {
    if (is_footnote(row)) return;
    const std::size_t before = intake_.problems.size();
    IntakeRecord read;
    read.where = "row " + std::to_string(row.line);
    SpotCheckResult& result = *read.record.mutable_spot_check_result();
    std::string serial_number;
    for (std::size_t i = 0; i < row.cells.size() && i < columns_.size(); ++i) {
      if (!columns_[i]) continue;
      if (*columns_[i] == Meaning::kSerialNumber) serial_number = plain_line(row.cells[i]);
      read_cell(row, *columns_[i], row.cells[i], result);
    }
    if (result.number().empty()) result.set_number(made_number(serial_number, row.line));
    decide(row, result);
    if (intake_.problems.size() > before) return;
    attach(read);
    intake_.records.push_back(std::move(read));
  }

  /// A table without sampling numbers gives each row one of its own, the same whenever the file is
  /// read.
  std::string made_number(const std::string& serial_number, std::size_t line) const {
    constexpr std::size_t kDigits = 16;
    const std::string row = serial_number.empty() ? "line-" + std::to_string(line) : serial_number;
    return "table-" + ledger::to_hex(digest_).substr(0, kDigits) + "-" + row;
  }

  void read_cell(const CsvRow& row, Meaning meaning, const std::string& cell,
                 SpotCheckResult& result) {
    const std::string text = one_line(cell);
    if (says_nothing(text)) return;
    switch (meaning) {
      case Meaning::kSerialNumber:
        return;
      case Meaning::kNumber:
        return result.set_number(plain_line(cell));
      case Meaning::kMaker:
        return result.mutable_maker()->set_name(text);
      case Meaning::kMakerAddress:
        return result.set_maker_address(text);
      case Meaning::kSampledParty:
        return result.mutable_sampled_party()->set_name(text);
      case Meaning::kSampledPartyAddress:
        return result.set_sampled_party_address(result.sampled_party_address() + text);
      case Meaning::kProduct:
        return result.set_product_name(text);
      case Meaning::kSpecification:
        return result.set_specification(text);
      case Meaning::kTrademark:
        return result.set_trademark(text);
      case Meaning::kDateOrLot:
        return result.set_production_date_or_lot(text);
      case Meaning::kCategory:
        return result.set_category(text);
      case Meaning::kTaskSource:
        return result.set_task_source(text);
      case Meaning::kInspectionBody:
        return result.mutable_inspection_body()->set_name(text);
      case Meaning::kRemarks:
        return result.set_remarks(text);
      case Meaning::kMakerCode:
      case Meaning::kSampledPartyCode:
      case Meaning::kGtin:
      case Meaning::kFailures:
      case Meaning::kVerdict:
        return read_judged_cell(row, meaning, cell, result);
    }
  }

  /// Cells that can be wrong in themselves.
  void read_judged_cell(const CsvRow& row, Meaning meaning, const std::string& cell,
                        SpotCheckResult& result) {
    const std::string plain = plain_line(cell);
    if (meaning == Meaning::kGtin) {
      std::optional<std::string> gtin = ledger::gtin14_of(plain);
      if (!gtin)
        return problem(row, header_of(meaning), ledger::any_gtin_fault(plain).value_or("no GTIN"));
      return result.mutable_object()->set_gtin(*std::move(gtin));
    }
    if (meaning == Meaning::kFailures) {
      Result<std::vector<TestResult>> failures = read_failures(cell);
      if (!failures) return problem(row, header_of(meaning), failures.error().message);
      for (TestResult& failure : *failures) *result.add_results() = std::move(failure);
      return;
    }
    if (meaning == Meaning::kVerdict) return read_verdict(row, plain, result);
    if (auto fault = ledger::party_code_fault(plain))
      return problem(row, header_of(meaning), *std::move(fault));
    auto& party =
        meaning == Meaning::kMakerCode ? *result.mutable_maker() : *result.mutable_sampled_party();
    party.set_code(plain);
  }

  void read_verdict(const CsvRow& row, const std::string& text, SpotCheckResult& result) {
    const bool failed =
        text.find("不合格") != std::string::npos || text.find("不符合") != std::string::npos;
    const bool passed =
        text.find("合格") != std::string::npos || text.find("符合") != std::string::npos;
    if (!passed)
      return problem(row, header_of(Meaning::kVerdict),
                     ledger::quote(text) + " should say 合格 or 不合格");
    result.set_verdict(failed ? quality::v1::OVERALL_VERDICT_NON_CONFORMANT
                              : quality::v1::OVERALL_VERDICT_CONFORMANT);
  }

  /// What a row without a verdict says: a table of failures fails, one without that column passes.
  void decide(const CsvRow& row, SpotCheckResult& result) {
    const bool conformant = result.verdict() == quality::v1::OVERALL_VERDICT_CONFORMANT;
    if (conformant && !result.results().empty()) {
      return problem(row, header_of(Meaning::kFailures),
                     "names a failing item, but the row's verdict is 合格");
    }
    if (result.verdict() != quality::v1::OVERALL_VERDICT_UNSPECIFIED) return;
    if (!result.results().empty())
      return result.set_verdict(quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
    if (!has_.contains(Meaning::kFailures))
      return result.set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
    // A failing item that could not be read has been reported already.
    if (failures_cell(row).empty()) {
      problem(row, header_of(Meaning::kFailures), "is empty, and no column says 合格 or 不合格");
    }
  }

  std::string failures_cell(const CsvRow& row) const {
    for (std::size_t i = 0; i < columns_.size() && i < row.cells.size(); ++i) {
      if (columns_[i] == Meaning::kFailures && !says_nothing(one_line(row.cells[i])))
        return row.cells[i];
    }
    return "";
  }

  void attach(IntakeRecord& read) {
    read.record.set_domain(options_->domain);
    read.record.set_claimed_time_ms(options_->claimed_time_ms);
    auto& attachment = *read.record.add_attachments();
    attachment.set_media_type("text/csv");
    attachment.set_size(bytes_.size());
    attachment.set_digest(digest_);
    attachment.set_title("published table");
  }

  std::string_view bytes_;
  const IntakeOptions* options_;
  Intake intake_;
  std::string digest_;
  std::vector<std::optional<Meaning>> columns_;
  std::vector<std::string> headers_;
  std::map<Meaning, std::string> has_;
};

Result<std::vector<CsvRow>> rows_of(std::string_view bytes) {
  QC_TRY(const std::string text, utf8_text(bytes));
  return read_csv(text);
}

}  // namespace

bool is_sampling_table(std::string_view bytes) {
  const auto rows = rows_of(bytes);
  return rows && header_row(*rows).has_value();
}

Intake read_sampling_table(std::string_view bytes, const IntakeOptions& options) {
  const auto rows = rows_of(bytes);
  if (!rows) {
    Intake refused;
    refused.problems.push_back({"the file", rows.error().message});
    return refused;
  }
  Intake intake = SamplingTable(bytes, options).read(*rows);
  judge_records(intake, options);
  return intake;
}

}  // namespace qc::cli
