// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/epcis.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "cli/intake/epcis/epcis_event.h"
#include "cli/intake/value/json_value.h"
#include "cli/intake/value/judge_records.h"
#include "cli/intake/value/plausible.h"
#include "ledger/base/calendar.h"
#include "ledger/base/text.h"
#include "ledger/crypto/hash.h"

namespace qc::cli {
namespace {

using ledger::Result;
using Kind = JsonValue::Kind;

/// One document and what becomes of it.
class DocumentReader {
 public:
  DocumentReader(const JsonValue& document, const IntakeOptions& options)
      : document_(&document), options_(&options) {}

  Intake read() {
    check_context();
    const JsonValue* type = document_->find("type");
    if (type == nullptr) type = document_->find("isA");
    if (type != nullptr && !type->is(Kind::kString)) {
      refuse("type", refusal_of_type(type->raw));
    } else if (type != nullptr && type->text.ends_with("Event")) {
      read_event(*document_, "event");
    } else {
      read_document(type == nullptr ? "" : type->text);
    }
    note_unmapped();
    // What is wrong with the document as a whole makes every event doubtful.
    if (document_is_bad_) intake_.records.clear();
    return std::move(intake_);
  }

 private:
  void refuse(std::string where, std::string message) {
    intake_.problems.push_back({std::move(where), std::move(message)});
    document_is_bad_ = true;
  }

  static std::string refusal_of_type(std::string_view type) {
    const bool credential = type.find("Credential") != std::string_view::npos ||
                            type.find("Presentation") != std::string_view::npos;
    return ledger::quote(type) +
           (credential ? " is a credential: submit the EPCIS document or events inside it"
                       : " should be EPCISDocument or a type of event");
  }

  [[nodiscard]] std::string text_of(std::string_view name) const {
    const JsonValue* value = document_->find(name);
    return value == nullptr ? "" : value->text;
  }

  void check_context() {
    const JsonValue* context = document_->find("@context");
    if (context == nullptr) {
      return refuse("@context", "is missing: an EPCIS 2.0 document names its vocabularies there");
    }
    const bool shape = context->is(Kind::kString) || context->is(Kind::kObject) ||
                       (context->is(Kind::kArray) && !context->elements.empty());
    if (!shape) refuse("@context", "should be an address, an object or a list of them");
    context_.add(*context);
  }

  void read_document(const std::string& type) {
    const bool query = type == "EPCISQueryDocument";
    if (type != "EPCISDocument" && !query) return refuse("type", refusal_of_type(type));
    const std::string version = text_of("schemaVersion");
    if (version != "2.0" && !version.starts_with("2.0.")) {
      refuse("schemaVersion", ledger::quote(version) + " should be 2.0");
    }
    if (auto fault = ledger::rfc3339_fault(text_of("creationDate")))
      refuse("creationDate", *std::move(fault));
    note_unread_members();
    const JsonValue* holder = document_->find("epcisBody");
    if (holder == nullptr || !holder->is(Kind::kObject))
      return refuse("epcisBody", "is missing: it holds the events");
    std::string path = "epcisBody";
    // The answer to a query has its events two levels deeper.
    for (const std::string_view inner : {"queryResults", "resultsBody"}) {
      if (!query) break;
      path.append(".").append(inner);
      holder = holder->find(inner);
      if (holder == nullptr || !holder->is(Kind::kObject))
        return refuse(path, "is missing: it holds the events of an answer to a query");
    }
    if (query) {
      intake_.notes.emplace_back(
          "the file is the answer to a query: who submits it says its events, whoever captured "
          "them");
    }
    read_events(*holder, path);
  }

  /// Records have the bytes of their events, not those of the document around them.
  void note_unread_members() {
    constexpr std::array<std::string_view, 7> kRead{
        "@context", "type", "isA", "id", "schemaVersion", "creationDate", "epcisBody"};
    for (const std::string& name : document_->names) {
      if (std::find(kRead.begin(), kRead.end(), name) != kRead.end()) continue;
      intake_.notes.push_back(ledger::quote(name) + " of the document is kept nowhere");
    }
  }

  void read_events(const JsonValue& holder, const std::string& path) {
    const JsonValue* event = holder.find("event");
    const JsonValue* events = holder.find("eventList");
    if (event != nullptr && events != nullptr)
      return refuse(path, "holds both event and eventList: write all events into eventList");
    if (event != nullptr) return read_event(*event, path + ".event");
    if (events == nullptr || !events->is(Kind::kArray) || events->elements.empty()) {
      return refuse(path + ".eventList", "is missing or empty: it is the list of events");
    }
    for (std::size_t i = 0; i < events->elements.size(); ++i) {
      read_event(events->elements[i], path + ".eventList[" + std::to_string(i) + "]");
    }
  }

  void read_event(const JsonValue& event, const std::string& path) {
    EpcisEventReader reader(event, path, context_, intake_.problems);
    std::vector<quality::v1::Record> records = reader.read();
    if (!records.empty()) remember_unmapped(reader.unmapped(), path);
    const std::string digest = qc::to_bytes(ledger::hash(options_->hash, event.raw));
    const std::string event_id = reader.event_id(options_->hash);
    for (quality::v1::Record& record : records) {
      record.set_domain(options_->domain);
      if (record.has_aggregation()) record.mutable_aggregation()->set_event_id(event_id);
      if (record.has_transformation()) record.mutable_transformation()->set_event_id(event_id);
      auto& attachment = *record.add_attachments();
      attachment.set_media_type("application/json");
      attachment.set_size(event.raw.size());
      attachment.set_digest(digest);
      attachment.set_title(reader.title());
      if (auto doubt = doubt_about(record, options_->time_zone))
        intake_.notes.push_back(path + ": " + *doubt);
      intake_.records.push_back({std::move(record), path, {std::string(event.raw)}});
    }
  }

  /// A field that no record has, where it stands first, and in how many events it stands.
  struct Unmapped {
    std::string field;
    std::string first;
    std::size_t events = 0;
  };

  void remember_unmapped(std::vector<std::string> fields, const std::string& path) {
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    for (const std::string& field : fields) {
      const auto known =
          std::find_if(unmapped_.begin(), unmapped_.end(),
                       [&field](const Unmapped& unmapped) { return unmapped.field == field; });
      if (known == unmapped_.end()) {
        unmapped_.push_back({field, path, 1});
      } else {
        ++known->events;
      }
    }
  }

  void note_unmapped() {
    for (const Unmapped& unmapped : unmapped_) {
      std::string more;
      if (unmapped.events > 1) more = " and of " + std::to_string(unmapped.events - 1) + " more";
      intake_.notes.push_back(
          std::string(ledger::quote(unmapped.field))
              .append(" of ")
              .append(unmapped.first)
              .append(more)
              .append(" is kept in the event's bytes, in no field of a record"));
    }
  }

  const JsonValue* document_;
  const IntakeOptions* options_;
  Intake intake_;
  JsonLdContext context_;
  std::vector<Unmapped> unmapped_;
  bool document_is_bad_ = false;
};

}  // namespace

Intake read_epcis(std::string_view text, const IntakeOptions& options) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Intake refused;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '<') {
    refused.problems.push_back(
        {"the file",
         "is XML; EPCIS 2.0 is read as JSON: export JSON (JSON-LD) from your system, or convert "
         "the document, for instance with OpenEPCIS' format converter"});
    return refused;
  }
  const Result<JsonValue> document = read_json(text);
  if (!document) {
    refused.problems.push_back({"the file", document.error().message});
    return refused;
  }
  if (!document->is(Kind::kObject)) {
    refused.problems.push_back({"the file", "should be an EPCIS document or event, an object"});
    return refused;
  }
  Intake intake = DocumentReader(*document, options).read();
  judge_records(intake, options);
  return intake;
}

}  // namespace qc::cli
