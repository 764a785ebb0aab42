// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/sampling_row.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/intake/value/cell_text.h"
#include "cli/intake/value/field_text.h"
#include "ledger/base/calendar.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::TestResult;

bool is_item_column(const SamplingColumn& column) {
  return column.meaning == Meaning::kFailures || column.meaning == Meaning::kFailedItem ||
         column.meaning == Meaning::kOutcome || column.meaning == Meaning::kLimit;
}

/// The row's place in the table, which its line tells as well.
bool is_serial_number(std::string_view cell) {
  constexpr std::size_t kDigitsMax = 6;
  const std::string text = without_blanks(cell);
  return text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == std::string::npos;
}

/// How many cells a row of these columns has: headers may have empty cells behind them.
std::size_t width_of(const std::vector<SamplingColumn>& columns) {
  const auto last =
      std::find_if(columns.rbegin(), columns.rend(),
                   [](const SamplingColumn& column) { return !column.header.empty(); });
  return static_cast<std::size_t>(columns.rend() - last);
}

}  // namespace

bool SamplingRow::has(Meaning meaning) const {
  return std::any_of(columns_->begin(), columns_->end(),
                     [meaning](const SamplingColumn& column) { return column.meaning == meaning; });
}

std::string SamplingRow::header_of(Meaning meaning) const {
  const auto found =
      std::find_if(columns_->begin(), columns_->end(),
                   [meaning](const SamplingColumn& column) { return column.meaning == meaning; });
  return found == columns_->end() ? "" : found->header;
}

void SamplingRow::problem(const CsvRow& row, std::string_view column, std::string message) {
  std::string where = "row " + std::to_string(row.line);
  if (!column.empty()) where.append(", column ").append(column);
  problems_.push_back({std::move(where), std::move(message)});
}

bool SamplingRow::holds_items_only(const CsvRow& row) const {
  bool items = false;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (says_nothing(row.cells[i])) continue;
    if (i >= columns_->size() || !is_item_column((*columns_)[i])) return false;
    items = true;
  }
  return items;
}

/// A cell too many or too few puts every cell behind it under a wrong header.
bool SamplingRow::has_the_columns_shape(const CsvRow& row) {
  const std::size_t width = width_of(*columns_);
  if (row.cells.size() < width) {
    problem(row, "",
            "has " + std::to_string(row.cells.size()) + " cells, the header names " +
                std::to_string(width) + "; fill the row up with empty cells");
    return false;
  }
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (one_line(row.cells[i]).empty()) continue;
    if (i >= width) {
      problem(row, "",
              "has " + std::to_string(row.cells.size()) + " cells, the header names " +
                  std::to_string(width) + "; quote cells that hold a comma");
      return false;
    }
    if ((*columns_)[i].header.empty()) {
      problem(row, std::to_string(i + 1),
              ledger::quote(one_line(row.cells[i])) + " stands under no header; name the column");
      return false;
    }
    if (meaning_of(row.cells[i])) {
      problem(row, (*columns_)[i].header,
              ledger::quote(one_line(row.cells[i])) +
                  " is a header, not what stands under one; a row of headers names at least three "
                  "columns");
      return false;
    }
  }
  return true;
}

void SamplingRow::read(const CsvRow& row) {
  if (!has_the_columns_shape(row)) return;
  for (std::size_t i = 0; i < row.cells.size() && i < columns_->size(); ++i) {
    read_cell(row, (*columns_)[i], row.cells[i]);
  }
  add_items(row);
}

void SamplingRow::read_more_items(const CsvRow& row) {
  items_ = {};
  for (const Meaning meaning :
       {Meaning::kFailures, Meaning::kFailedItem, Meaning::kOutcome, Meaning::kLimit}) {
    said_.erase(meaning);
  }
  read(row);
}

bool SamplingRow::is_said_already(const CsvRow& row, const SamplingColumn& column,
                                  const std::string& text) {
  const auto [said, first] = said_.emplace(*column.meaning, Said{text, column.header});
  if (!first && said->second.text != text) {
    problem(row, column.header,
            ledger::quote(text) + " differs from " + ledger::quote(said->second.text) +
                " in column " + said->second.header +
                ", which means the same; keep the one that is meant");
  }
  return !first;
}

void SamplingRow::read_cell(const CsvRow& row, const SamplingColumn& column,
                            const std::string& cell) {
  if (says_nothing(cell)) return;
  if (column.meaning == Meaning::kSerialNumber && is_serial_number(cell)) return;
  if (auto fault = cell_fault(cell)) return problem(row, column.header, *std::move(fault));
  const std::string text = one_line(cell);
  const bool mapped = column.meaning && column.meaning != Meaning::kSerialNumber;
  const bool free = !mapped || column.meaning == Meaning::kRemarks;
  if (free && verdict_word(cell)) {
    return problem(row, column.header,
                   ledger::quote(text) + " is a verdict, but verdicts stand under 检验结论");
  }
  // What no field takes is kept word for word, so that nothing that the row says is lost.
  if (!mapped) return add_remark(column.header + ": " + text);
  if (is_said_already(row, column, text)) return;
  switch (*column.meaning) {
    case Meaning::kFailedItem:
      items_.item = cell;
      return;
    case Meaning::kOutcome:
      items_.outcome = cell;
      return;
    case Meaning::kLimit:
      items_.limit = cell;
      return;
    case Meaning::kMakerCode:
    case Meaning::kSampledPartyCode:
    case Meaning::kGtin:
    case Meaning::kFailures:
    case Meaning::kVerdict:
      return read_judged_cell(row, column, cell);
    case Meaning::kDateOrLot:
      return read_date_or_lot(row, column, cell);
    default:
      return read_text(*column.meaning, text);
  }
}

/// Cells whose words are kept as they are.
void SamplingRow::read_text(Meaning meaning, const std::string& text) {
  switch (meaning) {
    case Meaning::kNumber:
      return result_.set_number(plain_line(text));
    case Meaning::kMaker:
      return result_.mutable_maker()->set_name(text);
    case Meaning::kMakerAddress:
      return result_.set_maker_address(text);
    case Meaning::kSampledParty:
      return result_.mutable_sampled_party()->set_name(text);
    case Meaning::kSampledPartyProvince:
      return result_.set_sampled_party_address(text + result_.sampled_party_address());
    case Meaning::kSampledPartyAddress:
      return result_.set_sampled_party_address(result_.sampled_party_address() + text);
    case Meaning::kProduct:
      return result_.set_product_name(text);
    case Meaning::kSpecification:
      return result_.set_specification(text);
    case Meaning::kTrademark:
      return result_.set_trademark(text);
    case Meaning::kCategory:
      return result_.set_category(text);
    case Meaning::kTaskSource:
      return result_.set_task_source(text);
    case Meaning::kInspectionBody:
      return result_.mutable_inspection_body()->set_name(text);
    default:
      return add_remark(text);
  }
}

/// Cells that can be wrong in themselves.
void SamplingRow::read_judged_cell(const CsvRow& row, const SamplingColumn& column,
                                   const std::string& cell) {
  const std::string plain = plain_line(cell);
  if (column.meaning == Meaning::kGtin) {
    Result<std::string> gtin = read_gtin(plain);
    if (!gtin) return problem(row, column.header, gtin.error().message);
    return result_.mutable_object()->set_gtin(*std::move(gtin));
  }
  if (column.meaning == Meaning::kFailures) {
    Result<std::vector<TestResult>> failures = read_failing_items(cell);
    if (!failures) return problem(row, column.header, failures.error().message);
    for (TestResult& failure : *failures) *result_.add_results() = std::move(failure);
    return;
  }
  if (column.meaning == Meaning::kVerdict) {
    const auto verdict = verdict_word(cell);
    if (!verdict) {
      return problem(row, column.header,
                     ledger::quote(plain) + " should say 合格, 符合, 不合格 or 不符合 and no more");
    }
    return result_.set_verdict(*verdict);
  }
  if (auto fault = ledger::party_code_fault(plain))
    return problem(row, column.header, *std::move(fault));
  auto& party = column.meaning == Meaning::kMakerCode ? *result_.mutable_maker()
                                                      : *result_.mutable_sampled_party();
  party.set_code(plain);
}

/// The words are kept as printed; a plain date that cannot be is refused.
void SamplingRow::read_date_or_lot(const CsvRow& row, const SamplingColumn& column,
                                   const std::string& cell) {
  const auto day = ledger::parse_date(plain_line(cell));
  const std::uint64_t now_ms = options_->claimed_time_ms;
  // A day of grace: clocks and time zones differ.
  if (day && now_ms != 0 && *day > ledger::day_of(now_ms, options_->time_zone) + 1) {
    return problem(row, column.header, ledger::quote(plain_line(cell)) + " has not come yet");
  }
  result_.set_production_date_or_lot(one_line(cell));
}

void SamplingRow::add_remark(const std::string& text) {
  std::string& remarks = *result_.mutable_remarks();
  remarks.append(remarks.empty() ? "" : "\n").append(text);
}

void SamplingRow::add_items(const CsvRow& row) {
  if (items_.item.empty() && items_.outcome.empty() && items_.limit.empty()) return;
  if (items_.item.empty()) {
    return problem(row, header_of(Meaning::kFailedItem),
                   "is empty, but the row states a result or a limit");
  }
  Result<std::vector<TestResult>> items = read_failing_items(items_);
  if (!items) return problem(row, header_of(Meaning::kFailedItem), items.error().message);
  for (TestResult& item : *items) *result_.add_results() = std::move(item);
}

}  // namespace qc::cli
