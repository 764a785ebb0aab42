// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/subject_id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "ledger/base/fault.h"
#include "ledger/base/percent.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/gs1_spelling.h"

namespace qc::ledger {
namespace {

using Components = std::vector<std::string>;

constexpr std::string_view kGs1 = "https://id.gs1.org/";
constexpr std::string_view kUrn = "urn:qc:";
constexpr std::string_view kBelow = "#below";
constexpr std::size_t kReturnableAssetDigits = 14;
constexpr std::size_t kReturnableAssetSerialMax = 16;
constexpr std::size_t kIndividualAssetMax = 30;

Components split(std::string_view text, char separator) {
  Components parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string gs1_id(std::initializer_list<std::string_view> parts) {
  std::string id(kGs1);
  bool key = true;
  for (const std::string_view part : parts) {
    if (id.size() > kGs1.size()) id += '/';
    id += key ? std::string(part) : percent_encode(part);
    key = !key;
  }
  return id;
}

std::string urn_id(std::string_view kind, std::initializer_list<std::string_view> components) {
  std::string id(kUrn);
  id += kind;
  for (const std::string_view component : components) {
    id += ':';
    id += percent_encode(component);
  }
  return id;
}

Fault returnable_asset_fault(std::string_view grai) {
  const std::string_view digits = grai.substr(0, kReturnableAssetDigits);
  if (digits.size() < kReturnableAssetDigits || !all_digits(digits) || digits.front() != '0') {
    return quote(grai) + " should be a GRAI: 0, 13 digits and at most 16 characters of serial";
  }
  if (Fault fault = gln_fault(digits.substr(1))) return fault;
  if (grai.size() == kReturnableAssetDigits) return std::nullopt;
  return set82_fault(grai.substr(kReturnableAssetDigits), kReturnableAssetSerialMax);
}

Fault individual_asset_fault(std::string_view giai) {
  if (giai.size() < 4 || !all_digits(giai.substr(0, 4))) {
    return quote(giai) + " should be a GIAI, which starts with the digits of a GS1 company prefix";
  }
  return set82_fault(giai, kIndividualAssetMax);
}

Fault key_hex_fault(std::string_view hex) {
  if (hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
    return std::nullopt;
  }
  return quote(hex) + " should be a key id of 64 hex digits";
}

Fault scheme_fault(std::string_view scheme) {
  const bool fits =
      !scheme.empty() && scheme.size() <= kComponentCodePointsMax &&
      scheme.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == std::string_view::npos;
  if (fits) return std::nullopt;
  return quote(scheme) + " should be an accreditation scheme of A-Z, 0-9 and -, such as CMA";
}

Fault prefix_fault(std::string_view prefix) {
  if (prefix.size() >= 4 && prefix.size() <= 12 && all_digits(prefix)) return std::nullopt;
  return quote(prefix) + " should be a GS1 company prefix of 4 to 12 digits";
}

std::optional<SubjectId> parse_gs1(std::string_view id);

Fault lot_subject_fault(std::string_view id) {
  const std::optional<SubjectId> lot = id.starts_with(kGs1) ? parse_gs1(id) : std::nullopt;
  if (lot && lot->kind == SubjectKind::kLot) return std::nullopt;
  return quote(id) + " should be the canonical id of a lot";
}

/// What a component of a `urn:qc:` id is, and so how it is judged.
enum class Part : std::uint8_t { kCode, kUscc, kText, kName, kHex, kScheme, kPrefix, kLotSubject };

Fault part_fault(Part part, std::string_view text) {
  switch (part) {
    case Part::kCode:
      return party_code_fault(text);
    case Part::kUscc:
      return uscc_fault(text);
    case Part::kText:
      return component_fault(text);
    case Part::kName:
      return name_fault(text);
    case Part::kHex:
      return key_hex_fault(text);
    case Part::kScheme:
      return scheme_fault(text);
    case Part::kPrefix:
      return prefix_fault(text);
    case Part::kLotSubject:
      return lot_subject_fault(text);
  }
  return "is of an unknown kind";
}

struct UrnKind {
  SubjectKind kind;
  std::string_view name;
  std::array<Part, 2> parts;
  std::size_t part_count;
};

constexpr std::array<UrnKind, 16> kUrnKinds{{
    {SubjectKind::kParty, "party", {Part::kCode}, 1},
    {SubjectKind::kPartyName, "party-name", {Part::kName}, 1},
    {SubjectKind::kKey, "key", {Part::kHex}, 1},
    {SubjectKind::kNetwork, "network", {}, 0},
    {SubjectKind::kAccreditation, "accreditation", {Part::kScheme, Part::kText}, 2},
    {SubjectKind::kGs1Prefix, "gs1-prefix", {Part::kPrefix}, 1},
    {SubjectKind::kCertificate, "certificate", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kSample, "sample", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kSpotCheck, "spot-check", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kComplaint, "complaint", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kObjection, "objection", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kRecall, "recall", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kHolding, "holding", {Part::kCode, Part::kLotSubject}, 2},
    {SubjectKind::kObject, "object", {Part::kUscc, Part::kText}, 2},
    {SubjectKind::kCustody, "custody", {Part::kCode, Part::kText}, 2},
    {SubjectKind::kEvent, "event", {Part::kCode, Part::kName}, 2},
}};

Result<SubjectId> bad(std::string_view text, const std::string& reason) {
  return fail(Code::kInvalidArgument, quote(text) + " names no subject: " + reason);
}

/// Codes, schemes and hex digits in their one case.
void fold_case(Part part, std::string& text) {
  const bool upper = part == Part::kCode || part == Part::kUscc || part == Part::kScheme;
  for (char& character : text) {
    if (upper && character >= 'a' && character <= 'z') {
      character = static_cast<char>(character - 'a' + 'A');
    }
    if (part == Part::kHex && character >= 'A' && character <= 'F') {
      character = static_cast<char>(character - 'A' + 'a');
    }
  }
}

/// Reads what follows `urn:qc:`, in any case and any percent-encoding.
Result<SubjectId> read_urn(std::string_view text) {
  Components parts = split(text.substr(kUrn.size()), ':');
  const auto* const kind =
      std::find_if(kUrnKinds.begin(), kUrnKinds.end(),
                   [&parts](const UrnKind& candidate) { return candidate.name == parts.front(); });
  if (kind == kUrnKinds.end()) return bad(text, quote(parts.front()) + " is no kind of subject");
  parts.erase(parts.begin());
  if (parts.size() != kind->part_count) {
    return bad(text, "its kind has " + std::to_string(kind->part_count) +
                         " parts between colons (a colon inside one is written %3A)");
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::optional<std::string> decoded = percent_decode(parts[i]);
    if (!decoded) return bad(text, "a % is not followed by two hex digits");
    parts[i] = *std::move(decoded);
    fold_case(kind->parts.at(i), parts[i]);
    if (const Fault fault = part_fault(kind->parts.at(i), parts[i])) return bad(text, *fault);
  }
  return SubjectId{kind->kind, std::move(parts)};
}

std::string write_urn(const SubjectId& subject) {
  const auto* const kind =
      std::find_if(kUrnKinds.begin(), kUrnKinds.end(),
                   [&subject](const UrnKind& candidate) { return candidate.kind == subject.kind; });
  std::string id = std::string(kUrn) + std::string(kind->name);
  for (const std::string& component : subject.components) id += ":" + percent_encode(component);
  return id;
}

/// A GS1 key whose value is judged; the lot of an item is returned beside it.
struct Gs1Subject {
  SubjectId subject;
  std::string lot;
};

Result<Gs1Subject> trade_item(const Gs1Keys& keys, std::string_view text) {
  const auto refuse = [text](const std::string& reason) {
    return tl::unexpected<Error>(bad(text, reason).error());
  };
  const std::string& written = keys.at("01");
  const std::optional<std::string> gtin = gtin14_of(written);
  if (!gtin) return refuse(any_gtin_fault(written).value_or("no GTIN"));
  const auto lot = keys.find("10");
  const auto serial = keys.find("21");
  for (const auto& qualifier : {lot, serial}) {
    if (qualifier == keys.end()) continue;
    if (const Fault fault = lot_or_serial_fault(qualifier->second)) return refuse(*fault);
  }
  std::string lot_text = lot == keys.end() ? "" : lot->second;
  if (serial != keys.end()) {
    return Gs1Subject{{SubjectKind::kItem, {*gtin, serial->second}}, std::move(lot_text)};
  }
  if (lot != keys.end()) return Gs1Subject{{SubjectKind::kLot, {*gtin, lot_text}}, ""};
  if (keys.contains("22")) {
    return refuse("a consumer product variant (22) has no history of its own; leave it out");
  }
  return Gs1Subject{{SubjectKind::kClass, {*gtin}}, ""};
}

Result<Gs1Subject> judge_keys(const Gs1Keys& keys, std::string_view text) {
  if (keys.contains("01")) return trade_item(keys, text);
  struct Primary {
    std::string_view key;
    SubjectKind kind;
    Fault (*fault)(std::string_view);
  };
  constexpr std::array<Primary, 5> kPrimaryKeys{{
      {"00", SubjectKind::kLogisticUnit, sscc_fault},
      {"414", SubjectKind::kPlace, gln_fault},
      {"417", SubjectKind::kPartyGln, gln_fault},
      {"8003", SubjectKind::kReturnableAsset, returnable_asset_fault},
      {"8004", SubjectKind::kIndividualAsset, individual_asset_fault},
  }};
  for (const Primary& primary : kPrimaryKeys) {
    const auto found = keys.find(primary.key);
    if (found == keys.end()) continue;
    if (const Fault fault = primary.fault(found->second)) {
      return tl::unexpected<Error>(bad(text, *fault).error());
    }
    SubjectId subject{primary.kind, {found->second}};
    const auto extension = keys.find("254");
    if (extension != keys.end()) {
      if (const Fault fault = lot_or_serial_fault(extension->second)) {
        return tl::unexpected<Error>(bad(text, *fault).error());
      }
      subject.components.push_back(extension->second);
    }
    return Gs1Subject{std::move(subject), ""};
  }
  return tl::unexpected<Error>(bad(text, "it holds no GS1 key").error());
}

std::string write_gs1(const SubjectId& subject) {
  const Components& parts = subject.components;
  switch (subject.kind) {
    case SubjectKind::kClass:
      return class_id(parts[0]);
    case SubjectKind::kLot:
      return lot_id(parts[0], parts[1]);
    case SubjectKind::kItem:
      return item_id(parts[0], parts[1]);
    case SubjectKind::kBelow:
      return below_id(parts[0]);
    case SubjectKind::kLogisticUnit:
      return logistic_unit_id(parts[0]);
    case SubjectKind::kPlace:
      return place_id(parts[0], parts.size() > 1 ? parts[1] : "");
    case SubjectKind::kPartyGln:
      return party_gln_id(parts[0]);
    case SubjectKind::kReturnableAsset:
      return gs1_id({"8003", parts[0]});
    default:
      return gs1_id({"8004", parts[0]});
  }
}

/// Takes a canonical GS1 id apart; any deviation shows when it is written again.
std::optional<SubjectId> parse_gs1(std::string_view id) {
  const bool below = id.ends_with(kBelow);
  const std::string_view base = below ? id.substr(0, id.size() - kBelow.size()) : id;
  const Result<Gs1Keys> keys = read_digital_link(base);
  if (!keys) return std::nullopt;
  Result<Gs1Subject> judged = judge_keys(*keys, base);
  if (!judged || write_gs1(judged->subject) != base) return std::nullopt;
  if (!below) return std::move(judged->subject);
  const SubjectKind kind = judged->subject.kind;
  if (kind != SubjectKind::kClass && kind != SubjectKind::kLot) return std::nullopt;
  return SubjectId{SubjectKind::kBelow, {std::string(base)}};
}

Result<SubjectSpelling> spelling_of(const Result<Gs1Keys>& keys, std::string_view text) {
  if (!keys) return tl::unexpected<Error>(keys.error());
  QC_TRY(const Gs1Subject judged, judge_keys(*keys, text));
  return SubjectSpelling{write_gs1(judged.subject), judged.lot};
}

bool starts_with_scheme(std::string_view text) {
  std::string start(text.substr(0, 8));
  std::transform(start.begin(), start.end(), start.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return start.starts_with("http://") || start.starts_with("https://");
}

Result<SubjectSpelling> read_bare(std::string_view text);

/// Any spelling but `urn:qc:` and `#below`.
Result<SubjectSpelling> read_gs1_or_bare(std::string_view text) {
  if (text.starts_with("urn:epc:")) return spelling_of(read_epc_uri(text), text);
  if (starts_with_scheme(text)) return spelling_of(read_digital_link(text), text);
  if (text.starts_with('(')) return spelling_of(read_element_string(text), text);
  return read_bare(text);
}

/// A code without anything around it.
Result<SubjectSpelling> read_bare(std::string_view text) {
  std::string code(text);
  fold_case(Part::kCode, code);
  const bool party = !party_code_fault(code);
  const bool logistic_unit = !sscc_fault(text);
  if (party && logistic_unit) {
    return tl::unexpected<Error>(
        bad(text, "it is both an SSCC and a unified social credit code; write (00)" + code +
                      " or urn:qc:party:" + code)
            .error());
  }
  if (party) return SubjectSpelling{party_id(code), ""};
  if (logistic_unit) return SubjectSpelling{logistic_unit_id(text), ""};
  if (const std::optional<std::string> gtin = gtin14_of(text)) {
    return SubjectSpelling{class_id(*gtin), ""};
  }
  Fault fault;
  if (!text.empty() && all_digits(text) && text.size() <= 14) {
    fault = any_gtin_fault(text);
  } else if (text.size() == 18 || text.size() == 20) {
    fault = party_code_fault(code);
  }
  return tl::unexpected<Error>(
      bad(text, fault.value_or("write a GS1 Digital Link, an EPC URI, a bare GTIN, SSCC, unified "
                               "social credit code or LEI, or a urn:qc: id"))
          .error());
}

}  // namespace

std::optional<SubjectId> parse_subject_id(std::string_view id) {
  if (id.size() > kSubjectIdBytesMax) return std::nullopt;
  if (id.starts_with(kGs1)) return parse_gs1(id);
  if (!id.starts_with(kUrn)) return std::nullopt;
  Result<SubjectId> subject = read_urn(id);
  if (!subject || write_urn(*subject) != id) return std::nullopt;
  return *std::move(subject);
}

bool is_canonical_subject_id(std::string_view id) { return parse_subject_id(id).has_value(); }

Result<SubjectSpelling> read_subject(std::string_view text) {
  if (text.size() > kSubjectIdBytesMax) {
    return fail(Code::kInvalidArgument,
                quote(text) + " names no subject: it is longer than any subject's id");
  }
  if (text.starts_with(kUrn)) {
    QC_TRY(const SubjectId subject, read_urn(text));
    return SubjectSpelling{write_urn(subject), ""};
  }
  if (text.ends_with(kBelow)) {
    const std::string_view base = text.substr(0, text.size() - kBelow.size());
    QC_TRY(const SubjectSpelling of, read_gs1_or_bare(base));
    const std::optional<SubjectId> parsed = parse_subject_id(of.id);
    if (parsed && (parsed->kind == SubjectKind::kClass || parsed->kind == SubjectKind::kLot)) {
      return SubjectSpelling{below_id(of.id), ""};
    }
    return tl::unexpected<Error>(bad(text, "only a class or a lot has a #below").error());
  }
  return read_gs1_or_bare(text);
}

Result<std::string> canonical_subject_id(std::string_view text) {
  QC_TRY(SubjectSpelling spelling, read_subject(text));
  return std::move(spelling.id);
}

std::string class_id(std::string_view gtin14) { return gs1_id({"01", gtin14}); }
std::string lot_id(std::string_view gtin14, std::string_view lot) {
  return gs1_id({"01", gtin14, "10", lot});
}
std::string item_id(std::string_view gtin14, std::string_view serial) {
  return gs1_id({"01", gtin14, "21", serial});
}
std::string below_id(std::string_view class_or_lot_id) {
  return std::string(class_or_lot_id).append(kBelow);
}
std::string logistic_unit_id(std::string_view sscc) { return gs1_id({"00", sscc}); }
std::string place_id(std::string_view gln, std::string_view extension) {
  return extension.empty() ? gs1_id({"414", gln}) : gs1_id({"414", gln, "254", extension});
}
std::string party_gln_id(std::string_view gln) { return gs1_id({"417", gln}); }
std::string party_id(std::string_view code) { return urn_id("party", {code}); }
std::string party_name_id(std::string_view name) { return urn_id("party-name", {name}); }
std::string key_subject_id(std::string_view hex) { return urn_id("key", {hex}); }
std::string network_id() { return urn_id("network", {}); }
std::string accreditation_id(std::string_view scheme, std::string_view number) {
  return urn_id("accreditation", {scheme, number});
}
std::string gs1_prefix_id(std::string_view prefix) { return urn_id("gs1-prefix", {prefix}); }
std::string certificate_id(std::string_view uscc, std::string_view number) {
  return urn_id("certificate", {uscc, number});
}
std::string sample_id(std::string_view uscc, std::string_view number) {
  return urn_id("sample", {uscc, number});
}
std::string spot_check_id(std::string_view uscc, std::string_view number) {
  return urn_id("spot-check", {uscc, number});
}
std::string complaint_id(std::string_view uscc, std::string_view number) {
  return urn_id("complaint", {uscc, number});
}
std::string objection_id(std::string_view uscc, std::string_view number) {
  return urn_id("objection", {uscc, number});
}
std::string recall_id(std::string_view uscc, std::string_view number) {
  return urn_id("recall", {uscc, number});
}
std::string holding_id(std::string_view code, std::string_view lot_subject) {
  return urn_id("holding", {code, lot_subject});
}
std::string object_id(std::string_view uscc, std::string_view number) {
  return urn_id("object", {uscc, number});
}
std::string event_subject_id(std::string_view code, std::string_view event_id) {
  return urn_id("event", {code, event_id});
}
std::string custody_id(std::string_view sender, std::string_view number) {
  return urn_id("custody", {sender, number});
}

std::optional<std::string> lot_of(std::string_view id) {
  const std::optional<SubjectId> subject = parse_subject_id(id);
  if (!subject || subject->kind != SubjectKind::kHolding) return std::nullopt;
  return subject->components[1];
}

std::optional<std::string> class_of(std::string_view id) {
  std::optional<SubjectId> subject = parse_subject_id(id);
  if (!subject) return std::nullopt;
  if (subject->kind == SubjectKind::kBelow) {
    subject = parse_subject_id(subject->components[0]);
    if (subject->kind == SubjectKind::kClass) return class_id(subject->components[0]);
  }
  if (subject->kind == SubjectKind::kHolding) subject = parse_subject_id(subject->components[1]);
  if (subject->kind != SubjectKind::kLot && subject->kind != SubjectKind::kItem)
    return std::nullopt;
  return class_id(subject->components[0]);
}

std::vector<std::string> implied_subjects(std::string_view id) {
  const std::optional<SubjectId> subject = parse_subject_id(id);
  if (!subject) return {};
  switch (subject->kind) {
    case SubjectKind::kLot:
    case SubjectKind::kItem:
      return {class_id(subject->components[0])};
    case SubjectKind::kHolding: {
      const std::string& lot = subject->components[1];
      return {lot, class_of(lot).value_or("")};
    }
    default:
      return {};
  }
}

}  // namespace qc::ledger
