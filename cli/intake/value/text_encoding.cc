// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/text_encoding.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

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

std::string without_mark(std::string text) {
  if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  return text;
}

/// What reading bytes as UTF-8 finds.
struct Utf8Survey {
  std::size_t chinese = 0;
  std::size_t bad = 0;
  std::size_t first_bad = std::string_view::npos;

  /// Bytes of another encoding fall into UTF-8's pattern of three bytes now and then only.
  [[nodiscard]] bool is_utf8_text() const { return chinese >= bad && chinese > 0; }
};

Utf8Survey survey(std::string_view bytes) {
  constexpr char32_t kChineseFirst = 0x3000;
  Utf8Survey found;
  std::string_view left = bytes;
  while (!left.empty()) {
    const std::optional<char32_t> point = ledger::take_code_point(left);
    if (point) {
      found.chinese += *point >= kChineseFirst ? 1U : 0U;
      continue;
    }
    if (found.bad == 0) found.first_bad = bytes.size() - left.size();
    ++found.bad;
    left.remove_prefix(1);
  }
  return found;
}

/// The cell that holds a byte. None of these marks is a part of a GB 18030 character.
std::string_view cell_around(std::string_view bytes, std::size_t at) {
  constexpr std::string_view kMarks = ",\t;\r\n\"";
  const std::size_t before = bytes.find_last_of(kMarks, at);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  return bytes.substr(start, bytes.find_first_of(kMarks, at) - start);
}

std::string not_utf8(std::string_view bytes, const Utf8Survey& found) {
  const std::string_view before = bytes.substr(0, found.first_bad);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.find_last_of('\n') + 1;
  std::string message = fmt::format("line {}, byte {} (0x{:02X}) is not UTF-8", line,
                                    found.first_bad - line_start + 1,
                                    static_cast<unsigned char>(bytes[found.first_bad]));
  if (!found.is_utf8_text() && from_gb18030(bytes)) {
    const auto cell = from_gb18030(cell_around(bytes, found.first_bad));
    return message + "; as GB 18030 its cell says " + ledger::quote(cell.value_or("")) +
           ": if that is right, give --encoding gb18030, else save the file as UTF-8";
  }
  return message + "; mend it, or save the file as UTF-8";
}

}  // namespace

Result<std::string> utf8_text(std::string_view bytes, TableEncoding encoding) {
  if (encoding == TableEncoding::kUtf8 && ledger::is_utf8(bytes)) {
    return without_mark(std::string(bytes));
  }
  const Utf8Survey found = survey(bytes);
  if (encoding == TableEncoding::kUtf8) {
    return fail(Code::kInvalidArgument, not_utf8(bytes, found));
  }
  if (found.is_utf8_text()) {
    return fail(Code::kInvalidArgument,
                "the text is UTF-8, not GB 18030; leave --encoding gb18030 out");
  }
  std::optional<std::string> converted = from_gb18030(bytes);
  if (!converted) {
    return fail(Code::kInvalidArgument, "the text is not GB 18030; save the file as UTF-8");
  }
  return without_mark(*std::move(converted));
}

std::optional<std::string> no_text_reason(std::string_view bytes) {
  struct Kind {
    std::string_view begins;
    std::string_view reason;
  };
  constexpr std::string_view kSaveSheet = "; save its sheet as CSV (UTF-8)";
  constexpr auto kKinds = std::to_array<Kind>({
      {"PK\x03\x04", "is a workbook (.xlsx) or another ZIP archive, not text"},
      {"\xD0\xCF\x11\xE0", "is an old Office file (.xls, .doc), not text"},
      {"%PDF", "is a PDF, not text"},
      {"\xFF\xFE", "is UTF-16 text"},
      {"\xFE\xFF", "is UTF-16 text"},
  });
  for (const Kind& kind : kKinds) {
    if (bytes.starts_with(kind.begins)) return std::string(kind.reason).append(kSaveSheet);
  }
  constexpr std::size_t kBytesSearched = 4096;
  if (bytes.substr(0, kBytesSearched).find('\0') != std::string_view::npos) {
    return std::string("holds NUL bytes: it is UTF-16 or no text at all").append(kSaveSheet);
  }
  return std::nullopt;
}

}  // namespace qc::cli
