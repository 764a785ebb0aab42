// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/table/sampling_header.h"

#include <algorithm>
#include <array>

#include "cli/intake/value/cell_text.h"

namespace qc::cli {
namespace {

using quality::v1::OverallVerdict;

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
    {"被抽样单位所在省份", Meaning::kSampledPartyProvince},
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
    {"不合格项目", Meaning::kFailedItem},
    {"不合格项目名称", Meaning::kFailedItem},
    {"主要不合格项目", Meaning::kFailedItem},
    {"不合格项", Meaning::kFailedItem},
    {"检验结果", Meaning::kOutcome},
    {"检测结果", Meaning::kOutcome},
    {"检验值", Meaning::kOutcome},
    {"检测值", Meaning::kOutcome},
    {"实测值", Meaning::kOutcome},
    {"标准值", Meaning::kLimit},
    {"标准值(单位)", Meaning::kLimit},
    {"标准要求", Meaning::kLimit},
    {"检验结论", Meaning::kVerdict},
    {"检验结论(合格/不合格)", Meaning::kVerdict},
    {"检测结论", Meaning::kVerdict},
    {"抽检结论", Meaning::kVerdict},
    {"结论", Meaning::kVerdict},
    {"判定结果", Meaning::kVerdict},
    {"结果判定", Meaning::kVerdict},
    {"抽检结果", Meaning::kVerdict},
    {"是否合格", Meaning::kVerdict},
    {"分类", Meaning::kCategory},
    {"食品大类", Meaning::kCategory},
    {"任务来源", Meaning::kTaskSource},
    {"任务来源/项目名称", Meaning::kTaskSource},
    {"检验机构", Meaning::kInspectionBody},
    {"检验机构名称", Meaning::kInspectionBody},
    {"备注", Meaning::kRemarks},
});

constexpr std::string_view kBar = "║";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::vector<std::string> parts_of(std::string_view text, std::string_view mark) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at != std::string_view::npos;) {
    const std::size_t found = text.find(mark, at);
    parts.emplace_back(text.substr(at, found - at));
    at = found == std::string_view::npos ? found : found + mark.size();
  }
  return parts;
}

std::optional<Meaning> known_header(std::string_view text) {
  const auto* const found =
      std::find_if(kHeaders.begin(), kHeaders.end(),
                   [text](const Header& header) { return header.text == text; });
  if (found == kHeaders.end()) return std::nullopt;
  return found->meaning;
}

bool is_failures_header(std::string_view text) {
  std::vector<std::string> parts = between_bars(text);
  if (parts.size() == 1 && !text.ends_with(')')) parts = parts_of(text, "/");
  return parts.size() == 3 && known_header(parts[0]) == Meaning::kFailedItem &&
         known_header(parts[1]) == Meaning::kOutcome && known_header(parts[2]) == Meaning::kLimit;
}

bool has(const std::vector<SamplingColumn>& columns, Meaning meaning) {
  return std::any_of(columns.begin(), columns.end(),
                     [meaning](const SamplingColumn& column) { return column.meaning == meaning; });
}

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// Takes one of the words off the end of a text; the longest of those that fit must come first.
template <std::size_t count>
bool take_end(std::string_view& text, const std::array<std::string_view, count>& words) {
  const auto* const found = std::find_if(
      words.begin(), words.end(), [text](std::string_view word) { return text.ends_with(word); });
  if (found == words.end()) return false;
  text.remove_suffix(found->size());
  return true;
}

/// "(第3期)", "(共12批次)" at the end of a title.
void take_count_in_brackets(std::string_view& text) {
  constexpr auto kCounting = std::to_array<std::string_view>(
      {"0",  "1",    "2",  "3",  "4",  "5",  "6",  "7",  "8",    "9",  "第",
       "共", "批次", "批", "期", "页", "年", "月", "日", "季度", "、", "-"});
  if (!text.ends_with(')')) return;
  std::string_view left = text.substr(0, text.size() - 1);
  while (take_end(left, kCounting)) {
  }
  if (left.ends_with('(')) text = left.substr(0, left.size() - 1);
}

/// Whether a title may begin so: with nothing, or with words behind which 合格 is a verdict of the
/// things that are listed. "未列入", "撤销", "疑似" and everything else that may turn it round are
/// none.
bool leads_to_verdict(std::string_view before) {
  constexpr auto kTurns =
      std::to_array<std::string_view>({"注", "说明", "未", "撤", "更正", "解除", "疑似", "部分",
                                       "拟", "复检", "复查", "有误", "其他", "其它", "问题", "除"});
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"抽检",   "抽查", "抽样", "检验", "检测", "监测", "产品", "样品", "食品", "商品", "制品",
       "农产品", "批次", ":",    ".",    "、",   ")",    "年",   "月",   "日",   "期",   "号",
       "季度",   "0",    "1",    "2",    "3",    "4",    "5",    "6",    "7",    "8",    "9"});
  if (before.empty()) return true;
  if (std::any_of(kTurns.begin(), kTurns.end(),
                  [before](std::string_view turn) { return contains(before, turn); })) {
    return false;
  }
  return take_end(before, kEnds);
}

/// 2025年第3期食品监督抽检不合格产品信息: what it says of all that is listed below it. Nothing
/// where any word of it could mean something else.
std::optional<OverallVerdict> verdict_of_title(std::string_view title) {
  constexpr auto kLists = std::to_array<std::string_view>(
      {"信息", "名单", "情况", "清单", "明细", "目录", "公示", "汇总", "一览"});
  constexpr auto kThings =
      std::to_array<std::string_view>({"产品", "样品", "食品", "商品", "批次", "项目"});
  std::string_view left = title;
  if (left.ends_with(':')) left.remove_suffix(1);
  take_count_in_brackets(left);
  constexpr std::string_view kTable = "表";
  const bool table = left.ends_with(kTable);
  if (table) left.remove_suffix(kTable.size());
  bool list = false;
  while (take_end(left, kLists)) list = true;
  const bool things = take_end(left, kThings);
  constexpr std::string_view kGood = "合格";
  if (!(things || list || table) || !left.ends_with(kGood)) return std::nullopt;
  left.remove_suffix(kGood.size());
  constexpr std::string_view kNot = "不";
  const bool failing = left.ends_with(kNot);
  if (failing) left.remove_suffix(kNot.size());
  if (!leads_to_verdict(left) || mentions_verdict(left)) return std::nullopt;
  return failing ? quality::v1::OVERALL_VERDICT_NON_CONFORMANT
                 : quality::v1::OVERALL_VERDICT_CONFORMANT;
}

}  // namespace

std::vector<std::string> between_bars(std::string_view cell) {
  std::string text(cell);
  for (const std::string_view bar : {"‖", "丨", "｜", "│", "┃", "∥", "|"}) {
    replace_all(text, bar, kBar);
  }
  replace_all(text, "║║", kBar);
  return parts_of(text, kBar);
}

std::optional<Meaning> meaning_of(std::string_view cell) {
  const std::string text = without_blanks(cell);
  if (is_failures_header(text)) return Meaning::kFailures;
  return known_header(text);
}

bool names_columns(const CsvRow& row) {
  constexpr std::ptrdiff_t kHeadersNeeded = 3;
  return std::count_if(row.cells.begin(), row.cells.end(), [](const std::string& cell) {
           return meaning_of(cell).has_value();
         }) >= kHeadersNeeded;
}

std::vector<SamplingColumn> columns_of(const CsvRow& header) {
  std::vector<SamplingColumn> columns;
  for (const std::string& cell : header.cells) {
    columns.push_back({without_blanks(cell), meaning_of(cell)});
  }
  const bool items = has(columns, Meaning::kFailedItem);
  const bool outcomes = has(columns, Meaning::kOutcome);
  for (SamplingColumn& column : columns) {
    if (column.meaning == Meaning::kFailedItem && !outcomes) column.meaning = Meaning::kFailures;
    if (column.meaning == Meaning::kOutcome && !items) {
      const bool result = column.header.ends_with("结果");
      column.meaning = result ? std::optional(Meaning::kVerdict) : std::nullopt;
    }
    if (column.meaning == Meaning::kLimit && !(items && outcomes)) column.meaning = std::nullopt;
  }
  return columns;
}

bool seems_to_judge(std::string_view header) {
  constexpr auto kHarmless =
      std::to_array<std::string_view>({"判定依据", "判定标准", "检验依据", "检测依据"});
  constexpr auto kJudging = std::to_array<std::string_view>(
      {"合格", "符合", "结论", "判定", "判断", "评价", "结果", "检验值", "检测值", "实测", "标准值",
       "标准要求", "超标", "问题", "缺陷", "通过", "达标", "异常", "检出"});
  if (std::find(kHarmless.begin(), kHarmless.end(), header) != kHarmless.end()) return false;
  return std::any_of(kJudging.begin(), kJudging.end(),
                     [header](std::string_view word) { return contains(header, word); });
}

std::optional<OverallVerdict> verdict_word(std::string_view cell) {
  constexpr auto kPassing = std::to_array<std::string_view>({"合格", "符合", "符合要求", "符合规定",
                                                             "符合标准", "符合标准要求", "检验合格",
                                                             "所检项目合格", "所检项目符合要求"});
  constexpr auto kFailing =
      std::to_array<std::string_view>({"不合格", "不符合", "不符合要求", "不符合规定", "不符合标准",
                                       "不符合标准要求", "检验不合格"});
  const std::string word = without_blanks(cell);
  if (std::find(kPassing.begin(), kPassing.end(), word) != kPassing.end()) {
    return quality::v1::OVERALL_VERDICT_CONFORMANT;
  }
  if (std::find(kFailing.begin(), kFailing.end(), word) != kFailing.end()) {
    return quality::v1::OVERALL_VERDICT_NON_CONFORMANT;
  }
  return std::nullopt;
}

bool mentions_verdict(std::string_view line) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"合格", "符合", "超标", "超过标准", "达标", "复检", "未通过", "不通过"});
  const std::string text = without_blanks(line);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&text](std::string_view word) { return contains(text, word); });
}

OverallVerdict title_verdict(const std::vector<std::string>& lines) {
  auto verdict = quality::v1::OVERALL_VERDICT_UNSPECIFIED;
  for (const std::string& line : lines) {
    if (!mentions_verdict(line)) continue;
    const auto said = verdict_of_title(without_blanks(line));
    if (!said) return quality::v1::OVERALL_VERDICT_UNSPECIFIED;
    if (verdict != quality::v1::OVERALL_VERDICT_UNSPECIFIED && verdict != *said)
      return quality::v1::OVERALL_VERDICT_UNSPECIFIED;
    verdict = *said;
  }
  return verdict;
}

bool contradicts(std::string_view text, OverallVerdict verdict) {
  constexpr auto kFailing = std::to_array<std::string_view>(
      {"不合格", "不符合", "超标", "超过标准", "不达标", "未通过", "不通过", "fail"});
  constexpr auto kPassing = std::to_array<std::string_view>(
      {"复检合格", "复检符合", "复检结果合格", "复检结论合格", "pass"});
  std::string words = without_blanks(text);
  std::transform(words.begin(), words.end(), words.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  const auto says = [&words](std::string_view word) { return contains(words, word); };
  return verdict == quality::v1::OVERALL_VERDICT_CONFORMANT
             ? std::any_of(kFailing.begin(), kFailing.end(), says)
             : std::any_of(kPassing.begin(), kPassing.end(), says);
}

}  // namespace qc::cli
