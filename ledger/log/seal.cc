// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/seal.h"

#include <optional>

#include "base/assert.h"
#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

constexpr std::string_view kTitle = "quality-chain seal v1\n";

/// Reads "<name> <value>\n" lines one after the other; after the first failure everything fails.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  void title() {
    if (rest_.substr(0, kTitle.size()) != kTitle) return give_up("title");
    rest_.remove_prefix(kTitle.size());
  }
  std::uint64_t number(std::string_view name) { return to_number(name, line(name)); }
  Digest digest(std::string_view name) { return to_digest(name, line(name)); }
  void counted_digest(std::string_view name, std::uint64_t& count, Digest& digest) {
    const std::string_view value = line(name);
    const std::size_t space = value.find(' ');
    count = to_number(name, value.substr(0, space));
    digest = to_digest(name, space == std::string_view::npos ? "" : value.substr(space + 1));
  }
  void end() {
    if (!rest_.empty()) give_up("end");
  }
  /// The first line that is wrong, empty for none.
  std::string_view wrong_line() const { return wrong_line_; }

 private:
  std::string_view line(std::string_view name) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos || rest_.substr(0, name.size()) != name ||
        end <= name.size() || rest_[name.size()] != ' ') {
      give_up(name);
      return {};
    }
    const std::string_view value = rest_.substr(name.size() + 1, end - name.size() - 1);
    rest_.remove_prefix(end + 1);
    return value;
  }
  std::uint64_t to_number(std::string_view name, std::string_view text) {
    const std::optional<std::uint64_t> value = parse_decimal(text);
    if (!value) give_up(name);
    return value.value_or(0);
  }
  Digest to_digest(std::string_view name, std::string_view text) {
    const std::optional<Digest> value = digest_from_base64(text);
    if (!value) give_up(name);
    return value.value_or(kZeroDigest);
  }
  void give_up(std::string_view name) {
    if (wrong_line_.empty()) wrong_line_ = name;
    rest_ = {};
  }

  std::string_view rest_;
  std::string_view wrong_line_;
};

void append_line(std::string& text, std::string_view name, const std::string& value) {
  text.append(name).append(" ").append(value).append("\n");
}

}  // namespace

std::string Seal::text() const {
  QC_ASSERT(height <= kMaxInteger && time_ms <= kMaxInteger && submission_count <= kMaxInteger);
  std::string text(kTitle);
  append_line(text, "height", std::to_string(height));
  append_line(text, "time", std::to_string(time_ms));
  append_line(text, "parent", to_base64(parent));
  append_line(text, "proposal", to_base64(proposal));
  append_line(text, "submissions", std::to_string(submission_count) + " " + to_base64(submissions));
  append_line(text, "state", to_base64(state));
  append_line(text, "validators", to_base64(validators));
  append_line(text, "next", to_base64(next));
  return text;
}

Result<Seal> Seal::parse(std::string_view text) {
  if (text.size() > kMaxSealSize) {
    return fail(Code::kInvalidArgument, "a seal has at most 1024 bytes");
  }
  Seal seal;
  LineReader lines(text);
  lines.title();
  seal.height = lines.number("height");
  seal.time_ms = lines.number("time");
  seal.parent = lines.digest("parent");
  seal.proposal = lines.digest("proposal");
  lines.counted_digest("submissions", seal.submission_count, seal.submissions);
  seal.state = lines.digest("state");
  seal.validators = lines.digest("validators");
  seal.next = lines.digest("next");
  lines.end();
  if (!lines.wrong_line().empty()) {
    return fail(Code::kInvalidArgument, "seal: line \"" + std::string(lines.wrong_line()) +
                                            "\" is missing or malformed (docs/formats.md)");
  }
  return seal;
}

Digest submission_leaf(HashAlgorithm algorithm, std::string_view header_bytes,
                       std::string_view signature, std::string_view outcome_bytes) {
  return Hasher(algorithm)
      .add_byte(0)
      .add_u32(static_cast<std::uint32_t>(header_bytes.size()))
      .add(header_bytes)
      .add(signature)
      .add(outcome_bytes)
      .finish();
}

}  // namespace qc::ledger
