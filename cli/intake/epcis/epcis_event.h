// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/intake/epcis/epcis_ilmd.h"
#include "cli/intake/epcis/json_ld_context.h"
#include "cli/intake/value/intake_types.h"
#include "cli/intake/value/json_value.h"
#include "ledger/crypto/hash.h"

namespace qc::cli {

/// What the header of an EPCIS event says.
struct EpcisHeader {
  /// "ObjectEvent", ...
  std::string type;
  /// "ADD", "OBSERVE", "DELETE"; empty where the type has none.
  std::string action;
  std::uint64_t time_ms = 0;
  /// Of eventTimeZoneOffset, as ledger/base/calendar.h counts it.
  std::uint32_t time_zone = ledger::kTimeZoneBias;
};

/// Reads one EPCIS event at `path` of a document: checks what EPCIS asks of it, refuses what is not
/// mapped yet, and gives its records without envelope. Gathers every problem of the event.
/// `context` is what the document around the event explains.
class EpcisEventReader {
 public:
  EpcisEventReader(const JsonValue& event, std::string path, JsonLdContext context,
                   std::vector<IntakeProblem>& problems);

  /// Empty where there was a problem.
  [[nodiscard]] std::vector<quality::v1::Record> read();

  /// After `read`: the event's id where it is short enough to be a title, else its type.
  [[nodiscard]] std::string title() const;

  /// After `read`: what makes the event one of its kind, its id or else a digest of what it says.
  [[nodiscard]] std::string event_id(ledger::HashAlgorithm hash) const;

  /// After `read`: fields that no record has, "bizStep" or "ilmd.cbvmda:countryOfOrigin".
  [[nodiscard]] const std::vector<std::string>& unmapped() const { return unmapped_; }

 private:
  void problem(std::string_view field, std::string message);
  void not_mapped(std::string_view field);
  [[nodiscard]] const JsonValue* list(std::string_view field);
  [[nodiscard]] std::string required_text(std::string_view field);

  void check_fields();
  void check_field(const std::string& name);
  void check_type_and_id();
  void check_offset();
  void check_action();
  void check_quantities(std::string_view field);
  void check_quantity(const JsonValue& element, const std::string& place);
  void check_identifiers();

  void read_object_event(std::vector<quality::v1::Record>& records);
  void read_aggregation(std::vector<quality::v1::Record>& records);
  void read_transformation(std::vector<quality::v1::Record>& records);
  void register_items(std::vector<quality::v1::Record>& records);
  void register_lots(std::vector<quality::v1::Record>& records);

  template <class List>
  void read_epcs(std::string_view field, List& into);
  template <class List>
  void read_quantities(std::string_view field, List& into);

  void read_locations();
  void read_location(const std::string& field, const std::string& id);
  [[nodiscard]] std::string plant() const;
  void read_master_data();
  [[nodiscard]] const std::string& best_before() const;
  /// Refuses master data of another lot than `lot`, which stands at `place`.
  void agree_on_lot(const std::string& lot, const std::string& place);
  /// The master data's lot for an output that states none.
  void state_lot(quality::v1::ObjectRef& output);

  const JsonValue* event_;
  std::string path_;
  JsonLdContext context_;
  std::vector<IntakeProblem>* problems_;
  EpcisHeader header_;
  EpcisIlmd ilmd_;
  /// Of eventID, in one spelling; empty where the event has none.
  std::string id_;
  /// Canonical id of where it happened: readPoint, else bizLocation.
  std::string place_;
  std::vector<std::string> unmapped_;
};

}  // namespace qc::cli
