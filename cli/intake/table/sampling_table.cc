// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/sampling_table.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "cli/intake/table/sampling_header.h"
#include "cli/intake/table/sampling_row.h"
#include "cli/intake/value/cell_text.h"
#include "cli/intake/value/csv.h"
#include "cli/intake/value/judge_records.h"
#include "ledger/base/text.h"
#include "ledger/crypto/hash.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::OverallVerdict;
using quality::v1::SpotCheckResult;

constexpr std::size_t kHeaderRowsSearched = 20;

/// Place of the row that names the columns.
std::optional<std::size_t> header_row(const std::vector<CsvRow>& rows) {
  const auto searched =
      rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), kHeaderRowsSearched));
  const auto found = std::find_if(rows.begin(), searched, names_columns);
  if (found == searched) return std::nullopt;
  return static_cast<std::size_t>(found - rows.begin());
}

std::string place_of(const CsvRow& row) { return "row " + std::to_string(row.line); }

std::size_t filled_cells(const CsvRow& row) {
  return static_cast<std::size_t>(
      std::count_if(row.cells.begin(), row.cells.end(),
                    [](const std::string& cell) { return !one_line(cell).empty(); }));
}

/// A line of the sheet that may be no row of a table: a title or a footnote, in its first cell.
bool is_line(const CsvRow& row) {
  return filled_cells(row) == 1 && !one_line(row.cells.front()).empty() &&
         without_blanks(row.cells.front()).find_first_not_of("0123456789") != std::string::npos;
}

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return text.starts_with(word); });
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

/// How people begin what stands below a table.
bool is_footnote(const CsvRow& line) {
  const std::string text = without_blanks(line.cells.front());
  return begins_with_any(
      text, {"注",       "(注",      "备注", "说明", "(说明", "声明", "(声明", "数据来源",
             "信息来源", "资料来源", "来源", "附注", "*",     "※",    "制表",  "填报",
             "审核",     "联系",     "截至", "以上", "合计",  "共",   "第"});
}

/// What stands above a table names a list.
bool is_heading(const CsvRow& line) {
  return contains_any(without_blanks(line.cells.front()),
                      {"信息", "名单", "表", "情况", "抽检", "抽查", "检验", "结果", "公告", "通告",
                       "附件", "产品", "目录", "清单"});
}

/// A row of a few cells that speaks of verdicts: what is below it may not mean what is above.
bool seems_a_title(const CsvRow& row) {
  constexpr std::size_t kCellsMax = 3;
  return filled_cells(row) <= kCellsMax &&
         std::any_of(row.cells.begin(), row.cells.end(),
                     [](const std::string& cell) { return mentions_verdict(cell); });
}

/// Reads the tables of one sheet, one below the other: each begins with a row of headers.
class SamplingSheet {
 public:
  SamplingSheet(std::string_view bytes, const IntakeOptions& options)
      : bytes_(bytes), options_(&options) {}

  Intake read(const std::vector<CsvRow>& rows) {
    const std::optional<std::size_t> header = header_row(rows);
    if (!header) {
      problem("the file",
              "none of its first 20 rows holds the headers of a sampling table, such as 抽样编号, "
              "食品名称, 被抽样单位名称");
      return std::move(intake_);
    }
    digest_ = qc::to_bytes(ledger::hash(options_->hash, bytes_));
    for (std::size_t i = 0; i < *header; ++i) lines_.push_back(rows[i]);
    for (std::size_t i = *header; i < rows.size(); ++i) read_line(rows[i]);
    judge_lines(Before::kNothing);
    finish_row();
    return std::move(intake_);
  }

 private:
  void problem(std::string where, std::string message) {
    intake_.problems.push_back({std::move(where), std::move(message)});
  }

  void read_line(const CsvRow& row) {
    if (filled_cells(row) == 0) return;
    if (names_columns(row)) {
      if (!columns_.empty()) judge_lines(Before::kHeader);
      finish_row();
      return begin_table(row);
    }
    const bool more_items = row_ && row_->holds_items_only(row);
    if (is_line(row) && !more_items) {
      lines_.push_back(row);
      return;
    }
    judge_lines(Before::kRow);
    if (stopped_) return;
    if (more_items) return row_->read_more_items(row);
    finish_row();
    if (stopped_) return;
    row_.emplace(columns_, *options_);
    row_line_ = row;
    row_->read(row);
  }

  void begin_table(const CsvRow& header) {
    const std::vector<std::string> title = title_above();
    note_lines();
    std::vector<SamplingColumn> columns = columns_of(header);
    // A header that a page break repeats goes on with the table above.
    if (columns == columns_ && !std::any_of(title.begin(), title.end(), mentions_verdict)) return;
    title_ = title_verdict(title);
    columns_ = std::move(columns);
    stopped_ = false;
    records_above_ = intake_.records.size();
    judge_header(header);
  }

  std::vector<std::string> title_above() const {
    std::vector<std::string> title;
    for (const CsvRow& line : lines_) {
      for (const std::string& cell : line.cells) title.push_back(one_line(cell));
    }
    return title;
  }

  void judge_header(const CsvRow& header) {
    const SamplingRow row(columns_, *options_);
    for (const SamplingColumn& column : columns_) {
      if (!column.meaning && seems_to_judge(column.header)) {
        stop(
            place_of(header) + ", column " + column.header,
            "seems to say how a row fared, but is not read; verdicts stand under 检验结论, failing "
            "items under 不合格项目║检验结果║标准值");
      } else if (!column.meaning && !column.header.empty()) {
        note("column " + column.header + " is kept in the remarks");
      }
    }
    const bool judged =
        row.has(Meaning::kVerdict) || row.has(Meaning::kFailures) || row.has(Meaning::kFailedItem);
    if (!stopped_ && !judged && title_ == quality::v1::OVERALL_VERDICT_UNSPECIFIED) {
      stop(place_of(header),
           "no column and no title says 合格 or 不合格 of these rows; add a column 检验结论, or a "
           "title above the headers such as 合格产品信息");
    }
  }

  /// Nothing of this table is taken: what it says of its rows is not understood.
  void stop(std::string where, std::string message) {
    stopped_ = true;
    row_.reset();
    intake_.records.resize(std::min(intake_.records.size(), records_above_));
    problem(std::move(where), std::move(message));
  }

  /// What follows the lines that are judged.
  enum class Before : std::uint8_t { kRow, kHeader, kNothing };

  /// Lines below a table's first row. One that speaks of verdicts may change what the rows around
  /// it mean, unless it is the title of what follows; one that is no footnote may be a row whose
  /// other cells are missing.
  void judge_lines(Before before) {
    for (const CsvRow& line : lines_) {
      if (stopped_) break;
      const std::string text = one_line(line.cells.front());
      const bool title = before == Before::kHeader &&
                         (title_verdict({text}) != quality::v1::OVERALL_VERDICT_UNSPECIFIED);
      if (mentions_verdict(text) && !title) {
        stop(place_of(line), ledger::quote(text) +
                                 " speaks of verdicts beside the table's own; put it into the rows "
                                 "that it means, or give these a header of their own");
      } else if (!title && first_column_names_things() && !is_footnote(line) &&
                 !(before == Before::kHeader && is_heading(line))) {
        stop(place_of(line), "only the cell " + ledger::quote(text) + " of column " +
                                 columns_.front().header +
                                 " is filled: fill in the row, or begin a footnote with 注：");
      }
    }
    // Titles are still to be read by the table that they stand above.
    if (before != Before::kHeader) note_lines();
  }

  /// Whether a cell of the first column alone may be a row.
  bool first_column_names_things() const {
    return !columns_.empty() && !columns_.front().header.empty() &&
           columns_.front().meaning != Meaning::kSerialNumber;
  }

  void note_lines() {
    for (const CsvRow& line : lines_) {
      for (const std::string& cell : line.cells) {
        if (!one_line(cell).empty())
          note(place_of(line) + " is no row of a table: " + one_line(cell));
      }
    }
    lines_.clear();
  }

  void note(std::string text) {
    if (std::find(intake_.notes.begin(), intake_.notes.end(), text) == intake_.notes.end()) {
      intake_.notes.push_back(std::move(text));
    }
  }

  /// Hands over the row that is being read, once no further row can belong to it.
  void finish_row() {
    if (!row_) return;
    if (row_->problems().empty()) {
      decide();
      number();
    }
    for (const IntakeProblem& found : row_->problems()) intake_.problems.push_back(found);
    if (row_->problems().empty()) {
      hand_over();
    } else if (seems_a_title(row_line_)) {
      return stop(
          place_of(row_line_),
          "seems a title that speaks of 合格; put it into the first cell above a header of its "
          "own");
    }
    row_.reset();
  }

  /// The verdict is what the row's own column says, its failing items, or the table's title; where
  /// two of them differ the row is refused. A column of failing items that is empty says nothing.
  void decide() {
    SpotCheckResult& result = row_->result();
    const bool fails = !result.results().empty();
    if (result.verdict() == quality::v1::OVERALL_VERDICT_UNSPECIFIED) {
      if (row_->has(Meaning::kVerdict) && !fails) {
        return row_->problem(row_line_, row_->header_of(Meaning::kVerdict), "is empty");
      }
      result.set_verdict(fails ? quality::v1::OVERALL_VERDICT_NON_CONFORMANT : title_);
      if (!fails && !failures_header().empty() &&
          title_ != quality::v1::OVERALL_VERDICT_CONFORMANT) {
        return row_->problem(row_line_, failures_header(),
                             "is empty, and no column says 合格 or 不合格");
      }
    }
    if (fails && result.verdict() == quality::v1::OVERALL_VERDICT_CONFORMANT) {
      return row_->problem(row_line_, failures_header(),
                           "names a failing item, but the row's verdict is 合格");
    }
    if (title_ != quality::v1::OVERALL_VERDICT_UNSPECIFIED && title_ != result.verdict()) {
      return row_->problem(row_line_, "", "says the contrary of the table's title about 合格");
    }
    if (contradicts(result.remarks(), result.verdict())) {
      row_->problem(row_line_, row_->header_of(Meaning::kRemarks),
                    "says the contrary of the row's verdict: " + ledger::quote(result.remarks()));
    }
  }

  std::string failures_header() const {
    return row_->header_of(row_->has(Meaning::kFailures) ? Meaning::kFailures
                                                         : Meaning::kFailedItem);
  }

  /// A table without sampling numbers gives each row one made of what the row says: the same row
  /// has the same number whenever and in whatever file it is read, so that it is told as known.
  void number() {
    SpotCheckResult& result = row_->result();
    if (result.number().empty()) {
      if (row_->has(Meaning::kNumber)) {
        return row_->problem(row_line_, row_->header_of(Meaning::kNumber), "is empty");
      }
      constexpr std::size_t kDigits = 32;
      const std::string content =
          qc::to_bytes(ledger::hash(options_->hash, result.SerializeAsString()));
      result.set_number("table-" + to_hex(content).substr(0, kDigits));
    }
    const auto [known, fresh] = rows_.emplace(result.number(), row_line_.line);
    if (fresh) return;
    row_->problem(row_line_, row_->header_of(Meaning::kNumber),
                  row_->has(Meaning::kNumber)
                      ? ledger::quote(result.number()) + " stands in row " +
                            std::to_string(known->second) + " already"
                      : "says the same as row " + std::to_string(known->second) +
                            "; what tells them apart, such as 抽样编号, has no column");
  }

  void hand_over() {
    IntakeRecord read;
    read.where = place_of(row_line_);
    *read.record.mutable_spot_check_result() = std::move(row_->result());
    read.record.set_domain(options_->domain);
    read.record.set_claimed_time_ms(options_->claimed_time_ms);
    auto& attachment = *read.record.add_attachments();
    attachment.set_media_type("text/csv");
    attachment.set_size(bytes_.size());
    attachment.set_digest(digest_);
    attachment.set_title("published table");
    intake_.records.push_back(std::move(read));
  }

  std::string_view bytes_;
  const IntakeOptions* options_;
  Intake intake_;
  std::string digest_;
  /// The table that is being read.
  std::vector<SamplingColumn> columns_;
  OverallVerdict title_ = quality::v1::OVERALL_VERDICT_UNSPECIFIED;
  bool stopped_ = false;
  /// Records of the tables above it.
  std::size_t records_above_ = 0;
  /// Titles and footnotes since the last row.
  std::vector<CsvRow> lines_;
  std::optional<SamplingRow> row_;
  CsvRow row_line_;
  /// In which row each number stands.
  std::map<std::string, std::size_t> rows_;
};

Result<std::vector<CsvRow>> rows_of(std::string_view bytes, TableEncoding encoding) {
  QC_TRY(const std::string text, utf8_text(bytes, encoding));
  return read_csv(text);
}

}  // namespace

bool is_sampling_table(std::string_view bytes, TableEncoding encoding) {
  const auto rows = rows_of(bytes, encoding);
  return rows && header_row(*rows).has_value();
}

Intake read_sampling_table(std::string_view bytes, const IntakeOptions& options) {
  const auto rows = rows_of(bytes, options.encoding);
  if (!rows) {
    Intake refused;
    refused.problems.push_back({"the file", rows.error().message});
    return refused;
  }
  Intake intake = SamplingSheet(bytes, options).read(*rows);
  judge_records(intake, options);
  return intake;
}

}  // namespace qc::cli
