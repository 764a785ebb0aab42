// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/csv.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// How often a separator stands in the first lines, outside quotes.
struct SeparatorUse {
  std::size_t lines = 0;
  std::size_t in_one_line = 0;

  auto operator<=>(const SeparatorUse&) const = default;
};

SeparatorUse use_of(char separator, std::string_view text) {
  constexpr std::size_t kLinesSearched = 20;
  SeparatorUse use;
  std::size_t lines = 0;
  std::size_t in_line = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size() && lines < kLinesSearched; ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (!quoted && text[at] == separator) {
      ++in_line;
      use.lines += in_line == 1 ? 1 : 0;
      use.in_one_line = std::max(use.in_one_line, in_line);
    }
    if (quoted || (text[at] != '\n' && text[at] != '\r')) continue;
    ++lines;
    in_line = 0;
  }
  return use;
}

char separator_of(std::string_view text) {
  char best = ',';
  for (const char separator : {'\t', ';'}) {
    if (use_of(separator, text) > use_of(best, text)) best = separator;
  }
  return best;
}

/// Reads rows cell by cell.
class TableReader {
 public:
  explicit TableReader(std::string_view text) : text_(text), separator_(separator_of(text)) {
    read_separator_line();
  }

  Result<std::vector<CsvRow>> read() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      QC_TRY(CsvRow row, read_row());
      const bool empty = std::all_of(row.cells.begin(), row.cells.end(),
                                     [](const std::string& cell) { return cell.empty(); });
      if (empty) continue;
      if (rows.size() == kCsvRowsMax) return refuse("more than 200000 rows; split the file");
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  /// "sep=;" on the first line is a spreadsheet's word for its separator.
  void read_separator_line() {
    constexpr std::string_view kSeparatorLine = "sep=";
    const std::string_view line = text_.substr(0, text_.find_first_of("\r\n"));
    if (!line.starts_with(kSeparatorLine) || line.size() != kSeparatorLine.size() + 1) return;
    separator_ = line.back();
    at_ = line.size();
    end_line();
  }

  [[nodiscard]] tl::unexpected<ledger::Error> refuse(const std::string& reason) const {
    return fail(Code::kInvalidArgument, "line " + std::to_string(line_) + ": " + reason);
  }

  Result<CsvRow> read_row() {
    CsvRow row;
    row.line = line_;
    while (true) {
      QC_TRY(std::string cell, read_cell());
      if (cell.size() > kCsvCellBytesMax) return refuse("a cell is longer than 64 KiB");
      if (row.cells.size() == kCsvColumnsMax) return refuse("more than 256 columns");
      row.cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == separator_) {
        ++at_;
        continue;
      }
      end_line();
      return row;
    }
  }

  /// LF, CRLF, or CR alone.
  void end_line() {
    if (at_ >= text_.size()) return;
    if (text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  [[nodiscard]] bool at_line_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
  }

  Result<std::string> read_cell() {
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
    const std::size_t start = at_;
    while (!at_line_end() && text_[at_] != separator_) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  Result<std::string> read_quoted() {
    const std::size_t opened_on = line_;
    std::string cell;
    ++at_;
    while (at_ < text_.size()) {
      const char character = text_[at_++];
      if (character == '"') {
        if (at_ < text_.size() && text_[at_] == '"') {
          ++at_;
        } else if (at_line_end() || text_[at_] == separator_) {
          return cell;
        } else {
          return refuse("text follows a closing quote; double the quotes inside a quoted cell");
        }
      }
      if (character == '\n') ++line_;
      cell += character;
    }
    line_ = opened_on;
    return refuse("a quoted cell that begins here is not closed");
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

/// What is seen as a gap. An invisible character is none: it stays where it stands, for the rules
/// of texts to refuse, as a name with a blank put in its place would be another name.
bool is_blank(char32_t point) {
  return (point >= '\t' && point <= '\r') || point == ' ' || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
         point == 0x202F || point == 0x205F || point == 0x3000;
}

std::string squeezed(std::string_view cell, bool plain) {
  std::string line;
  bool gap = false;
  while (!cell.empty()) {
    std::optional<char32_t> point = ledger::take_code_point(cell);
    if (!point) {
      cell.remove_prefix(1);
      point = 0xFFFD;
    }
    if (is_blank(*point)) {
      gap = true;
      continue;
    }
    if (gap && !line.empty()) line += ' ';
    gap = false;
    const bool full_width = plain && *point >= 0xFF01 && *point <= 0xFF5E;
    ledger::append_utf8(line, full_width ? *point - 0xFEE0 : *point);
  }
  return line;
}

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return TableReader(text).read();
}

std::string one_line(std::string_view cell) { return squeezed(cell, false); }

std::string plain_line(std::string_view cell) { return squeezed(cell, true); }

}  // namespace qc::cli
