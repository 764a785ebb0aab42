// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake/table/failing_items.h"
#include "cli/intake/table/sampling_header.h"
#include "cli/intake/value/csv.h"
#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Reads the cells of one row of a sampling table into a result. Every cell ends up in a field, in
/// the remarks under its header, or as a problem; only what says nothing is left out.
class SamplingRow {
 public:
  SamplingRow(const std::vector<SamplingColumn>& columns, const IntakeOptions& options)
      : columns_(&columns), options_(&options) {}

  void read(const CsvRow& row);
  /// Reads the failing items of a further row of the same sample: cells of the other columns are
  /// merged with those above and empty.
  void read_more_items(const CsvRow& row);
  /// Whether a row holds nothing but failing items.
  [[nodiscard]] bool holds_items_only(const CsvRow& row) const;

  [[nodiscard]] bool has(Meaning meaning) const;
  [[nodiscard]] std::string header_of(Meaning meaning) const;
  void problem(const CsvRow& row, std::string_view column, std::string message);

  [[nodiscard]] const std::vector<IntakeProblem>& problems() const { return problems_; }
  quality::v1::SpotCheckResult& result() { return result_; }

 private:
  struct Said {
    std::string text;
    std::string header;
  };

  bool has_the_columns_shape(const CsvRow& row);
  bool is_said_already(const CsvRow& row, const SamplingColumn& column, const std::string& text);
  void read_cell(const CsvRow& row, const SamplingColumn& column, const std::string& cell);
  void read_text(Meaning meaning, const std::string& text);
  void read_judged_cell(const CsvRow& row, const SamplingColumn& column, const std::string& cell);
  void read_date_or_lot(const CsvRow& row, const SamplingColumn& column, const std::string& cell);
  void add_remark(const std::string& text);
  void add_items(const CsvRow& row);

  const std::vector<SamplingColumn>* columns_;
  const IntakeOptions* options_;
  quality::v1::SpotCheckResult result_;
  std::vector<IntakeProblem> problems_;
  std::map<Meaning, Said> said_;
  FailingCells items_;
};

}  // namespace qc::cli
