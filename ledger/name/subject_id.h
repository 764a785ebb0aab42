// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace qc::ledger {

/// What a subject id names (docs/formats.md, Subjects). In braces: the components of SubjectId,
/// decoded.
enum class SubjectKind : std::uint8_t {
  kClass,            // {GTIN-14}
  kLot,              // {GTIN-14, lot}
  kItem,             // {GTIN-14, serial}
  kBelow,            // {id of the class or lot}
  kLogisticUnit,     // {SSCC}
  kPlace,            // {GLN} or {GLN, extension}
  kPartyGln,         // {GLN}
  kReturnableAsset,  // {GRAI: 14 digits and 0..16 characters of serial}
  kIndividualAsset,  // {GIAI}
  kParty,            // {USCC or LEI}
  kPartyName,        // {name}
  kKey,              // {64 hex digits}
  kNetwork,          // {}
  kAccreditation,    // {scheme, number}
  kGs1Prefix,        // {4..12 digits}
  kCertificate,      // {USCC of who gives the number, number}, and so the next five
  kSample,
  kSpotCheck,
  kComplaint,
  kObjection,
  kRecall,
  kHolding,  // {USCC or LEI, lot id}
  kObject,   // {USCC of who names it, number}
  kCustody,  // {USCC or LEI of the sender, number}
  kEvent,    // {USCC or LEI of who captured it, event id}
};

/// The longest canonical id that is read: a party's name of 200 code points, percent-encoded, is
/// the longest there is.
inline constexpr std::size_t kSubjectIdBytesMax = 4096;

/// A canonical subject id, taken apart.
struct SubjectId {
  SubjectKind kind;
  std::vector<std::string> components;
};

/// Takes a canonical id apart; nothing if `id` is not in canonical form, check digits included.
[[nodiscard]] std::optional<SubjectId> parse_subject_id(std::string_view id);

/// Canonical(id) == id: what verifiers demand of every id.
[[nodiscard]] bool is_canonical_subject_id(std::string_view id);

/// What some spelling of a subject says.
struct SubjectSpelling {
  /// Canonical id.
  std::string id;
  /// The lot that an item's spelling states beside the serial; an item's id never carries it. Empty
  /// if none.
  std::string lot;
};

/// Reads any accepted spelling: canonical ids; GS1 Digital Links on any host, with any stem and
/// order of keys; EPC URIs (sgtin, sscc, sgln, pgln, grai, giai, class lgtin, idpat sgtin and
/// grai); bracketed element strings
/// "(01)...(21)..."; bare GTINs, SSCCs, USCCs and LEIs; `urn:qc:` ids with party codes or hex in
/// lower case. Errors name what is wrong and what would be right.
[[nodiscard]] Result<SubjectSpelling> read_subject(std::string_view text);

/// The canonical id of any accepted spelling (`read_subject` without the stated lot).
[[nodiscard]] Result<std::string> canonical_subject_id(std::string_view text);

// Makers. Their arguments are valid components (GTIN-14, lot, code, ...); they only encode and
// join.

[[nodiscard]] std::string class_id(std::string_view gtin14);
[[nodiscard]] std::string lot_id(std::string_view gtin14, std::string_view lot);
[[nodiscard]] std::string item_id(std::string_view gtin14, std::string_view serial);
/// `#below` of a class or lot id.
[[nodiscard]] std::string below_id(std::string_view class_or_lot_id);
[[nodiscard]] std::string logistic_unit_id(std::string_view sscc);
/// A place; `extension` may be empty.
[[nodiscard]] std::string place_id(std::string_view gln, std::string_view extension = {});
[[nodiscard]] std::string party_gln_id(std::string_view gln);
[[nodiscard]] std::string party_id(std::string_view code);
[[nodiscard]] std::string party_name_id(std::string_view name);
/// `hex` is 64 lower-case hex digits.
[[nodiscard]] std::string key_subject_id(std::string_view hex);
[[nodiscard]] std::string network_id();
[[nodiscard]] std::string accreditation_id(std::string_view scheme, std::string_view number);
[[nodiscard]] std::string gs1_prefix_id(std::string_view prefix);
[[nodiscard]] std::string certificate_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string sample_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string spot_check_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string complaint_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string objection_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string recall_id(std::string_view uscc, std::string_view number);
/// `lot_subject` is a canonical lot id.
[[nodiscard]] std::string holding_id(std::string_view code, std::string_view lot_subject);
[[nodiscard]] std::string object_id(std::string_view uscc, std::string_view number);
[[nodiscard]] std::string event_subject_id(std::string_view code, std::string_view event_id);
[[nodiscard]] std::string custody_id(std::string_view sender, std::string_view number);

/// Class id of a lot or item id, of a holding's lot, or of the `#below` of either; nothing for
/// everything else, a class included.
[[nodiscard]] std::optional<std::string> class_of(std::string_view id);
/// Lot id of a holding id; nothing for everything else.
[[nodiscard]] std::optional<std::string> lot_of(std::string_view id);

/// The subjects whose histories belong to any answer about `id` by its form alone (docs/formats.md,
/// Audit bundle): the class of a lot or item, the lot and class of a holding; empty for everything
/// else. `see` lists come on top.
[[nodiscard]] std::vector<std::string> implied_subjects(std::string_view id);

}  // namespace qc::ledger
