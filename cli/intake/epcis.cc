// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis.h"

#include <string>
#include <utility>

#include "cli/intake/epcis_event.h"
#include "cli/intake/json_value.h"
#include "ledger/calendar.h"
#include "ledger/digest.h"
#include "ledger/hash.h"
#include "ledger/text.h"

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
    const std::string type = text_of("type", "isA");
    if (type.ends_with("Event")) {
      read_event(*document_, "event");
    } else {
      read_document(type);
    }
    // What is wrong with the document as a whole makes every event doubtful.
    if (document_is_bad_) intake_.records.clear();
    return std::move(intake_);
  }

 private:
  void refuse(std::string where, std::string message) {
    intake_.problems.push_back({std::move(where), std::move(message)});
    document_is_bad_ = true;
  }

  std::string text_of(std::string_view name, std::string_view alias) {
    const JsonValue* value = document_->find(name);
    if (value == nullptr) value = document_->find(alias);
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
  }

  void read_document(const std::string& type) {
    if (type != "EPCISDocument") {
      return refuse("type", ledger::quote(type) + " should be EPCISDocument or a type of event");
    }
    const std::string version = text_of("schemaVersion", "");
    if (version != "2.0" && !version.starts_with("2.0.")) {
      refuse("schemaVersion", ledger::quote(version) + " should be 2.0");
    }
    if (auto fault = ledger::rfc3339_fault(text_of("creationDate", "")))
      refuse("creationDate", *std::move(fault));
    const JsonValue* body = document_->find("epcisBody");
    if (body == nullptr || !body->is(Kind::kObject))
      return refuse("epcisBody", "is missing: it holds the events");
    if (const JsonValue* event = body->find("event")) return read_event(*event, "epcisBody.event");
    const JsonValue* events = body->find("eventList");
    if (events == nullptr || !events->is(Kind::kArray) || events->elements.empty()) {
      return refuse("epcisBody.eventList", "is missing or empty: it is the list of events");
    }
    for (std::size_t i = 0; i < events->elements.size(); ++i) {
      read_event(events->elements[i], "epcisBody.eventList[" + std::to_string(i) + "]");
    }
  }

  void read_event(const JsonValue& event, const std::string& path) {
    EpcisEventReader reader(event, path, intake_.problems);
    std::vector<quality::v1::Record> records = reader.read();
    const std::string digest = ledger::to_bytes(ledger::hash(options_->hash, event.raw));
    for (quality::v1::Record& record : records) {
      record.set_domain(options_->domain);
      auto& attachment = *record.add_attachments();
      attachment.set_media_type("application/json");
      attachment.set_size(event.raw.size());
      attachment.set_digest(digest);
      attachment.set_title(reader.title());
      intake_.records.push_back({std::move(record), path, {std::string(event.raw)}});
    }
  }

  const JsonValue* document_;
  const IntakeOptions* options_;
  Intake intake_;
  bool document_is_bad_ = false;
};

}  // namespace

Intake read_epcis(std::string_view text, const IntakeOptions& options) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Intake refused;
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
