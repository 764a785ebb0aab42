// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/failing_items.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cli/intake/table/sampling_header.h"
#include "cli/intake/value/cell_text.h"
#include "cli/intake/value/csv.h"
#include "ledger/base/decimal.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::TestResult;

tl::unexpected<ledger::Error> refuse(std::string_view quoted, std::string_view reason) {
  return ledger::fail(ledger::Code::kInvalidArgument, ledger::quote(quoted).append(reason));
}

/// Units that stand in tables. What is none of them may be anything ("or less", "million"), so the
/// whole outcome stays text.
constexpr auto kUnits = std::to_array<std::string_view>({
    "%",    "‰",   "°",    "°C",     "℃",   "kg",    "g",    "mg",  "µg",   "μg",   "ug",   "ng",
    "pg",   "t",   "L",    "l",      "dL",  "dl",    "mL",   "ml",  "µL",   "μL",   "uL",   "m",
    "dm",   "cm",  "mm",   "µm",     "μm",  "um",    "nm",   "m²",  "dm²",  "cm²",  "mm²",  "m³",
    "dm³",  "cm³", "m2",   "dm2",    "cm2", "mm2",   "m3",   "dm3", "cm3",  "Pa",   "kPa",  "MPa",
    "hPa",  "N",   "kN",   "J",      "kJ",  "cal",   "kcal", "W",   "kW",   "V",    "mV",   "kV",
    "A",    "mA",  "Hz",   "kHz",    "MHz", "s",     "min",  "h",   "d",    "mol",  "mmol", "µmol",
    "μmol", "CFU", "cfu",  "MPN",    "mpn", "NTU",   "IU",   "U",   "Bq",   "kBq",  "Sv",   "mSv",
    "ppm",  "ppb", "meq",  "mg KOH", "dB",  "dB(A)", "lx",   "Ω",   "kΩ",   "MΩ",   "个",   "只",
    "粒",   "枚",  "条",   "级",     "度",  "倍",    "分",   "克",  "毫克", "微克", "千克", "升",
    "毫升", "米",  "厘米", "毫米",   "秒",  "分钟",  "小时", "天",  "件",   "片",   "瓶",   "袋",
});

/// Takes the quantity that a rate refers to ("100" of g/100 g) off the front of a unit's divisor.
std::string_view without_base(std::string_view divisor) {
  constexpr auto kBases = std::to_array<std::string_view>({"1000", "100", "50", "25", "10"});
  for (const std::string_view base : kBases) {
    if (!divisor.starts_with(base)) continue;
    divisor.remove_prefix(base.size());
    return divisor.starts_with(' ') ? divisor.substr(1) : divisor;
  }
  return divisor;
}

bool is_unit_term(std::string_view term) {
  return std::find(kUnits.begin(), kUnits.end(), term) != kUnits.end();
}

std::string_view trimmed(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// mg/kg, %, CFU/g, g/100 g, °C; no number, sign or word of another kind in it.
bool is_unit(std::string_view unit) {
  if (unit.empty()) return true;
  for (bool first = true;; first = false) {
    const std::size_t slash = unit.find('/');
    const std::string_view term = trimmed(unit.substr(0, slash));
    if (!is_unit_term(first ? term : without_base(term))) return false;
    if (slash == std::string_view::npos) return true;
    unit.remove_prefix(slash + 1);
  }
}

void set_outcome(TestResult& result, const std::string& outcome) {
  const std::string plain = plain_line(outcome);
  const std::size_t start = plain.starts_with('<') || plain.starts_with('>') ? 1 : 0;
  const std::size_t end = std::min(plain.find_first_not_of("0123456789.", start), plain.size());
  const std::string value = plain.substr(0, end);
  const std::string unit(trimmed(std::string_view(plain).substr(end)));
  if (ledger::result_value_fault(value) || !is_unit(unit)) {
    result.set_text(outcome);
    return;
  }
  result.set_value(value);
  result.set_unit(unit);
}

Result<TestResult> failing_item(std::string_view item, std::string_view outcome,
                                std::string_view limit) {
  if (says_nothing(item)) return refuse(one_line(outcome), " stands without the item that fails");
  if (says_nothing(outcome)) return refuse(one_line(item), " stands without a result");
  for (const std::string_view part : {item, outcome, limit}) {
    if (auto fault = cell_fault(part))
      return ledger::fail(ledger::Code::kInvalidArgument, *std::move(fault));
  }
  TestResult result;
  result.set_parameter(one_line(item));
  set_outcome(result, one_line(outcome));
  if (!says_nothing(limit)) result.set_limit(one_line(limit));
  result.set_verdict(quality::v1::VERDICT_FAIL);
  return result;
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

std::vector<std::string> lines_of(const std::string& cell) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= cell.size();) {
    const std::size_t end = std::min(cell.find('\n', at), cell.size());
    std::string line = one_line(std::string_view(cell).substr(at, end - at));
    if (!line.empty()) lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

}  // namespace

Result<std::vector<TestResult>> read_failing_items(std::string_view cell) {
  std::vector<std::string> parts = between_bars(cell);
  // An item's last part and the next one's first share a place, so there is an odd number.
  if (parts.size() < 3 || parts.size() % 2 == 0) {
    return refuse(one_line(cell), " should be parameter║result║limit");
  }
  std::vector<TestResult> results;
  std::string parameter = parts.front();
  for (std::size_t i = 1; i + 1 < parts.size(); i += 2) {
    std::string& limit = parts[i + 1];
    const bool last = i + 2 == parts.size();
    const std::optional<std::string> next = last ? std::string() : take_next_parameter(limit);
    if (!next) {
      return refuse(one_line(limit),
                    " stands between two items; put each on its own line or a semicolon between "
                    "them");
    }
    QC_TRY(TestResult result, failing_item(parameter, parts[i], limit));
    results.push_back(std::move(result));
    parameter = *next;
  }
  return results;
}

Result<std::vector<TestResult>> read_failing_items(const FailingCells& cells) {
  const std::vector<std::string> items = lines_of(cells.item);
  const std::vector<std::string> outcomes = lines_of(cells.outcome);
  const std::vector<std::string> limits = lines_of(cells.limit);
  if (items.size() != outcomes.size() || (!limits.empty() && limits.size() != items.size())) {
    return refuse(one_line(cells.item),
                  " should have as many lines as its results and limits have: one for each item");
  }
  std::vector<TestResult> results;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (between_bars(items[i]).size() > 1) {
      return refuse(items[i], " holds bars although results have a column of their own");
    }
    QC_TRY(TestResult result, failing_item(items[i], outcomes[i], limits.empty() ? "" : limits[i]));
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace qc::cli
