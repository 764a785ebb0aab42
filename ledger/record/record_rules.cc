// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/record_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "base/digest.h"
#include "ledger/base/text.h"
#include "ledger/record/record_judge.h"
#include "ledger/record/record_subjects.h"
#include "ledger/record/refusal_sentences.h"

namespace qc::ledger {
namespace {

using quality::v1::Record;

constexpr int kEnvelopeEntriesMax = 64;
constexpr std::size_t kLocationBytesMax = 2000;
constexpr std::size_t kMediaTypeBytesMax = 127;

/// RFC 6838 type/subtype in lower case.
Fault media_type_fault(std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool shape = slash != std::string_view::npos && slash != 0 && slash + 1 < text.size() &&
                     text.size() <= kMediaTypeBytesMax &&
                     text.find('/', slash + 1) == std::string_view::npos;
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+/";
  if (shape && text.find_first_not_of(kAllowed) == std::string_view::npos) return std::nullopt;
  return quote(text) + " should be a media type in lower case, such as application/pdf";
}

Fault location_fault(std::string_view text) {
  constexpr std::string_view kHttps = "https://";
  const bool printable = std::all_of(
      text.begin(), text.end(), [](char character) { return character > ' ' && character < 0x7F; });
  if (text.starts_with(kHttps) && text.size() > kHttps.size() && text.size() <= kLocationBytesMax &&
      printable) {
    return std::nullopt;
  }
  return quote(text) + " should be an https URL of at most 2000 characters";
}

/// A path such as "inspection_certificate.results[3].value".
Fault field_path_fault(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_.[]";
  const bool fits = text.size() <= kNameCodePointsMax && text.find('.') != std::string_view::npos &&
                    text.find_first_not_of(kAllowed) == std::string_view::npos;
  if (fits) return std::nullopt;
  return quote(text) +
         " should be the path of the field that is kept back, such as "
         "inspection_certificate.customer";
}

bool is_governance(const Record& record) {
  // Fields 16 to 29 and 100 up: they change the network, not a product's quality.
  return record.body_case() < Record::kAccreditation ||
         record.body_case() >= Record::kFoundingNetwork;
}

void judge_commitments(RecordJudge& judge, const Record& record) {
  judge.count(Place("commitments"), record.commitments_size(), 0, kEnvelopeEntriesMax);
  const Place root("");
  std::set<std::string_view> fields;
  for (int i = 0; i < record.commitments_size(); ++i) {
    const Place at = root.element("commitments", i);
    judge.text(at.field("field"), record.commitments(i).field(), field_path_fault);
    judge.require(fields.insert(record.commitments(i).field()).second, at.field("field"),
                  "this field is kept back twice");
    judge.bytes(at.field("digest"), record.commitments(i).digest(), kDigestSize);
  }
}

void judge_attachments(RecordJudge& judge, const Record& record) {
  judge.count(Place("attachments"), record.attachments_size(), 0, kEnvelopeEntriesMax);
  const Place root("");
  for (int i = 0; i < record.attachments_size(); ++i) {
    const quality::v1::Attachment& attachment = record.attachments(i);
    const Place at = root.element("attachments", i);
    judge.text(at.field("media_type"), attachment.media_type(), media_type_fault);
    judge.bytes(at.field("digest"), attachment.digest(), kDigestSize);
    judge.optional_text(at.field("title"), attachment.title(), name_fault);
    judge.optional_text(at.field("location"), attachment.location(), location_fault);
  }
}

void judge_envelope(RecordJudge& judge, const Record& record) {
  if (!judge.context().genesis) {
    judge.require_present(record.claimed_time_ms() != 0, Place("claimed_time_ms"),
                          "the time in unix ms at which it happened");
  }
  if (!is_governance(record)) {
    judge.chosen(Place("domain"), record.domain(), "product, engineering, service or environment");
  }
  judge.count(Place("references"), record.references_size(), 0, kEnvelopeEntriesMax);
  const std::set<std::uint64_t> distinct(record.references().begin(), record.references().end());
  judge.require(distinct.size() == static_cast<std::size_t>(record.references_size()),
                Place("references"), "a record is referred to twice");
  judge_commitments(judge, record);
  judge_attachments(judge, record);
}

void judge_body(RecordJudge& judge_of, const Record& record) {
  const Place place(record_type_name(record));
  switch (record.body_case()) {
    case Record::kEnrolmentRequest:
      return judge(judge_of, place, record.enrolment_request());
    case Record::kEnrolmentDecision:
      return judge(judge_of, place, record.enrolment_decision());
    case Record::kMemberAction:
      return judge(judge_of, place, record.member_action());
    case Record::kKeyAdd:
      return judge(judge_of, place, record.key_add());
    case Record::kKeyRevoke:
      return judge(judge_of, place, record.key_revoke());
    case Record::kPrefixGrant:
      return judge(judge_of, place, record.prefix_grant());
    case Record::kValidatorSetChange:
      return judge(judge_of, place, record.validator_set_change());
    case Record::kAccreditation:
      return judge(judge_of, place, record.accreditation());
    case Record::kProductRegistration:
      return judge(judge_of, place, record.product_registration());
    case Record::kLotRegistration:
      return judge(judge_of, place, record.lot_registration());
    case Record::kItemRegistration:
      return judge(judge_of, place, record.item_registration());
    case Record::kAggregation:
      return judge(judge_of, place, record.aggregation());
    case Record::kTransformation:
      return judge(judge_of, place, record.transformation());
    case Record::kCustodyTransfer:
      return judge(judge_of, place, record.custody_transfer());
    case Record::kCustodyConfirmation:
      return judge(judge_of, place, record.custody_confirmation());
    case Record::kSampleTaken:
      return judge(judge_of, place, record.sample_taken());
    case Record::kInspectionCertificate:
      return judge(judge_of, place, record.inspection_certificate());
    case Record::kCertificateAction:
      return judge(judge_of, place, record.certificate_action());
    case Record::kSpotCheckResult:
      return judge(judge_of, place, record.spot_check_result());
    case Record::kFoundingNetwork:
      return judge(judge_of, place, record.founding_network());
    case Record::kFoundingParty:
      return judge(judge_of, place, record.founding_party());
    default:
      return judge_of.refuse(
          OutcomeCode::kNotSupported, place,
          "records of this type are not supported yet by this version of the network's rules");
  }
}

/// Founding records stand in the genesis document and nowhere else.
void judge_standing(RecordJudge& judge, const Record& record) {
  const bool founding = record.body_case() >= Record::kFoundingNetwork;
  const Place place(record_type_name(record));
  if (founding && !judge.context().genesis) {
    judge.refuse(OutcomeCode::kNotAllowed, place,
                 "founding records stand in the genesis document only");
  }
  if (!founding && judge.context().genesis) {
    judge.refuse(OutcomeCode::kNotAllowed, place,
                 "the genesis document holds founding records only");
  }
}

void judge_subject_count(RecordJudge& judge, const Record& record) {
  if (judge.refused()) return;
  const RecordSubjects subjects =
      subjects_of(record, {.organisation = judge.context().organisation});
  const bool thing = !subjects.opens.empty() || !subjects.about.empty();
  const std::size_t most = thing ? kNamedSubjectsOfThingMax : kNamedSubjectsMax;
  if (subjects.named.size() <= most) return;
  judge.refuse(OutcomeCode::kTooLarge, Place(record_type_name(record)),
               "names " + std::to_string(subjects.named.size()) + " subjects, at most " +
                   std::to_string(most) + " are allowed; split it");
}

/// One step of a field path: name and, where written, index.
struct PathStep {
  std::string name;
  int index = -1;
};

std::optional<PathStep> take_step(std::string_view& path) {
  const std::size_t end = std::min(path.find('.'), path.size());
  std::string_view step = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  const std::size_t bracket = step.find('[');
  PathStep taken{std::string(step.substr(0, bracket))};
  if (bracket == std::string_view::npos) return taken;
  if (!step.ends_with(']')) return std::nullopt;
  step = step.substr(bracket + 1, step.size() - bracket - 2);
  const auto [rest, error] = std::from_chars(step.data(), step.data() + step.size(), taken.index);
  if (error != std::errc{} || rest != step.data() + step.size() || taken.index < 0)
    return std::nullopt;
  return taken;
}

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// The field that a step of a path names, if the message has it at that index.
const FieldDescriptor* field_at(const Message& message, const PathStep& step) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(step.name);
  if (field == nullptr || field->is_repeated() != (step.index >= 0)) return nullptr;
  const bool there =
      !field->is_repeated() || step.index < message.GetReflection()->FieldSize(message, field);
  return there ? field : nullptr;
}

const Message& message_at(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->GetRepeatedMessage(message, field, index)
                              : reflection->GetMessage(message, field);
}

/// The text found at a field path, if it leads to one.
std::optional<std::string> text_at(const Message& root, std::string_view path) {
  const Message* message = &root;
  while (true) {
    const std::optional<PathStep> step = take_step(path);
    const FieldDescriptor* field = step ? field_at(*message, *step) : nullptr;
    if (field == nullptr) return std::nullopt;
    if (path.empty()) {
      if (field->type() != FieldDescriptor::TYPE_STRING) return std::nullopt;
      const auto* reflection = message->GetReflection();
      return field->is_repeated() ? reflection->GetRepeatedString(*message, field, step->index)
                                  : reflection->GetString(*message, field);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
    message = &message_at(*message, field, step->index);
  }
}

std::string with_field(std::string_view field, std::string_view sentence) {
  return field.empty() ? std::string(sentence) : std::string(field) + ": " + std::string(sentence);
}

}  // namespace

std::string_view record_type_name(const Record& record) {
  const auto* field = Record::descriptor()->FindFieldByNumber(record.body_case());
  return field == nullptr ? std::string_view() : std::string_view(field->name());
}

tl::expected<void, Refusal> check_record(const Record& record, const RecordContext& context) {
  RecordJudge judge(record, context);
  judge.require_present(record.body_case() != Record::BODY_NOT_SET, Place("body"),
                        "one of the record types");
  if (!judge.refused()) judge_standing(judge, record);
  if (!judge.refused()) judge_envelope(judge, record);
  if (!judge.refused()) judge_body(judge, record);
  judge_subject_count(judge, record);
  if (judge.refused()) return tl::unexpected<Refusal>(*judge.refusal());
  return {};
}

std::string explain(OutcomeCode code, std::string_view field) {
  return with_field(field, sentence_of(code, field));
}

std::string explain(OutcomeCode code, std::string_view field, const Record& record,
                    const RecordContext& context) {
  const auto judged = check_record(record, context);
  if (!judged && judged.error().code == code && judged.error().field == field) {
    return with_field(field, judged.error().message);
  }
  const std::optional<std::string> value = text_at(record, field);
  if (!value || value->empty()) return explain(code, field);
  return with_field(field, quote(*value) + ": " + std::string(sentence_of(code, field)));
}

}  // namespace qc::ledger
