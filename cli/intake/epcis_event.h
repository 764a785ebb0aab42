// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/intake/intake.h"
#include "cli/intake/json_value.h"

namespace qc::cli {

/// What the header of an EPCIS event says.
struct EpcisHeader {
  /// "ObjectEvent", ...
  std::string type;
  /// "ADD", "OBSERVE", "DELETE"; empty where the type has none.
  std::string action;
  std::uint64_t time_ms = 0;
};

/// Reads one EPCIS event at `path` of a document: checks what EPCIS asks of it, refuses what is not
/// mapped yet, and gives its records without envelope. Gathers every problem of the event.
class EpcisEventReader {
 public:
  EpcisEventReader(const JsonValue& event, std::string path, std::vector<IntakeProblem>& problems)
      : event_(&event), path_(std::move(path)), problems_(&problems) {}

  /// Empty where there was a problem.
  [[nodiscard]] std::vector<quality::v1::Record> read();

  /// The event's id where it is short enough to be a title, else its type.
  [[nodiscard]] std::string title() const;

 private:
  void problem(std::string_view field, std::string message);
  void not_mapped(std::string_view field);
  [[nodiscard]] const JsonValue* list(std::string_view field);
  [[nodiscard]] std::string required_text(std::string_view field);

  void check_fields();
  void check_field(const std::string& name);
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

  [[nodiscard]] std::string place();
  [[nodiscard]] std::string plant();
  /// A date or text of the event's instance and lot master data.
  [[nodiscard]] std::string master_data(std::string_view name);
  [[nodiscard]] std::string master_date(std::string_view name);

  const JsonValue* event_;
  std::string path_;
  std::vector<IntakeProblem>* problems_;
  EpcisHeader header_;
};

}  // namespace qc::cli
