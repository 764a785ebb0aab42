// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake/table/certificate_csv.h"

namespace qc::cli {
namespace {

using google::protobuf::Message;
using quality::v1::InspectionCertificate;
using quality::v1::ObjectRef;
using quality::v1::Record;
using quality::v1::TestResult;

// What docs/formats-intake.md promises of each cell is written down here once more, so that the
// test and the reader cannot share a mistake. Every table is turned into the records that its cells
// say; a record that is read must be that one, field for field.

/// What a written cell says: text, or nothing at all, or what only a refusal does justice to.
using Meaning = std::optional<std::string>;
constexpr std::nullopt_t kRefused = std::nullopt;

struct Reading {
  std::string_view column;
  std::string_view written;
  std::string_view says;
};

constexpr std::string_view kOil = "06901234567892";

/// Cells of columns that do not keep their text as it stands. No other cell is read there.
constexpr auto kReadings = std::to_array<Reading>({
    {"domain", "product", "1"},
    {"domain", "Engineering", "2"},
    {"domain", "QUALITY_DOMAIN_ENVIRONMENT", "4"},
    {"type", "testing", "2"},
    {"type", "INSPECTION", "1"},
    {"type", "type-declaration", "7"},
    {"verdict", "conformant", "1"},
    {"verdict", "OVERALL_VERDICT_CONFORMANT", "1"},
    {"verdict", "non-conformant", "2"},
    {"verdict", "non_conformant", "2"},
    {"verdict", "no statement", "3"},
    {"result_verdict", "pass", "1"},
    {"result_verdict", "PASS", "1"},
    {"result_verdict", "fail", "2"},
    {"result_verdict", "VERDICT_FAIL", "2"},
    {"result_verdict", "not judged", "3"},
    {"result_verdict", "not_judged", "3"},
    {"accreditation", "CMA 221500010001", "urn:qc:accreditation:CMA:221500010001"},
    {"accreditation", "urn:qc:accreditation:CNAS:L0001", "urn:qc:accreditation:CNAS:L0001"},
    {"accreditation", "A B", "urn:qc:accreditation:A:B"},
    {"place", "https://id.gs1.org/414/9521321000063", "https://id.gs1.org/414/9521321000063"},
    {"place", "https://gln.example/414/9521321000063", "https://id.gs1.org/414/9521321000063"},
    {"sample", "urn:qc:sample:91350100M000100Y43:S-7", "urn:qc:sample:91350100M000100Y43:S-7"},
    {"customer_code", "91110000600037341L", "91110000600037341L"},
    {"customer_code", "91371500MA2018H085", "91371500MA2018H085"},
    {"maker_code", "91371500MA2018H085", "91371500MA2018H085"},
    {"gtin", "6901234567892", "06901234567892"},
    {"gtin", "06901234567892", "06901234567892"},
    {"gtin", "9521322002011", "09521322002011"},
    // GTIN, lot, serial and id, one after the other.
    {"object", "6901234567892", "06901234567892|||"},
    {"object", "06901234567892", "06901234567892|||"},
    {"object", "https://id.gs1.org/01/06901234567892/10/L1", "06901234567892|L1||"},
    {"object", "(01)06901234567892(10)L2", "06901234567892|L2||"},
    {"object", "https://id.gs1.org/01/06901234567892/21/S1", "06901234567892||S1|"},
    {"object", "https://id.gs1.org/01/06901234567892/10/L1?17=271231", "06901234567892|L1||"},
    {"object", "urn:epc:id:sgtin:6901234.056789.S1", "06901234567892||S1|"},
    {"object", "https://id.gs1.org/414/9521321000063", "|||https://id.gs1.org/414/9521321000063"},
    {"method", "GB 5009.12-2023", "GB 5009.12-2023"},
    {"method", "GB/T5009.37-2003", "GB/T 5009.37-2003"},
    {"method", "gb／t 5009.37—2003", "GB/T 5009.37-2003"},
    {"sampled_at", "2026-11-09T08:30:00+08:00", "1794184200000"},
    {"sampled_at", "2026-11-09T00:30:00Z", "1794184200000"},
    {"received_at", "2026-11-10", "1794240000000"},
    {"received_at", "1794240000000", "1794240000000"},
    {"tested_from", "2026-11-10", "1794240000000"},
    {"tested_from", "2026-11-10T00:00:00.125+08:00", "1794240000125"},
    {"tested_to", "2026-11-12", "1794412800000"},
    {"issued_at", "2026-11-13", "1794499200000"},
    {"issued_at", "2026-11-12T16:00:00Z", "1794499200000"},
    {"valid_until", "2027-11-12", "2027-11-12"},
});

/// Columns that keep any text word for word, with what they hold where nothing is wrong.
struct Words {
  std::string_view column;
  std::array<std::string_view, 3> written;
};
constexpr auto kWords = std::to_array<Words>({
    {"customer_name", {"甲乙食品有限公司", "Some  Oil Ltd.", "丙丁\n超市"}},
    {"maker_name", {"某某（山东）油脂有限公司", "乙厂", "A & B"}},
    {"sample_number", {"YB2025-0001", "YB 7", "１２号"}},
    {"sample_condition", {"完好 intact", "封存，无破损", "ok"}},
    {"category", {"食用植物油", "水泥", "酱油"}},
    {"decision_rule", {"简单接受", "JJF 1059", "w = U"}},
    {"deviations", {"第3天\n停电", "见第2页", "temperature 21 °C"}},
    {"conclusion", {"所检项目合格", "经检验，所检项目不合格", "meets \"GB 2716\""}},
    {"supersedes", {"C-0", "C-00", "旧-1"}},
    {"parameter", {"铅", "黄曲霉毒素B₁", "3 d抗压强度 Compressive strength 3 d"}},
    {"text", {"正常", "1,100 CFU/g", "0.5-0.7 g/100 g"}},
    {"unit", {"mg/kg", "g/100 g", "%"}},
    {"uncertainty", {"0.01 (k=2)", "±5 %", "0.3"}},
    {"limit", {"<= 0.1", "≤20μg/kg", "n=5,c=2,m=1000"}},
    {"tester", {"LC-0012", "LC-0013", "7"}},
    {"reviewer", {"LC-0014", "LC-0015", "LC_16"}},
    {"authorised", {"LC-0017", "LC.18", "LC/19"}},
    {"method", {"本所方法 第2版", "中国药典2020年版 四部", "Own method 3"}},
});

constexpr auto kOutcomes =
    std::to_array<std::string_view>({"0.50", "<0.02", ">5", "12", "-0.5", "0"});

/// What people and spreadsheets put into cells where something else should stand.
constexpr auto kHostile = std::to_array<std::string_view>({
    "0.5 mg/kg",
    "1,100",
    "0.5-0.7",
    "3.2×10^4",
    "5E3",
    "2.02507E+07",
    "1e-7",
    "< 0.02",
    "≤ 0.1",
    "007",
    "1.",
    ".5",
    "１２.5",
    "12％",
    "nd",
    "未检出",
    "/",
    "——",
    "N/A",
    "无",
    "不详",
    "null",
    "*",
    "",
    "   ",
    "同上",
    "#REF!",
    "####",
    "花\u200B生油",
    "\uFEFF正常",
    "L1\u200B",
    "0.5\u200B",
    "pass\u200E",
    "甲\u2060乙",
    "甲\u202E乙",
    "A\u00A0B",
    "A\x01"
    "B",
    "两行\n文字",
    "2026-11-10",
    "20261110",
    "2026/11/10",
    "2026-11-10T08:00:00",
    "2026-11-10T08:00:00.123456+08:00",
    "2026-11-31",
    "20250724103300",
    "1969-12-31",
    "1970-01-01",
    "1969-12-31T23:59:59+08:00",
    "2199-01-01",
    "合格",
    "不合格",
    "pass",
    "fail",
    "Failed",
    "conformant",
    "unspecified",
    "VERDICT_UNSPECIFIED",
    "0",
    "1",
    "number",
    "C-1",
    "6901234567892",
    "6901234567890",
    "00000000000000",
    "L1",
    "A;B",
    "A,B",
    "\"引\"",
    "..",
    "{\"a\":1}",
    "=1+2",
    "https://id.gs1.org/01/06901234567892/10/L1?17=271231",
});

/// A seed must give the same tables everywhere, so no distribution of the library is used.
std::size_t below(std::size_t count, std::mt19937& random) { return random() % count; }

template <class Choices>
std::string one_of(const Choices& choices, std::mt19937& random) {
  return std::string(choices[below(choices.size(), random)]);
}

template <class Value>
Value& any_place(std::vector<Value>& values, std::mt19937& random) {
  return values[below(values.size(), random)];
}

/// Text with its blanks made single; none at the ends. Nothing else may become of it.
std::string with_single_blanks(std::string_view text) {
  constexpr auto kBlanks =
      std::to_array<std::string_view>({" ", "\t", "\n", "\r", "\u00A0", "\u3000"});
  std::string line;
  bool gap = false;
  while (!text.empty()) {
    const auto* const blank = std::find_if(kBlanks.begin(), kBlanks.end(), [text](auto candidate) {
      return text.starts_with(candidate);
    });
    if (blank != kBlanks.end()) {
      gap = !line.empty();
      text.remove_prefix(blank->size());
      continue;
    }
    if (gap) line += ' ';
    gap = false;
    line += text.front();
    text.remove_prefix(1);
  }
  return line;
}

bool is_empty_by_promise(const std::string& text) {
  static const std::set<std::string> kNothing{"",     "/", "——",   "N/A", "无",
                                              "不详", "*", "null", ".."};
  return kNothing.contains(text);
}

bool is_refused_by_promise(const std::string& text) {
  static const std::set<std::string> kNeverRead{"5E3", "2.02507E+07", "同上", "#REF!", "####"};
  return kNeverRead.contains(text);
}

/// Digits, and perhaps a point with digits behind it. None of the cells has too many of them.
bool is_number(std::string_view text) {
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  return digits(whole) && (whole.size() == 1 || whole.front() != '0') &&
         (point == std::string_view::npos || digits(text.substr(point + 1)));
}

bool is_outcome(std::string_view text) {
  if (text.starts_with('<') || text.starts_with('>') || text.starts_with('-'))
    text.remove_prefix(1);
  return text == "ND" || is_number(text);
}

bool is_lot(const std::string& text) {
  return text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char character) {
           return character > ' ' && character <= 'z' &&
                  std::string_view("#$@[\\]^`").find(character) == std::string_view::npos;
         });
}

bool is_words(std::string_view column) {
  return column == "number" || std::any_of(kWords.begin(), kWords.end(), [column](const auto& of) {
           return of.column == column;
         });
}

Meaning meaning_of(std::string_view column, std::string_view written) {
  const std::string text = with_single_blanks(written);
  if (is_empty_by_promise(text)) return "";
  if (is_refused_by_promise(text)) return kRefused;
  for (const Reading& reading : kReadings) {
    if (reading.column == column && with_single_blanks(reading.written) == text)
      return std::string(reading.says);
  }
  // A day that another column's list has is one in this column too.
  if (column.ends_with("_at") || column.starts_with("tested_")) {
    if (text == "2026-11-10") return "1794240000000";
  }
  if (column == "valid_until" && (text == "2026-11-10" || text == "2199-01-01")) return text;
  if (column == "value" && is_outcome(text)) return text;
  if (column == "detection_limit" && is_number(text)) return text;
  if ((column == "lot" || column == "serial") && is_lot(text)) return text;
  return is_words(column) ? Meaning(text) : kRefused;
}

/// A row and what was meant by it, whatever has become of its cells.
struct Row {
  std::vector<std::string> cells;
  std::map<std::string, std::string> meant;
  std::string certificate;
  std::size_t line = 0;
  bool broken = false;
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::string> columns;
  std::vector<Row> rows;
  /// Nothing of it can be read: a column is unknown or stands twice.
  bool stopped = false;
};

constexpr auto kRequired = std::to_array<std::string_view>(
    {"number", "accreditation", "issued_at", "method", "parameter", "result_verdict", "verdict"});
constexpr auto kOptional = std::to_array<std::string_view>(
    {"domain",      "type",        "place",         "customer_code",    "customer_name",
     "maker_code",  "maker_name",  "lot",           "serial",           "sample",
     "category",    "text",        "sample_number", "sample_condition", "sampled_at",
     "received_at", "tested_from", "tested_to",     "valid_until",      "decision_rule",
     "deviations",  "tester",      "reviewer",      "authorised",       "supersedes",
     "conclusion",  "unit",        "limit",         "uncertainty",      "detection_limit"});
const std::set<std::string> kOfResult{
    "number", "method",      "parameter", "value",           "text",
    "unit",   "uncertainty", "limit",     "detection_limit", "result_verdict"};

std::vector<std::string> random_columns(std::mt19937& random) {
  std::vector<std::string> columns(kRequired.begin(), kRequired.end());
  const std::size_t identity = below(4, random);
  if (identity != 0) columns.emplace_back("gtin");
  if (identity < 2) columns.emplace_back("object");
  for (const std::string_view column : kOptional) {
    if (below(3, random) == 0) columns.emplace_back(column);
  }
  columns.emplace_back("value");
  for (std::size_t i = columns.size(); i > 1; --i)
    std::swap(columns[i - 1], columns[below(i, random)]);
  return columns;
}

/// A column's name as it may be spelled: with blanks around it, with a character that nobody sees,
/// or in full-width characters.
std::string header_spelling(const std::string& column, std::mt19937& random) {
  switch (below(8, random)) {
    case 0:
      return " " + column + "\u3000";
    case 1:
      return column + "\n";
    case 2: {
      std::string wide;
      for (const char character : column) {
        if (character == '_') {
          wide += "＿";
          continue;
        }
        // U+FF41 and on, in UTF-8.
        wide += "\xEF\xBD";
        wide += static_cast<char>(0x81 + character - 'a');
      }
      return wide;
    }
    case 3:
      return column + "\u200B";
    default:
      return column;
  }
}

/// A cell with which nothing is wrong.
std::string good_cell(std::string_view column, std::mt19937& random) {
  std::vector<std::string_view> choices;
  for (const Reading& reading : kReadings) {
    if (reading.column == column) choices.push_back(reading.written);
  }
  for (const Words& words : kWords) {
    if (words.column == column)
      choices.insert(choices.end(), words.written.begin(), words.written.end());
  }
  if (column == "lot") return "L1";
  if (column == "serial") return "S1";
  if (column == "detection_limit") return "0.01";
  if (column == "value") return one_of(kOutcomes, random);
  return one_of(choices, random);
}

/// What mostly goes together: contradictions are the exception.
std::string certificate_cell(const std::string& column, std::mt19937& random) {
  const bool wild = below(24, random) == 0;
  if (wild) return good_cell(column, random);
  if (column == "verdict") return below(2, random) == 0 ? "conformant" : "no statement";
  if (column == "gtin") return below(2, random) == 0 ? "6901234567892" : std::string(kOil);
  if (column == "object") return below(2, random) == 0 ? "6901234567892" : "06901234567892";
  if (column == "serial") return "";
  return good_cell(column, random);
}

std::string result_cell(const std::string& column, const std::string& number,
                        std::mt19937& random) {
  if (column == "number") return number;
  if (column == "result_verdict" && below(8, random) != 0)
    return below(2, random) == 0 ? "pass" : "PASS";
  return good_cell(column, random);
}

Row random_row(const std::vector<std::string>& columns, const std::string& number,
               std::map<std::string, std::string>& of_certificate, bool first,
               std::mt19937& random) {
  Row row;
  row.certificate = number;
  for (const std::string& column : columns) {
    std::string& cell = row.meant[column];
    if (kOfResult.contains(column)) {
      cell = result_cell(column, number, random);
    } else {
      if (first) of_certificate[column] = certificate_cell(column, random);
      if (first || below(4, random) == 0) cell = of_certificate[column];
    }
  }
  // A result is a value or a text.
  if (row.meant.contains("text")) row.meant[below(2, random) == 0 ? "text" : "value"].clear();
  return row;
}

void lay_out(Row& row, const std::vector<std::string>& columns) {
  row.cells.clear();
  for (const std::string& column : columns) row.cells.push_back(row.meant[column]);
}

Table plain_table(std::mt19937& random) {
  Table table;
  table.columns = random_columns(random);
  for (const std::string& column : table.columns)
    table.header.push_back(header_spelling(column, random));
  std::map<std::string, std::map<std::string, std::string>> certificates;
  const std::size_t count = 1 + below(3, random);
  for (std::size_t rows = count + below(4, random); rows > 0; --rows) {
    const std::string number = "C-" + std::to_string(1 + below(count, random));
    const bool first = !certificates.contains(number);
    table.rows.push_back(random_row(table.columns, number, certificates[number], first, random));
  }
  return table;
}

/// Another header amid the rows, after which cells stand in its order.
void begin_another_table(Table& table, std::mt19937& random) {
  std::vector<std::string> columns = table.columns;
  if (below(2, random) == 0) std::swap(any_place(columns, random), any_place(columns, random));
  const std::size_t at = below(table.rows.size() + 1, random);
  for (std::size_t i = at; i < table.rows.size(); ++i) lay_out(table.rows[i], columns);
  if (below(4, random) == 0) any_place(columns, random) = one_of(kHostile, random);
  Row header;
  header.cells = columns;
  table.rows.insert(table.rows.begin() + static_cast<std::ptrdiff_t>(at), header);
}

/// A comma without quotes, or an empty cell left out.
void shift_cells(Row& row, std::mt19937& random) {
  const auto at = row.cells.begin() + static_cast<std::ptrdiff_t>(below(row.cells.size(), random));
  if (below(2, random) == 0) {
    row.cells.insert(at, one_of(kHostile, random));
  } else {
    row.cells.erase(at);
  }
  row.broken = true;
}

void add_column(Table& table, std::mt19937& random) {
  table.header.push_back(below(2, random) == 0 ? one_of(table.columns, random) : "colour");
  for (Row& row : table.rows) row.cells.push_back(one_of(kHostile, random));
  table.stopped = true;
}

Table random_table(std::mt19937& random) {
  Table table = plain_table(random);
  for (std::size_t count = below(3, random); count > 0; --count) {
    const std::string column = one_of(table.columns, random);
    any_place(table.rows, random).meant[column] = one_of(kHostile, random);
  }
  for (Row& row : table.rows) lay_out(row, table.columns);
  const std::size_t fate = below(16, random);
  if (fate == 0) begin_another_table(table, random);
  if (fate == 1) add_column(table, random);
  if (fate == 2) shift_cells(any_place(table.rows, random), random);
  return table;
}

std::string quoted_cell(const std::string& cell, std::mt19937& random) {
  if (cell.find_first_of("\",;\t\r\n") == std::string::npos && below(8, random) != 0) return cell;
  std::string text = "\"";
  for (const char character : cell) text.append(character == '"' ? 2 : 1, character);
  return text + "\"";
}

/// The table as a file; its rows learn their lines.
std::string written(Table& table, std::mt19937& random) {
  const char separator = ",;\t"[below(3, random)];
  const std::string_view end = below(2, random) == 0 ? "\n" : "\r\n";
  std::string text = below(4, random) == 0 ? "\xEF\xBB\xBF" : "";
  const auto add_line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += separator;
      text += quoted_cell(cells[i], random);
    }
    text += end;
  };
  add_line(table.header);
  for (Row& row : table.rows) {
    row.line = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    add_line(row.cells);
  }
  return text;
}

void set_text(Message& message, std::string_view field, const std::string& text) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(std::string(field));
  ASSERT_NE(descriptor, nullptr) << field;
  const auto* reflection = message.GetReflection();
  switch (descriptor->cpp_type()) {
    case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&message, descriptor, std::stoi(text));
    case google::protobuf::FieldDescriptor::CPPTYPE_UINT64:
      return reflection->SetUInt64(&message, descriptor, std::stoull(text));
    default:
      return reflection->SetString(&message, descriptor, text);
  }
}

/// What columns say, by their names and those of an object's parts.
using Said = std::map<std::string, std::string>;

bool add_said(Said& said, const std::string& what, const std::string& text) {
  if (text.empty()) return true;
  const auto [place, first] = said.emplace(what, text);
  return first || place->second == text;
}

/// An object's parts from its own column and from theirs.
bool add_object(Said& said, std::string_view parts) {
  for (const char* part : {"gtin", "lot", "serial", "id"}) {
    const std::size_t end = std::min(parts.find('|'), parts.size());
    if (!add_said(said, part, std::string(parts.substr(0, end)))) return false;
    parts.remove_prefix(std::min(end + 1, parts.size()));
  }
  return true;
}

/// A certificate as all its rows together say it.
struct Expected {
  Said said;
  std::vector<Said> results;
  std::set<std::string> lines;
  /// What no field keeps, for a note to say.
  std::string noted;
  /// Why it must be refused; empty where it need not be.
  std::string refused;

  void refuse(const std::string& reason) {
    if (refused.empty()) refused = reason;
  }
};

void add_cell(Expected& expected, Said& result, const std::string& column,
              const std::string& cell) {
  const Meaning meaning = meaning_of(column, cell);
  if (!meaning) return expected.refuse(column + " cannot say " + cell);
  if (kOfResult.contains(column)) {
    add_said(result, column, *meaning);
    return;
  }
  // Rows say the same in the same words.
  const std::string words = meaning->empty() ? "" : with_single_blanks(cell);
  const bool same = add_said(expected.said, "as written " + column, words);
  const bool agrees = column == "object" ? add_object(expected.said, *meaning)
                                         : add_said(expected.said, column, *meaning);
  if (column == "object" && cell.ends_with("?17=271231")) expected.noted = "17=271231";
  if (!same || !agrees) expected.refuse(column + " contradicts another cell: " + cell);
}

void add_row(Expected& expected, const Row& row) {
  if (row.broken) expected.refuse("a row has too few or too many cells");
  Said result;
  for (const auto& [column, cell] : row.meant) add_cell(expected, result, column, cell);
  // Else the record would give it the other results' method.
  if (!result.contains("method")) expected.refuse("a result has no method");
  expected.results.push_back(result);
}

std::map<std::string, Expected> certificates_of(const Table& table) {
  std::map<std::string, Expected> certificates;
  for (const Row& row : table.rows) {
    if (row.meant.empty()) continue;
    const std::string number = meaning_of("number", row.meant.at("number")).value_or("");
    // A row that does not say its number still belongs to the certificate that it was taken from.
    Expected& expected = certificates[number.empty() ? row.certificate : number];
    add_row(expected, row);
    expected.lines.insert("line " + std::to_string(row.line));
    if (number.empty()) expected.refuse("a row has no number");
    if (table.stopped) expected.refuse("a column is unknown or stands twice");
  }
  return certificates;
}

void add_result(InspectionCertificate& body, Said result,
                std::map<std::string, std::uint32_t>& methods) {
  TestResult& added = *body.add_results();
  const std::string method = result["method"];
  const auto [place, fresh] =
      methods.emplace(method, static_cast<std::uint32_t>(methods.size() + 1));
  if (fresh) {
    const bool standard = method.starts_with("GB");
    (standard ? body.add_methods()->mutable_standard() : body.add_methods()->mutable_other())
        ->assign(method);
  }
  added.set_method(place->second);
  result.erase("method");
  result.erase("number");
  if (result.contains("result_verdict")) result["verdict"] = result["result_verdict"];
  result.erase("result_verdict");
  for (const auto& [field, text] : result) set_text(added, field, text);
}

void add_parties_and_object(InspectionCertificate& body, Said& said) {
  const auto take = [&said](const char* what) {
    const auto found = said.find(what);
    if (found == said.end()) return std::string();
    std::string text = found->second;
    said.erase(found);
    return text;
  };
  for (const char* column : {"customer_code", "customer_name", "maker_code", "maker_name"}) {
    const std::string text = take(column);
    if (text.empty()) continue;
    const std::string_view name(column);
    auto& party = name.starts_with("customer") ? *body.mutable_customer() : *body.mutable_maker();
    set_text(party, name.ends_with("code") ? "code" : "name", text);
  }
  ObjectRef& object = *body.add_objects();
  for (const char* part : {"gtin", "lot", "serial", "id"}) {
    const std::string text = take(part);
    if (!text.empty()) set_text(object, part, text);
  }
  using quality::v1::Signatory;
  for (const auto& [column, part] : {std::pair("tester", Signatory::PART_TESTER),
                                     std::pair("reviewer", Signatory::PART_REVIEWER),
                                     std::pair("authorised", Signatory::PART_AUTHORISED)}) {
    const std::string reference = take(column);
    if (reference.empty()) continue;
    Signatory& signatory = *body.add_signatories();
    signatory.set_part(part);
    signatory.set_reference(reference);
  }
}

constexpr std::uint64_t kClaimedMs = 1'795'419'543'123;

Record record_of(const std::string& number, const Expected& expected) {
  Record record;
  record.set_claimed_time_ms(kClaimedMs);
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  auto& body = *record.mutable_inspection_certificate();
  body.set_type(InspectionCertificate::TYPE_TESTING);
  body.set_number(number);
  Said said = expected.said;
  add_parties_and_object(body, said);
  for (const auto& [column, text] : said) {
    if (column.starts_with("as written ")) continue;
    const bool time = column.ends_with("_at") || column.starts_with("tested_");
    if (column == "domain") {
      set_text(record, column, text);
    } else {
      set_text(body, time ? column + "_ms" : column, text);
    }
  }
  std::map<std::string, std::uint32_t> methods;
  for (const Said& result : expected.results) add_result(body, result, methods);
  return record;
}

/// Who signs stands in the order of the columns, which says nothing.
std::string in_order(Record record) {
  auto& signatories = *record.mutable_inspection_certificate()->mutable_signatories();
  std::sort(signatories.begin(), signatories.end(),
            [](const auto& left, const auto& right) { return left.part() < right.part(); });
  return record.DebugString();
}

/// How tables and their certificates fared.
struct Tally {
  std::size_t whole = 0;
  std::size_t refused = 0;
  std::size_t certificates = 0;
  std::size_t results = 0;
};

std::string texts_of(const Intake& intake) {
  std::string all;
  for (const IntakeProblem& problem : intake.problems) all += problem.text() + "\n";
  return all;
}

/// Whether a problem is about a certificate: by one of its rows, or the whole of the table.
bool is_about(const IntakeProblem& problem, const Expected& expected) {
  const std::string line = problem.where.substr(0, problem.where.find(','));
  return line == "line 1" || expected.lines.contains(line) ||
         problem.message.ends_with("no certificate of the table is taken");
}

void check_left_out(const Intake& intake, const std::string& number, const Expected& expected,
                    const std::string& text) {
  EXPECT_TRUE(
      std::any_of(intake.problems.begin(), intake.problems.end(),
                  [&](const IntakeProblem& problem) { return is_about(problem, expected); }))
      << "no word on why " << number << " is left out of\n"
      << text << texts_of(intake);
}

void check_table(const Table& table, const std::string& text, const Intake& intake, Tally& tally) {
  const std::map<std::string, Expected> certificates = certificates_of(table);
  std::set<std::string> accepted;
  std::string notes;
  for (const std::string& note : intake.notes) notes += note + "\n";
  for (const IntakeRecord& read : intake.records) {
    const std::string& number = read.record.inspection_certificate().number();
    const auto expected = certificates.find(number);
    ASSERT_TRUE(expected != certificates.end()) << "no row says " << number << " in\n" << text;
    EXPECT_TRUE(accepted.insert(number).second) << number << " is made twice of\n" << text;
    EXPECT_EQ(expected->second.refused, "") << number << " is taken from\n"
                                            << text << texts_of(intake);
    if (testing::Test::HasFailure()) return;
    EXPECT_EQ(in_order(read.record), in_order(record_of(number, expected->second))) << text;
    EXPECT_TRUE(notes.find(expected->second.noted) != std::string::npos) << text;
    tally.results += expected->second.results.size();
  }
  for (const auto& [number, expected] : certificates) {
    if (!accepted.contains(number)) check_left_out(intake, number, expected, text);
  }
  tally.certificates += accepted.size();
  tally.whole += intake.problems.empty() ? 1U : 0U;
  tally.refused += intake.records.empty() ? 1U : 0U;
}

TEST(CertificateTableProperty, ARecordSaysWhatItsCellsSayAndNothingElse) {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = kClaimedMs;
  std::mt19937 random(20'261'127);
  Tally tally;
  constexpr std::size_t kTables = 6'000;
  for (std::size_t i = 0; i < kTables && !testing::Test::HasFailure(); ++i) {
    Table table = random_table(random);
    const std::string text = written(table, random);
    check_table(table, text, read_certificate_csv(text, options), tally);
  }
  // The property says nothing where hardly any table is accepted, or hardly any refused.
  EXPECT_GT(tally.whole, kTables / 5);
  EXPECT_GT(tally.refused, kTables / 5);
  EXPECT_GT(tally.certificates, kTables / 2);
  EXPECT_GT(tally.results, tally.certificates);
  RecordProperty("whole", static_cast<int>(tally.whole));
  RecordProperty("refused", static_cast<int>(tally.refused));
}

}  // namespace
}  // namespace qc::cli
