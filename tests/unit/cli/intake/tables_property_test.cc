// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake/table/sampling_table.h"
#include "cli/intake/value/cell_text.h"
#include "cli/intake/value/csv.h"

namespace qc::cli {
namespace {

template <std::size_t count>
std::string one_of(const std::array<std::string_view, count>& choices, std::mt19937& random) {
  return std::string(choices[random() % count]);
}

constexpr auto kHeaders = std::to_array<std::string_view>({"序号",
                                                           "抽样编号",
                                                           "抽样单编号",
                                                           "标称生产企业名称",
                                                           "生产企业名称",
                                                           "标称生产企业地址",
                                                           "被抽样单位名称",
                                                           "被抽样单位所在省份",
                                                           "被抽样单位地址",
                                                           "食品名称",
                                                           "样品名称",
                                                           "规格型号",
                                                           "规格",
                                                           "商标",
                                                           "生产日期/批号",
                                                           "生产日期",
                                                           "不合格项目║检验结果║标准值",
                                                           "不合格项目",
                                                           "检验值",
                                                           "标准值",
                                                           "检验结论",
                                                           "结论",
                                                           "检验结果",
                                                           "分类",
                                                           "任务来源",
                                                           "检验机构",
                                                           "备注",
                                                           "公告号",
                                                           "购进日期",
                                                           "",
                                                           "商品条码",
                                                           "判定说明"});

constexpr auto kCells = std::to_array<std::string_view>({"甲乙食品有限公司",
                                                         "丙丁超市",
                                                         "试样",
                                                         "100 g",
                                                         "2025-03-02",
                                                         "合格",
                                                         "不合格",
                                                         "未合格",
                                                         "A1",
                                                         "A2",
                                                         "A3",
                                                         "A4",
                                                         "铅║0.5 mg/kg║≤0.2 mg/kg",
                                                         "铅‖1,100 CFU/g‖/",
                                                         "铅║3║≤1；镉║0.5-0.7║≤2",
                                                         "铅",
                                                         "0.5 mg/kg",
                                                         "3.2×10^4",
                                                         "≤1",
                                                         "/",
                                                         "——",
                                                         "无",
                                                         "",
                                                         "",
                                                         "同上",
                                                         "5E3",
                                                         "食品名称",
                                                         "6901234567892",
                                                         "A,B",
                                                         "两行\n文字",
                                                         "１２ 号",
                                                         "注：某"});

std::string quoted(const std::string& cell) {
  return cell.find_first_of(",\n") == std::string::npos ? cell : "\"" + cell + "\"";
}

using Rows = std::vector<std::vector<std::string>>;

Rows random_table(std::mt19937& random) {
  Rows rows;
  if (random() % 2 == 0) rows.push_back({random() % 2 == 0 ? "不合格产品信息" : "合格产品信息"});
  std::vector<std::string> header{"序号", "食品名称", "被抽样单位名称"};
  const std::size_t columns = 3 + random() % 5;
  while (header.size() < columns) header.push_back(one_of(kHeaders, random));
  rows.push_back(header);
  for (std::size_t count = 1 + random() % 4; count > 0; --count) {
    std::vector<std::string> row{std::to_string(count), "油" + std::to_string(random() % 3),
                                 "丙店"};
    while (row.size() < columns) row.push_back(one_of(kCells, random));
    // A cell goes missing or comes in now and then, as behind a comma without quotes.
    if (random() % 8 == 0) row.insert(row.begin() + 1, one_of(kCells, random));
    if (random() % 8 == 0) row.pop_back();
    if (random() % 16 == 0) row = header;
    rows.push_back(row);
  }
  return rows;
}

std::string as_csv(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text.append(i == 0 ? "" : ",").append(quoted(row[i]));
    text += '\n';
  }
  return text;
}

/// Everything that a record says, in plain characters without blanks. A verdict says its word.
std::string said_by(const quality::v1::Record& record) {
  const auto& result = record.spot_check_result();
  std::string all;
  const auto add = [&all](const std::string& text) { all.append(text).append("\n"); };
  add(result.number());
  add(result.object().gtin());
  add(result.product_name());
  add(result.specification());
  add(result.trademark());
  add(result.production_date_or_lot());
  add(result.maker().name());
  add(result.maker_address());
  add(result.sampled_party().name());
  add(result.sampled_party_address());
  add(result.category());
  add(result.task_source());
  add(result.inspection_body().name());
  add(result.remarks());
  for (const auto& item : result.results()) {
    add(item.parameter());
    add(item.value() + item.unit());
    add(item.text());
    add(item.limit());
  }
  add(result.verdict() == quality::v1::OVERALL_VERDICT_CONFORMANT ? "合格" : "不合格");
  std::string plain;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    plain.append(without_blanks(std::string_view(all).substr(at, end - at))).append("\n");
    at = end + 1;
  }
  return plain;
}

/// The parts of a cell that must be found: a cell of failing items is taken apart, by lines too.
std::vector<std::string> parts_of(const std::string& cell) {
  std::vector<std::string> parts(1);
  std::string_view left = cell;
  while (!left.empty()) {
    bool at_mark = false;
    for (const std::string_view mark : {"║", "‖", "；", "\n"}) {
      if (!left.starts_with(mark)) continue;
      left.remove_prefix(mark.size());
      parts.emplace_back();
      at_mark = true;
      break;
    }
    if (at_mark) continue;
    parts.back() += left.front();
    left.remove_prefix(1);
  }
  return parts;
}

/// The row of the table that a record comes from, by the line on which it begins.
const CsvRow& row_at(const std::vector<CsvRow>& rows, const std::string& where) {
  for (const CsvRow& row : rows) {
    if ("row " + std::to_string(row.line) == where) return row;
  }
  ADD_FAILURE() << "no " << where;
  return rows.front();
}

/// How many cells of a record's row were looked for; all must have been found.
std::size_t check_record(const IntakeRecord& read, const CsvRow& row, const std::string& table) {
  const std::string said = said_by(read.record);
  // The first cell is the row's serial number.
  for (std::size_t i = 1; i < row.cells.size(); ++i) {
    for (const std::string& part : parts_of(row.cells[i])) {
      if (says_nothing(part)) continue;
      EXPECT_NE(said.find(without_blanks(part)), std::string::npos)
          << "lost: " << part << "\nof " << read.where << "\n"
          << table << "said:\n"
          << said;
    }
  }
  return row.cells.size();
}

TEST(SamplingTableProperty, EveryCellOfAnAcceptedRowIsInItsRecord) {
  IntakeOptions options;
  options.organisation = "91350100M000100Y43";
  options.claimed_time_ms = 1'795'419'543'123;
  std::mt19937 random(20'261'127);
  std::size_t accepted = 0;
  constexpr int kTables = 10'000;
  for (int i = 0; i < kTables && !testing::Test::HasFailure(); ++i) {
    const std::string table = as_csv(random_table(random));
    const Intake intake = read_sampling_table(table, options);
    const auto rows = read_csv(table).value();
    for (const IntakeRecord& read : intake.records) {
      check_record(read, row_at(rows, read.where), table);
      ++accepted;
    }
  }
  // The property says nothing where hardly any row is accepted.
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace qc::cli
