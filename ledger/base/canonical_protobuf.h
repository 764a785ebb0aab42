// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ledger/base/result.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace qc::ledger {

/// Nested messages deeper than this are refused.
inline constexpr int kMaxMessageDepth = 16;

/// Parses `bytes` into `message` (cleared first) if they are its canonical encoding: ascending
/// field numbers, shortest varints, packed repeated scalars, defaults omitted, integers up to 2^53
/// - 1, known enum values only, well-formed UTF-8, no unknown fields, at every depth
/// (docs/formats.md). Two decoders can then not read one record differently. The error names the
/// field path and the rule.
Result<void> parse_canonical(std::string_view bytes, google::protobuf::Message& message);

/// The same for a message that was parsed from `bytes` before.
Result<void> check_canonical(const google::protobuf::Message& parsed, std::string_view bytes);

/// The canonical encoding of a message of ours. Callers keep to the rules that a schema cannot
/// express (integer range, UTF-8), which check_canonical judges.
std::string canonical_bytes(const google::protobuf::Message& message);

/// Stops libprotobuf's own writing to the standard error stream for the whole process: it reports
/// every text that is not UTF-8, so any stranger could fill our log. To be called once at the start
/// of a program's main.
void silence_protobuf_log();

/// parse_canonical for one message type: `parse_canonical<quality::v1::Outcome>(bytes)`.
template <class M>
Result<M> parse_canonical(std::string_view bytes) {
  static_assert(std::is_base_of_v<google::protobuf::Message, M>);
  M message;
  QC_TRY_VOID(parse_canonical(bytes, message));
  return message;
}

}  // namespace qc::ledger
