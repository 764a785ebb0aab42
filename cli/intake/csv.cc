// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/csv.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "ledger/encoding.h"
#include "ledger/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Reads rows cell by cell.
class TableReader {
 public:
  explicit TableReader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

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
  static char separator_of(std::string_view text) {
    const std::string_view first = text.substr(0, text.find('\n'));
    const bool tabs =
        first.find('\t') != std::string_view::npos && first.find(',') == std::string_view::npos;
    return tabs ? '\t' : ',';
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

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
      ++line_;
    }
  }

  [[nodiscard]] bool at_line_end() const {
    if (at_ >= text_.size() || text_[at_] == '\n') return true;
    return text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n');
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

struct CloseIconv {
  void operator()(void* converter) const { iconv_close(converter); }
};

std::optional<std::string> from_gb18030(std::string_view bytes) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own way to say "no".
  const std::unique_ptr<void, CloseIconv> converter(iconv_open("UTF-8", "GB18030"));
  if (reinterpret_cast<std::intptr_t>(converter.get()) == -1) return std::nullopt;
  std::string source(bytes);
  char* input = source.data();
  std::size_t input_left = source.size();
  std::string text;
  std::array<char, 4096> buffer{};
  while (input_left > 0) {
    char* output = buffer.data();
    std::size_t output_left = buffer.size();
    const std::size_t converted =
        iconv(converter.get(), &input, &input_left, &output, &output_left);
    text.append(buffer.data(), buffer.size() - output_left);
    if (converted == static_cast<std::size_t>(-1) && errno != E2BIG) return std::nullopt;
  }
  return text;
}

bool is_blank(char32_t point) {
  return point <= 0x20 || point == 0x7F || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200F) || (point >= 0x2028 && point <= 0x202F) ||
         point == 0x205F || point == 0x3000 || point == 0xFEFF;
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

Result<std::string> utf8_text(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (ledger::is_utf8(bytes)) return std::string(bytes);
  std::optional<std::string> converted = from_gb18030(bytes);
  if (converted) return *std::move(converted);
  return fail(Code::kInvalidArgument,
              "the file is neither UTF-8 nor GB 18030 text; save it as UTF-8");
}

std::string one_line(std::string_view cell) { return squeezed(cell, false); }

std::string plain_line(std::string_view cell) { return squeezed(cell, true); }

}  // namespace qc::cli
