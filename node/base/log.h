// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace qc::node {

/// What an operator does about a line: error = act, warn = degraded, watch it, info = a rare event
/// in the node's life, debug = one line a message.
enum class LogLevel : std::uint8_t { kDebug = 0, kInfo = 1, kWarn = 2, kError = 3, kOff = 4 };

/// "debug", "info", "warn", "error" or "off".
std::string_view to_string(LogLevel level);
std::optional<LogLevel> log_level_from(std::string_view text);

/// One `key=value` of a line. The value is quoted and escaped where it must be, so that no value
/// can forge a line. Never a secret, never a payload.
struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, std::integral auto number)
      : key(name), value(std::to_string(number)) {}
};

/// Starts logging to standard error from this level on. Before that, warnings and errors are
/// written.
void set_log_level(LogLevel level);

/// Whether a line of this level would be written; ask it before making expensive fields.
bool log_enabled(LogLevel level);

/// Writes one line: time, level, event name (snake_case), fields. From any thread.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

/// Admits a few lines a second of an event that somebody outside can cause, and counts the rest.
/// One object a place in the code; from any thread.
class LogLimiter {
 public:
  /// At most `per_second` lines in any second, at least 1.
  explicit LogLimiter(std::uint32_t per_second) : per_second_(per_second) {}

  /// The number of lines left out since the last one admitted if this one may be written, nothing
  /// if not.
  std::optional<std::uint64_t> admit();

 private:
  std::uint32_t per_second_;
  std::atomic<std::int64_t> second_{-1};
  std::atomic<std::uint32_t> admitted_{0};
  std::atomic<std::uint64_t> suppressed_{0};
};

}  // namespace qc::node
