// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/gs1_spelling.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/percent.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"

namespace qc::ledger {
namespace {

constexpr std::array<std::string_view, 6> kPrimaries{"01", "00", "414", "417", "8003", "8004"};
constexpr std::array<std::string_view, 4> kQualifiers{"10", "21", "22", "254"};

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool is_key(std::string_view text) { return holds(kPrimaries, text) || holds(kQualifiers, text); }

tl::unexpected<Error> refuse(std::string_view text, const std::string& reason) {
  return fail(Code::kInvalidArgument, quote(text) + " names no subject: " + reason);
}

using Pair = std::pair<std::string, std::string>;

/// One primary key, and only the qualifiers that it may have.
Result<Gs1Keys> combine(const std::vector<Pair>& pairs, std::string_view text) {
  Gs1Keys keys;
  std::string primary;
  for (const auto& [key, value] : pairs) {
    if (!is_key(key))
      return refuse(text, "application identifier " + quote(key) + " is not part of an identity");
    if (holds(kPrimaries, key)) {
      if (!primary.empty())
        return refuse(text, fmt::format("it holds two keys, {} and {}", primary, key));
      primary = key;
    }
    if (!keys.emplace(key, value).second) return refuse(text, "it says " + key + " twice");
  }
  if (primary.empty())
    return refuse(text, "it holds none of the GS1 keys 01, 00, 414, 417, 8003, 8004");
  for (const auto& [key, value] : keys) {
    const bool fits = key == primary || (key == "254" ? primary == "414" : primary == "01");
    if (!fits) return refuse(text, fmt::format("{} does not go with {}", key, primary));
  }
  return keys;
}

std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Where the keys begin: the first place from which the path is nothing but pairs of key and value
/// and holds a primary key; what stands before is the stem. The end of the path if there is none.
std::size_t keys_start(const std::vector<std::string_view>& segments) {
  for (std::size_t start = segments.size() % 2; start < segments.size(); start += 2) {
    bool fits = true;
    bool primary = false;
    for (std::size_t i = start; i < segments.size(); i += 2) {
      fits = fits && is_key(segments[i]);
      primary = primary || holds(kPrimaries, segments[i]);
    }
    if (fits && primary) return start;
  }
  return segments.size();
}

/// Appends the pairs of a query that are keys; the others say something about the thing.
bool add_query(std::string_view query, std::vector<Pair>& pairs) {
  for (const std::string_view attribute : pieces(query, '&')) {
    const std::size_t equals = attribute.find('=');
    if (equals == std::string_view::npos || !is_key(attribute.substr(0, equals))) continue;
    std::optional<std::string> value = percent_decode(attribute.substr(equals + 1));
    if (!value) return false;
    pairs.emplace_back(attribute.substr(0, equals), *std::move(value));
  }
  return true;
}

/// The company prefix and the reference of an EPC, and whatever follows the second dot.
struct EpcParts {
  std::string_view prefix;
  std::string_view reference;
  std::string rest;
  bool has_rest = false;
};

/// Prefix of 6..12 digits; with it the reference has `digits` digits altogether.
std::optional<EpcParts> epc_parts(std::string_view value, std::size_t digits) {
  const std::size_t first = value.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  EpcParts parts;
  parts.prefix = value.substr(0, first);
  const std::string_view tail = value.substr(first + 1);
  const std::size_t second = tail.find('.');
  parts.reference = tail.substr(0, second);
  if (second != std::string_view::npos) {
    std::optional<std::string> rest = percent_decode(tail.substr(second + 1));
    if (!rest) return std::nullopt;
    parts.rest = *std::move(rest);
    parts.has_rest = true;
  }
  const bool prefix_fits =
      all_digits(parts.prefix) && parts.prefix.size() >= 6 && parts.prefix.size() <= 12;
  // A prefix of 12 digits leaves a location or asset no reference at all.
  const bool reference_fits = parts.reference.empty() || all_digits(parts.reference);
  if (!prefix_fits || !reference_fits || parts.prefix.size() + parts.reference.size() != digits)
    return std::nullopt;
  return parts;
}

/// The reference's first digit (indicator or extension) goes before the company prefix, the check
/// digit after all.
std::string with_indicator(const EpcParts& parts) {
  std::string digits(parts.reference.substr(0, 1));
  digits += parts.prefix;
  digits += parts.reference.substr(1);
  digits += gs1_check_digit(digits).value_or('?');
  return digits;
}

std::string without_indicator(const EpcParts& parts) {
  std::string digits(parts.prefix);
  digits += parts.reference;
  digits += gs1_check_digit(digits).value_or('?');
  return digits;
}

std::optional<Gs1Keys> trade_item_keys(std::string_view scheme, std::string_view value) {
  const std::optional<EpcParts> parts = epc_parts(value, 13);
  if (!parts || !parts->has_rest || parts->reference.empty()) return std::nullopt;
  Gs1Keys keys{{"01", with_indicator(*parts)}};
  if (scheme == "idpat:sgtin") {
    if (parts->rest != "*") return std::nullopt;
  } else {
    keys.emplace(scheme == "id:sgtin" ? "21" : "10", parts->rest);
  }
  return keys;
}

std::optional<Gs1Keys> logistic_unit_keys(std::string_view value) {
  const std::optional<EpcParts> parts = epc_parts(value, 17);
  if (!parts || parts->has_rest || parts->reference.empty()) return std::nullopt;
  return Gs1Keys{{"00", with_indicator(*parts)}};
}

std::optional<Gs1Keys> location_keys(std::string_view scheme, std::string_view value) {
  const std::optional<EpcParts> parts = epc_parts(value, 12);
  if (!parts) return std::nullopt;
  if (scheme == "id:pgln") {
    if (parts->has_rest) return std::nullopt;
    return Gs1Keys{{"417", without_indicator(*parts)}};
  }
  if (!parts->has_rest) return std::nullopt;
  Gs1Keys keys{{"414", without_indicator(*parts)}};
  // The EPC standard writes "no extension" as 0.
  if (parts->rest != "0") keys.emplace("254", parts->rest);
  return keys;
}

std::optional<Gs1Keys> returnable_asset_keys(std::string_view scheme, std::string_view value) {
  const std::optional<EpcParts> parts = epc_parts(value, 12);
  if (!parts || !parts->has_rest) return std::nullopt;
  const bool pattern = scheme == "idpat:grai";
  if (pattern != (parts->rest == "*")) return std::nullopt;
  return Gs1Keys{{"8003", "0" + without_indicator(*parts) + (pattern ? "" : parts->rest)}};
}

std::optional<Gs1Keys> individual_asset_keys(std::string_view value) {
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos || !all_digits(value.substr(0, dot)) || dot < 6 || dot > 12)
    return std::nullopt;
  const std::optional<std::string> reference = percent_decode(value.substr(dot + 1));
  if (!reference || reference->empty()) return std::nullopt;
  return Gs1Keys{{"8004", std::string(value.substr(0, dot)) + *reference}};
}

}  // namespace

Result<Gs1Keys> read_digital_link(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return refuse(uri, "it is no web address");
  std::string_view rest = uri.substr(scheme + 3);
  if (rest.find('#') != std::string_view::npos)
    return refuse(uri, "only a class or a lot has a #below");
  const std::size_t question = rest.find('?');
  const std::string_view query =
      question == std::string_view::npos ? "" : rest.substr(question + 1);
  std::vector<std::string_view> segments = pieces(rest.substr(0, question), '/');
  segments.erase(segments.begin());
  if (!segments.empty() && segments.back().empty()) segments.pop_back();

  std::vector<Pair> pairs;
  for (std::size_t i = keys_start(segments); i < segments.size(); i += 2) {
    std::optional<std::string> value = percent_decode(segments[i + 1]);
    if (!value) return refuse(uri, "a % is not followed by two hex digits");
    pairs.emplace_back(segments[i], *std::move(value));
  }
  if (!add_query(query, pairs)) return refuse(uri, "a % is not followed by two hex digits");
  if (pairs.empty()) {
    return refuse(uri,
                  "its path is not pairs of GS1 keys and values such as /01/{GTIN}/10/{lot} or "
                  "/01/{GTIN}/21/{serial}");
  }
  return combine(pairs, uri);
}

Result<Gs1Keys> read_epc_uri(std::string_view uri) {
  constexpr std::string_view kEpc = "urn:epc:";
  const std::string_view body = uri.starts_with(kEpc) ? uri.substr(kEpc.size()) : uri;
  const std::size_t first = body.find(':');
  const std::size_t second = first == std::string_view::npos ? first : body.find(':', first + 1);
  if (second == std::string_view::npos)
    return refuse(uri, "an EPC URI reads urn:epc:id:{scheme}:{value}");
  const std::string_view scheme = body.substr(0, second);
  const std::string_view value = body.substr(second + 1);

  std::optional<Gs1Keys> keys;
  if (scheme == "id:sgtin" || scheme == "class:lgtin" || scheme == "idpat:sgtin") {
    keys = trade_item_keys(scheme, value);
  } else if (scheme == "id:sscc") {
    keys = logistic_unit_keys(value);
  } else if (scheme == "id:sgln" || scheme == "id:pgln") {
    keys = location_keys(scheme, value);
  } else if (scheme == "id:grai" || scheme == "idpat:grai") {
    keys = returnable_asset_keys(scheme, value);
  } else if (scheme == "id:giai") {
    keys = individual_asset_keys(value);
  } else {
    return refuse(uri, "EPC scheme " + quote(scheme) + " has no histories on the chain");
  }
  if (keys) return *std::move(keys);
  return refuse(uri, "its company prefix, reference and serial do not fit scheme " + quote(scheme) +
                         " (GS1 EPC Tag Data Standard 6.3)");
}

Result<Gs1Keys> read_element_string(std::string_view text) {
  std::vector<Pair> pairs;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t close = rest.find(')');
    if (rest.front() != '(' || close == std::string_view::npos)
      return refuse(text, "an element string reads (01){GTIN}(10){lot}");
    const std::string_view key = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    // A lot may hold brackets itself; a new element begins only where a key stands in them.
    std::size_t end = rest.find('(');
    while (end != std::string_view::npos) {
      const std::size_t inner = rest.find(')', end);
      if (inner != std::string_view::npos && all_digits(rest.substr(end + 1, inner - end - 1)))
        break;
      end = rest.find('(', end + 1);
    }
    pairs.emplace_back(key, rest.substr(0, end));
    rest = end == std::string_view::npos ? "" : rest.substr(end);
  }
  return combine(pairs, text);
}

}  // namespace qc::ledger
