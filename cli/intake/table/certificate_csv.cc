// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/certificate_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/intake/value/cell_text.h"
#include "cli/intake/value/csv.h"
#include "cli/intake/value/field_text.h"
#include "cli/intake/value/judge_records.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::InspectionCertificate;
using quality::v1::Record;
using quality::v1::TestResult;

/// Sets one field from a cell's text; the error says what would be right.
using SetField = Result<void> (*)(Record&, const std::string&, const IntakeOptions&);
using SetResult = Result<void> (*)(TestResult&, const std::string&);

InspectionCertificate& body(Record& record) { return *record.mutable_inspection_certificate(); }

/// A column that only copies its text.
template <auto set>
Result<void> copy(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  (body(record).*set)()->assign(text);
  return {};
}

template <auto set>
Result<void> time(Record& record, const std::string& text, const IntakeOptions& options) {
  QC_TRY(const std::uint64_t time_ms, read_time(text, options.time_zone));
  (body(record).*set)(time_ms);
  return {};
}

template <auto set>
Result<void> subject(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  QC_TRY(std::string id, ledger::canonical_subject_id(text));
  (body(record).*set)()->assign(std::move(id));
  return {};
}

Result<void> set_domain(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  QC_TRY(const int number, read_enum(text, *quality::v1::QualityDomain_descriptor()));
  record.set_domain(static_cast<quality::v1::QualityDomain>(number));
  return {};
}

Result<void> set_type(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  QC_TRY(const int number, read_enum(text, *InspectionCertificate::Type_descriptor()));
  body(record).set_type(static_cast<InspectionCertificate::Type>(number));
  return {};
}

Result<void> set_accreditation(Record& record, const std::string& text,
                               const IntakeOptions& /*options*/) {
  QC_TRY(std::string id, read_accreditation(text));
  body(record).set_accreditation(std::move(id));
  return {};
}

quality::v1::ObjectRef& first_object(Record& record) {
  if (body(record).objects().empty()) body(record).add_objects();
  return *body(record).mutable_objects(0);
}

/// Sets one of an object's parts; what another column of the row says of it must be the same.
Result<void> set_part(std::string& part, const std::string& text, std::string_view what) {
  if (!part.empty() && part != text) {
    return ledger::fail(ledger::Code::kInvalidArgument,
                        std::string("says ").append(what).append(" ") + ledger::quote(text) +
                            ", but another column of the row says " + ledger::quote(part));
  }
  part = text;
  return {};
}

Result<void> set_object(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  QC_TRY(const quality::v1::ObjectRef read, read_object(text));
  if (auto fault = shortened_number_fault(read))
    return ledger::fail(ledger::Code::kInvalidArgument, *std::move(fault));
  quality::v1::ObjectRef& object = first_object(record);
  struct Part {
    const std::string& text;
    std::string& part;
    std::string_view what;
  };
  const Part parts[] = {{read.id(), *object.mutable_id(), "the object"},
                        {read.gtin(), *object.mutable_gtin(), "GTIN"},
                        {read.lot(), *object.mutable_lot(), "lot"},
                        {read.serial(), *object.mutable_serial(), "serial"}};
  for (const Part& part : parts) {
    if (part.text.empty()) continue;
    if (auto set = set_part(part.part, part.text, part.what); !set) return set;
  }
  return {};
}

Result<void> set_gtin(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  QC_TRY(const std::string gtin, read_gtin(text));
  return set_part(*first_object(record).mutable_gtin(), gtin, "GTIN");
}

Result<void> set_lot(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  if (auto fault = ledger::lot_or_serial_fault(text))
    return ledger::fail(ledger::Code::kInvalidArgument, *fault);
  return set_part(*first_object(record).mutable_lot(), text, "lot");
}

Result<void> set_serial(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  if (auto fault = ledger::lot_or_serial_fault(text))
    return ledger::fail(ledger::Code::kInvalidArgument, *fault);
  return set_part(*first_object(record).mutable_serial(), text, "serial");
}

template <auto party>
Result<void> code(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  if (auto fault = ledger::party_code_fault(text))
    return ledger::fail(ledger::Code::kInvalidArgument, *fault);
  (body(record).*party)()->set_code(text);
  return {};
}

template <auto party>
Result<void> name(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  (body(record).*party)()->set_name(text);
  return {};
}

Result<void> set_verdict(Record& record, const std::string& text,
                         const IntakeOptions& /*options*/) {
  QC_TRY(const int number, read_enum(text, *quality::v1::OverallVerdict_descriptor()));
  body(record).set_verdict(static_cast<quality::v1::OverallVerdict>(number));
  return {};
}

template <auto part>
Result<void> signatory(Record& record, const std::string& text, const IntakeOptions& /*options*/) {
  auto& added = *body(record).add_signatories();
  added.set_part(part);
  added.set_reference(text);
  return {};
}

template <auto set>
Result<void> copy_result(TestResult& result, const std::string& text) {
  (result.*set)()->assign(text);
  return {};
}

Result<void> set_result_verdict(TestResult& result, const std::string& text) {
  QC_TRY(const int number, read_enum(text, *quality::v1::Verdict_descriptor()));
  result.set_verdict(static_cast<quality::v1::Verdict>(number));
  return {};
}

struct Column {
  std::string_view name;
  SetField set = nullptr;
  SetResult set_result = nullptr;
};

using Body = InspectionCertificate;
using quality::v1::Signatory;

// `number` and `method` are read before the others: they say which certificate and which method a
// row belongs to.
constexpr auto kColumns = std::to_array<Column>({
    {"number"},
    {"method"},
    {"domain", set_domain},
    {"type", set_type},
    {"accreditation", set_accreditation},
    {"place", subject<&Body::mutable_place>},
    {"customer_code", code<&Body::mutable_customer>},
    {"customer_name", name<&Body::mutable_customer>},
    {"maker_code", code<&Body::mutable_maker>},
    {"maker_name", name<&Body::mutable_maker>},
    {"object", set_object},
    {"gtin", set_gtin},
    {"lot", set_lot},
    {"serial", set_serial},
    {"sample", subject<&Body::mutable_sample>},
    {"sample_number", copy<&Body::mutable_sample_number>},
    {"sample_condition", copy<&Body::mutable_sample_condition>},
    {"category", copy<&Body::mutable_category>},
    {"sampled_at", time<&Body::set_sampled_at_ms>},
    {"received_at", time<&Body::set_received_at_ms>},
    {"tested_from", time<&Body::set_tested_from_ms>},
    {"tested_to", time<&Body::set_tested_to_ms>},
    {"issued_at", time<&Body::set_issued_at_ms>},
    {"valid_until", copy<&Body::mutable_valid_until>},
    {"decision_rule", copy<&Body::mutable_decision_rule>},
    {"verdict", set_verdict},
    {"deviations", copy<&Body::mutable_deviations>},
    {"tester", signatory<Signatory::PART_TESTER>},
    {"reviewer", signatory<Signatory::PART_REVIEWER>},
    {"authorised", signatory<Signatory::PART_AUTHORISED>},
    {"supersedes", copy<&Body::mutable_supersedes>},
    {"conclusion", copy<&Body::mutable_conclusion>},
    {"parameter", nullptr, copy_result<&TestResult::mutable_parameter>},
    {"value", nullptr, copy_result<&TestResult::mutable_value>},
    {"text", nullptr, copy_result<&TestResult::mutable_text>},
    {"unit", nullptr, copy_result<&TestResult::mutable_unit>},
    {"limit", nullptr, copy_result<&TestResult::mutable_limit>},
    {"uncertainty", nullptr, copy_result<&TestResult::mutable_uncertainty>},
    {"detection_limit", nullptr, copy_result<&TestResult::mutable_detection_limit>},
    {"result_verdict", nullptr, set_result_verdict},
});

/// The column of a name without blanks.
const Column* find_column(std::string_view name) {
  const auto* const column =
      std::find_if(kColumns.begin(), kColumns.end(),
                   [name](const Column& candidate) { return candidate.name == name; });
  return column == kColumns.end() ? nullptr : column;
}

std::string known_columns() {
  std::string list;
  for (const Column& column : kColumns) list.append(list.empty() ? "" : ", ").append(column.name);
  return list;
}

/// A certificate while its rows come in.
struct Pending {
  IntakeRecord read;
  /// What each of its own columns said first.
  std::map<std::string_view, std::string> said;
  std::map<std::string, std::uint32_t> methods;
  /// Line of its first result that names no method; 0 if each does.
  std::size_t line_without_method = 0;
  bool bad = false;
};

/// Reads the rows of one table.
class CertificateTable {
 public:
  explicit CertificateTable(const IntakeOptions& options) : options_(&options) {}

  Intake read(const std::vector<CsvRow>& rows) {
    if (rows.empty()) {
      intake_.problems.push_back({"the file", "is empty; its first row should name the columns"});
      return std::move(intake_);
    }
    if (!read_header(rows.front())) return std::move(intake_);
    for (std::size_t i = 1; i < rows.size(); ++i) read_row(rows[i]);
    for (Pending& pending : certificates_) {
      if (!stopped_ && !pending.bad) finish(pending);
    }
    return std::move(intake_);
  }

 private:
  void problem(std::size_t line, std::string_view column, std::string message) {
    std::string where = "line " + std::to_string(line);
    if (!column.empty()) where.append(", column ").append(column);
    intake_.problems.push_back({std::move(where), std::move(message)});
  }

  bool read_header(const CsvRow& header) {
    for (const std::string& cell : header.cells) {
      const std::string name = plain_line(cell);
      const Column* column = find_column(without_blanks(cell));
      if (column == nullptr) {
        problem(header.line, name.empty() ? "without a name" : name,
                intake_.problems.empty() ? "no such column; there are " + known_columns()
                                         : "no such column");
      } else if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) {
        problem(header.line, name, "this column stands here twice");
      }
      columns_.push_back(column);
    }
    if (names_no_column()) return refuse_as_no_table(header);
    for (const std::string_view needed : {"number", "parameter", "result_verdict"}) {
      if (std::find(columns_.begin(), columns_.end(), find_column(needed)) == columns_.end()) {
        problem(header.line, needed, "is missing; every table of certificates has it");
      }
    }
    return intake_.problems.empty();
  }

  bool names_no_column() const {
    return std::all_of(columns_.begin(), columns_.end(),
                       [](const Column* column) { return column == nullptr; });
  }

  /// One sentence on what the file is not, in place of one for each of its cells.
  bool refuse_as_no_table(const CsvRow& header) {
    intake_.problems.clear();
    problem(header.line, "",
            ledger::quote(one_line(header.cells.front())) +
                " begins neither a certificate table, whose first row names its columns (number, "
                "parameter, result_verdict ...), nor a sampling table, one of whose first 20 rows "
                "holds three headers such as 抽样编号, 食品名称, 被抽样单位名称");
    return false;
  }

  static std::string said(const std::string& cell) {
    return says_nothing(cell) ? "" : one_line(cell);
  }

  std::string cell(const CsvRow& row, std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size() && i < row.cells.size(); ++i) {
      if (columns_[i]->name == name) return said(row.cells[i]);
    }
    return "";
  }

  /// A row of which nobody can say to which certificate it belongs leaves all of them without a
  /// result that may be theirs.
  void stop(const CsvRow& row, std::string_view column, const std::string& message) {
    problem(row.line, column, message + "; no certificate of the table is taken");
    stopped_ = true;
  }

  /// Rows stand in the order of the header above them.
  bool names_columns(const CsvRow& row) {
    constexpr std::ptrdiff_t kNamesNeeded = 3;
    std::vector<const Column*> named;
    for (const std::string& cell : row.cells) named.push_back(find_column(without_blanks(cell)));
    const auto unnamed = std::count(named.begin(), named.end(), nullptr);
    if (static_cast<std::ptrdiff_t>(named.size()) - unnamed < kNamesNeeded) return false;
    if (named == columns_) {
      problem(row.line, "", "names the columns once more; take this row out");
    } else {
      stop(row, "", "names other columns than the first row; give each table a file of its own");
    }
    return true;
  }

  void read_row(const CsvRow& row) {
    if (std::all_of(row.cells.begin(), row.cells.end(), says_nothing)) return;
    if (names_columns(row)) return;
    // Its cells stand under wrong columns, the number perhaps among them.
    if (row.cells.size() != columns_.size()) {
      return stop(row, "",
                  fmt::format("has {} cells, but the first row names {} columns; quote cells that "
                              "hold a comma, leave empty cells in place",
                              row.cells.size(), columns_.size()));
    }
    const std::string number = cell(row, "number");
    if (number.empty()) return stop(row, "number", "is empty; every row names its certificate");
    if (auto fault = cell_fault(number)) return stop(row, "number", *fault);
    Pending& pending = certificate(number, row.line);
    const std::size_t before = intake_.problems.size();
    TestResult result;
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      read_cell(row, *columns_[i], said(row.cells[i]), pending, result);
    if (result.parameter().empty())
      problem(row.line, "parameter", "is empty; every row is one result");
    add_method(row.line, cell(row, "method"), pending, result);
    *body(pending.read.record).add_results() = std::move(result);
    pending.bad = pending.bad || intake_.problems.size() > before;
  }

  Pending& certificate(const std::string& number, std::size_t line) {
    const auto [found, fresh] = by_number_.emplace(number, certificates_.size());
    if (fresh) {
      Pending& pending = certificates_.emplace_back();
      pending.read.where = "line " + std::to_string(line);
      body(pending.read.record).set_number(number);
    }
    return certificates_[found->second];
  }

  void read_cell(const CsvRow& row, const Column& column, const std::string& text, Pending& pending,
                 TestResult& result) {
    if (text.empty()) return;
    if (auto fault = cell_fault(text)) return problem(row.line, column.name, *std::move(fault));
    Result<void> set{};
    if (column.set_result != nullptr) {
      set = column.set_result(result, text);
    } else if (column.set != nullptr) {
      const auto [said, first] = pending.said.emplace(column.name, text);
      if (!first && said->second != text) {
        return problem(row.line, column.name,
                       ledger::quote(text) + " differs from " + ledger::quote(said->second) +
                           " on an earlier row of certificate " +
                           ledger::quote(pending.read.record.inspection_certificate().number()));
      }
      if (first) set = column.set(pending.read.record, text, *options_);
      if (first && set) note_what_is_left(row, column, text);
    }
    if (!set) problem(row.line, column.name, set.error().message);
  }

  void note_what_is_left(const CsvRow& row, const Column& column, const std::string& text) {
    if (column.name != "object" && column.name != "place") return;
    const std::string left = said_beside_identity(text);
    if (left.empty()) return;
    intake_.notes.push_back(fmt::format(
        "line {}, column {}: the record keeps which thing {} names, not what it says beside that: "
        "{}",
        row.line, column.name, ledger::quote(text), left));
  }

  static void add_method(std::size_t line, const std::string& text, Pending& pending,
                         TestResult& result) {
    if (text.empty()) {
      if (pending.line_without_method == 0) pending.line_without_method = line;
      return;
    }
    quality::v1::Method method = read_method(text);
    const std::string key = method.standard() + "\n" + method.other();
    const auto place = static_cast<std::uint32_t>(pending.methods.size() + 1);
    const auto [found, fresh] = pending.methods.emplace(key, place);
    if (fresh) *body(pending.read.record).add_methods() = std::move(method);
    result.set_method(found->second);
  }

  void finish(Pending& pending) {
    Record& record = pending.read.record;
    // A record's result without a method has the certificate's only one, which no cell says here.
    if (pending.line_without_method != 0 && body(record).methods_size() > 0) {
      return problem(pending.line_without_method, "method",
                     "is empty, though other results of the certificate name theirs; each result "
                     "names its method");
    }
    if (record.domain() == quality::v1::QUALITY_DOMAIN_UNSPECIFIED)
      record.set_domain(options_->domain);
    if (body(record).type() == InspectionCertificate::TYPE_UNSPECIFIED) {
      body(record).set_type(InspectionCertificate::TYPE_TESTING);
    }
    record.set_claimed_time_ms(options_->claimed_time_ms);
    intake_.records.push_back(std::move(pending.read));
  }

  const IntakeOptions* options_;
  Intake intake_;
  std::vector<const Column*> columns_;
  std::vector<Pending> certificates_;
  std::map<std::string, std::size_t> by_number_;
  /// No certificate is taken.
  bool stopped_ = false;
};

}  // namespace

Intake read_certificate_csv(std::string_view bytes, const IntakeOptions& options) {
  Intake refused;
  const Result<std::string> text = utf8_text(bytes, options.encoding);
  if (!text) {
    refused.problems.push_back({"the file", text.error().message});
    return refused;
  }
  const Result<std::vector<CsvRow>> rows = read_csv(*text);
  if (!rows) {
    refused.problems.push_back({"the file", rows.error().message});
    return refused;
  }
  Intake intake = CertificateTable(options).read(*rows);
  judge_records(intake, options);
  return intake;
}

}  // namespace qc::cli
