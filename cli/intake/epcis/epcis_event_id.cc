// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/epcis_event_id.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/hex.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

bool is_uri_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_uri_digit(char c) { return c >= '0' && c <= '9'; }
bool is_uri_hex(char c) {
  return is_uri_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Outside of ASCII nothing is a URI's: RFC 3986, section 2.
bool is_uri_character(char c) {
  return is_uri_letter(c) || is_uri_digit(c) ||
         std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

bool has_whole_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (text.size() - at < 3 || !is_uri_hex(text[at + 1]) || !is_uri_hex(text[at + 2]))
      return false;
  }
  return true;
}

/// A scheme's name and what it names: RFC 3986, section 3.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.empty() || !is_uri_letter(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool scheme_reads = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_uri_letter(c) || is_uri_digit(c) || c == '+' || c == '-' || c == '.';
  });
  const std::string_view named = text.substr(colon + 1);
  return scheme_reads && std::all_of(named.begin(), named.end(), is_uri_character) &&
         std::any_of(named.begin(), named.end(),
                     [](char c) { return is_uri_letter(c) || is_uri_digit(c); }) &&
         has_whole_escapes(named);
}

bool is_ascii_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void lower_case_part(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < std::min(end, text.size()); ++i) {
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] - 'A' + 'a');
  }
}

/// RFC 3986, 6.2.2.1: the digits of an escape mean the same in either case.
void upper_case_escapes(std::string& text) {
  for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1)) {
    for (std::size_t i = at + 1; i <= at + 2; ++i) {
      if (text[i] >= 'a') text[i] = static_cast<char>(text[i] - 'a' + 'A');
    }
  }
}

/// The parts that are the same in either case: the scheme and a host (RFC 3986, 6.2.2.1), the
/// namespace of a URN (RFC 8141, 3.1), a UUID (RFC 9562, 4).
void unify_case(std::string& uri) {
  const std::size_t colon = uri.find(':');
  lower_case_part(uri, 0, colon);
  if (uri.starts_with("urn:")) {
    lower_case_part(uri, 0, uri.find(':', colon + 1));
    if (uri.starts_with("urn:uuid:")) lower_case_part(uri, 0, uri.size());
  } else if (uri.compare(colon, 3, "://") == 0) {
    const std::size_t authority = colon + 3;
    const std::size_t end = std::min(uri.find_first_of("/?#", authority), uri.size());
    // Who a host knows as a user is the host's to say.
    const std::size_t user = std::string_view(uri).substr(0, end).rfind('@');
    lower_case_part(uri, user == std::string::npos || user < authority ? authority : user, end);
  }
}

constexpr std::string_view kHowToName =
    "such as urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6, or leave eventID out";

}  // namespace

Result<std::string> read_event_id(std::string_view text) {
  const auto refuse = [](const std::string& what) {
    return fail(Code::kInvalidArgument, what + std::string(kHowToName));
  };
  if (text.empty()) return refuse("is empty: write the event's id, a URI ");
  if (is_ascii_blank(text.front()) || is_ascii_blank(text.back())) {
    return fail(Code::kInvalidArgument,
                ledger::quote(text) + " begins or ends with a blank: take it out");
  }
  std::string uri(text);
  if (is_uri(uri)) {
    unify_case(uri);
    upper_case_escapes(uri);
    const bool names_nothing = uri.starts_with("urn:") && uri.find(':', 4) == uri.size() - 1;
    if (!names_nothing) return uri;
  }
  return refuse(ledger::quote(text) + " is no URI, which an event's id is: write one ");
}

std::string recorded_event_id(const std::string& id, ledger::HashAlgorithm hash) {
  return ledger::name_fault(id) ? "digest:" + to_hex(ledger::hash(hash, id)) : id;
}

std::string content_event_id(const JsonValue& event, ledger::HashAlgorithm hash) {
  // When a repository took the event in, and what surrounds it in a file, are not the event's own;
  // the event hash of GS1's CBV leaves recordTime out too.
  constexpr std::array<std::string_view, 2> kLeftOut{"recordTime", "@context"};
  return "digest:" + to_hex(ledger::hash(hash, canonical_json(event, kLeftOut)));
}

}  // namespace qc::cli
