// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "ledger/base/calendar.h"
#include "ledger/base/decimal.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/standard_code.h"
#include "ledger/record/record_judge.h"
#include "ledger/record/record_rules.h"
#include "ledger/record/record_subjects.h"

namespace qc::ledger {
namespace {

using quality::v1::InspectionCertificate;
using quality::v1::TestResult;

constexpr int kMethodsMax = 64;
constexpr int kSignatoriesMax = 16;

/// Numbers are given under a USCC (the table of subjects); a foreign party cannot open a thing of
/// its own.
void judge_number(RecordJudge& judge, const Place& place, std::string_view number) {
  judge.text(place, number, component_fault);
  if (judge.refused()) return;
  if (const Fault fault = uscc_fault(judge.context().organisation)) {
    judge.refuse(
        OutcomeCode::kInvalidField, place,
        "numbers are given under the unified social credit code of the submitting organisation: " +
            *fault);
  }
}

Fault detection_limit_fault(std::string_view text) {
  const std::optional<Decimal> limit = Decimal::parse(text);
  if (limit && !limit->negative()) return std::nullopt;
  return decimal_fault(text).value_or(quote(text) + " should not be negative");
}

/// A staff number or key id; a natural person's name has no place in public parts.
Fault signatory_fault(std::string_view reference) {
  const auto plain = [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') ||
           std::string_view("-_./").find(character) != std::string_view::npos;
  };
  const bool digit = reference.find_first_of("0123456789") != std::string_view::npos;
  if (reference.size() <= kComponentCodePointsMax && digit &&
      std::all_of(reference.begin(), reference.end(), plain)) {
    return component_fault(reference);
  }
  return quote(reference) +
         " should be a staff number or key id (letters A-Z a-z, digits and -_./, at least one "
         "digit), never a "
         "person's name";
}

bool kept_back(const quality::v1::Record& record, std::string_view field) {
  return std::any_of(
      record.commitments().begin(), record.commitments().end(),
      [field](const auto& commitment) { return commitment.field().starts_with(field); });
}

void judge_result(RecordJudge& judge, const Place& place, const TestResult& result,
                  bool value_kept_back) {
  judge.text(place.field("parameter"), result.parameter(), name_fault);
  judge.require_present(!result.value().empty() || !result.text().empty() || value_kept_back,
                        place.field("value"),
                        "a decimal, < or > and a decimal, or ND; or words in `text`");
  judge.optional_text(place.field("value"), result.value(), result_value_fault);
  judge.optional_text(place.field("text"), result.text(), free_text_fault);
  judge.require(result.value().empty() || result.text().empty(), place.field("text"),
                "a result has a value or a text, not both");
  judge.optional_text(place.field("unit"), result.unit(), component_fault);
  judge.optional_text(place.field("uncertainty"), result.uncertainty(), name_fault);
  judge.optional_text(place.field("limit"), result.limit(), name_fault);
  if (result.value() == "ND") {
    judge.require_present(!result.detection_limit().empty(), place.field("detection_limit"),
                          "the detection limit below which ND (not detected) is said");
  }
  judge.optional_text(place.field("detection_limit"), result.detection_limit(),
                      detection_limit_fault);
  judge.chosen(place.field("verdict"), result.verdict(), "pass, fail or not judged");
}

void judge_method_index(RecordJudge& judge, const Place& place, std::uint32_t method, int methods) {
  const auto count = static_cast<std::uint32_t>(methods);
  if (method > count) {
    judge.refuse(OutcomeCode::kInvalidField, place,
                 std::to_string(method) + " should be the place of one of the " +
                     std::to_string(count) + " methods, from 1");
  }
  judge.require(
      method != 0 || count == 1, place,
      "0 means the only method, but there is not exactly one; give its place in `methods`, from 1");
}

template <class Results>
bool holds_verdict(const Results& results, quality::v1::Verdict verdict) {
  return std::any_of(results.begin(), results.end(),
                     [verdict](const TestResult& result) { return result.verdict() == verdict; });
}

void judge_methods(RecordJudge& judge, const Place& place,
                   const InspectionCertificate& certificate) {
  // Every result names its method, so there is one where there are results.
  judge.count(place.field("methods"), certificate.methods_size(),
              certificate.results().empty() ? 0 : 1, kMethodsMax);
  for (int i = 0; i < certificate.methods_size() && !judge.refused(); ++i) {
    const Place method = place.element("methods", i);
    const auto& [standard, other] =
        std::pair{certificate.methods(i).standard(), certificate.methods(i).other()};
    judge.require_present(!standard.empty() || !other.empty(), method.field("standard"),
                          "a standard's code with its year, or free text in `other`");
    judge.optional_text(method.field("standard"), standard, standard_code_fault);
    judge.optional_text(method.field("other"), other, free_text_fault);
    judge.require(standard.empty() || other.empty(), method.field("other"),
                  "a method is a standard or something else, not both");
  }
}

void judge_results(RecordJudge& judge, const Place& place,
                   const InspectionCertificate& certificate) {
  const bool measured = certificate.type() == InspectionCertificate::TYPE_TESTING ||
                        certificate.type() == InspectionCertificate::TYPE_CALIBRATION ||
                        certificate.type() == InspectionCertificate::TYPE_INSPECTION;
  judge.count(place.field("results"), certificate.results_size(), measured ? 1 : 0, kResultsMax);
  const bool value_kept_back = kept_back(judge.record(), "inspection_certificate.results");
  for (int i = 0; i < certificate.results_size() && !judge.refused(); ++i) {
    const Place result = place.element("results", i);
    judge_result(judge, result, certificate.results(i), value_kept_back);
    judge_method_index(judge, result.field("method"), certificate.results(i).method(),
                       certificate.methods_size());
  }
}

/// sampled ≤ received ≤ tested from ≤ tested to ≤ issued, as far as they are stated.
void judge_times(RecordJudge& judge, const Place& place, const InspectionCertificate& certificate) {
  struct Moment {
    std::string_view field;
    std::string_view name;
    std::uint64_t time_ms;
  };
  const std::array<Moment, 5> steps{
      {{"sampled_at_ms", "sampled", certificate.sampled_at_ms()},
       {"received_at_ms", "received", certificate.received_at_ms()},
       {"tested_from_ms", "tested from", certificate.tested_from_ms()},
       {"tested_to_ms", "tested to", certificate.tested_to_ms()},
       {"issued_at_ms", "issued", certificate.issued_at_ms()}}};
  judge.require_present(certificate.issued_at_ms() != 0, place.field("issued_at_ms"),
                        "the time of issue in unix ms");
  const Moment* last = nullptr;
  for (const Moment& step : steps) {
    if (step.time_ms == 0) continue;
    if (last != nullptr && step.time_ms < last->time_ms) {
      const std::uint32_t zone = judge.context().time_zone;
      judge.refuse(OutcomeCode::kInvalidField, place.field(step.field),
                   std::string(step.name) + " " + format_rfc3339(step.time_ms, zone) +
                       " is before " + std::string(last->name) + " " +
                       format_rfc3339(last->time_ms, zone) +
                       "; the order is sampled, received, tested from, tested to, issued");
    }
    last = &step;
  }
}

void judge_validity(RecordJudge& judge, const Place& place,
                    const InspectionCertificate& certificate) {
  judge.optional_text(place.field("valid_until"), certificate.valid_until(), date_fault);
  if (judge.refused()) return;
  judge.date_order(format_date(day_of(certificate.issued_at_ms(), judge.context().time_zone)),
                   place.field("valid_until"), certificate.valid_until(),
                   "a certificate is valid from the day of issue");
}

void judge_objects(RecordJudge& judge, const Place& place,
                   const InspectionCertificate& certificate) {
  judge.count(place.field("objects"), certificate.objects_size(), 1, kObjectsMax);
  std::set<std::string> seen;
  for (int i = 0; i < certificate.objects_size() && !judge.refused(); ++i) {
    const Place object = place.element("objects", i);
    judge_object(judge, object, certificate.objects(i), ObjectUse::kInspected);
    if (judge.refused()) return;
    std::string id = subject_of(certificate.objects(i));
    judge.require(!seen.contains(id), object,
                  quote(id) + " is named twice; each object stands once");
    seen.insert(std::move(id));
  }
}

void judge_verdict(RecordJudge& judge, const Place& place,
                   const InspectionCertificate& certificate) {
  judge.chosen(place, certificate.verdict(), "conformant, non-conformant or no statement");
  if (certificate.verdict() != quality::v1::OVERALL_VERDICT_CONFORMANT) return;
  judge.require(!holds_verdict(certificate.results(), quality::v1::VERDICT_FAIL), place,
                "conformant, though a result fails; say non-conformant or no statement");
  judge.require(
      holds_verdict(certificate.results(), quality::v1::VERDICT_PASS), place,
      "conformant, though no result passes; say no statement, or which requirement is met");
}

void judge_signatories(RecordJudge& judge, const Place& place,
                       const InspectionCertificate& certificate) {
  judge.count(place.field("signatories"), certificate.signatories_size(), 0, kSignatoriesMax);
  for (int i = 0; i < certificate.signatories_size(); ++i) {
    const Place signatory = place.element("signatories", i);
    judge.chosen(signatory.field("part"), certificate.signatories(i).part(),
                 "tester, reviewer or authorised");
    judge.text(signatory.field("reference"), certificate.signatories(i).reference(),
               signatory_fault);
  }
}

}  // namespace

void judge(RecordJudge& judge, const Place& place, const quality::v1::SampleTaken& sample) {
  judge_number(judge, place.field("number"), sample.number());
  judge_object(judge, place.field("object"), sample.object(), ObjectUse::kSampled);
  if (sample.has_sampled_party()) judge.party(place.field("sampled_party"), sample.sampled_party());
  judge.optional_place(place.field("place"), sample.place());
  judge.require_present(sample.sampled_at_ms() != 0, place.field("sampled_at_ms"),
                        "the time of sampling in unix ms");
  if (sample.has_quantity()) judge.quantity(place.field("quantity"), sample.quantity());
  judge.optional_text(place.field("method_standard"), sample.method_standard(),
                      standard_code_fault);
  judge.optional_text(place.field("seal_number"), sample.seal_number(), component_fault);
  if (sample.has_maker()) judge.party(place.field("maker"), sample.maker());
}

void judge(RecordJudge& judge, const Place& place, const InspectionCertificate& certificate) {
  judge.chosen(place.field("type"), certificate.type(), "the kind of certificate");
  judge_number(judge, place.field("number"), certificate.number());
  if (certificate.type() != InspectionCertificate::TYPE_DECLARATION) {
    judge.require_present(
        !certificate.accreditation().empty(), place.field("accreditation"),
        "the canonical id of the accreditation, urn:qc:accreditation:{scheme}:{number}");
  }
  judge.optional_subject(place.field("accreditation"), certificate.accreditation(),
                         {SubjectKind::kAccreditation}, "an accreditation");
  judge.optional_place(place.field("place"), certificate.place());
  if (certificate.has_customer()) judge.party(place.field("customer"), certificate.customer());
  if (certificate.has_maker()) judge.party(place.field("maker"), certificate.maker());
  judge_objects(judge, place, certificate);
  judge.optional_subject(
      place.field("sample"), certificate.sample(), {SubjectKind::kSample},
      "a sample on the chain (another sample's number belongs in sample_number)");
  judge.optional_text(place.field("sample_number"), certificate.sample_number(), component_fault);
  judge.optional_text(place.field("sample_condition"), certificate.sample_condition(),
                      free_text_fault);
  judge.optional_text(place.field("category"), certificate.category(), name_fault);
  judge_times(judge, place, certificate);
  judge_validity(judge, place, certificate);
  judge_methods(judge, place, certificate);
  judge_results(judge, place, certificate);
  judge.optional_text(place.field("decision_rule"), certificate.decision_rule(), free_text_fault);
  judge_verdict(judge, place.field("verdict"), certificate);
  judge.optional_text(place.field("deviations"), certificate.deviations(), free_text_fault);
  judge_signatories(judge, place, certificate);
  judge.optional_text(place.field("supersedes"), certificate.supersedes(), component_fault);
  judge.require(certificate.supersedes() != certificate.number(), place.field("supersedes"),
                "a certificate does not supersede itself; give the new one a number of its own");
  judge.optional_text(place.field("conclusion"), certificate.conclusion(), free_text_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::CertificateAction& action) {
  using quality::v1::CertificateAction;
  judge.subject(place.field("certificate"), action.certificate(), {SubjectKind::kCertificate},
                "a certificate");
  judge.chosen(place.field("action"), action.action(),
               "amend, supersede, suspend, reinstate or withdraw");
  judge.text(place.field("reason"), action.reason(), free_text_fault);
  judge.require(action.effective_at_ms() == 0, place.field("effective_at_ms"),
                "an action takes effect with its block; leave the time out");
  const bool supersede = action.action() == CertificateAction::ACTION_SUPERSEDE;
  judge.require_present(!supersede || !action.replacement().empty(), place.field("replacement"),
                        "the number of the certificate that takes its place");
  judge.require(supersede || action.replacement().empty(), place.field("replacement"),
                "only superseding names a replacement");
  judge.optional_text(place.field("replacement"), action.replacement(), component_fault);
  if (judge.refused() || !supersede) return;
  judge.require(
      parse_subject_id(action.certificate()).value().components[1] != action.replacement(),
      place.field("replacement"), "a certificate does not take its own place");
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::SpotCheckResult& result) {
  judge_number(judge, place.field("number"), result.number());
  judge.optional_subject(place.field("spot_check"), result.spot_check(), {SubjectKind::kSpotCheck},
                         "a spot check");
  if (result.has_object())
    judge_object(judge, place.field("object"), result.object(), ObjectUse::kSampled);
  judge.require_present(result.has_object() || !result.product_name().empty(),
                        place.field("product_name"), "the product's name where no code is given");
  judge.optional_text(place.field("product_name"), result.product_name(), name_fault);
  judge.optional_text(place.field("specification"), result.specification(), name_fault);
  judge.optional_text(place.field("trademark"), result.trademark(), name_fault);
  judge.optional_text(place.field("production_date_or_lot"), result.production_date_or_lot(),
                      name_fault);
  if (result.has_maker()) judge.party(place.field("maker"), result.maker());
  judge.optional_text(place.field("maker_address"), result.maker_address(), name_fault);
  if (result.has_sampled_party()) judge.party(place.field("sampled_party"), result.sampled_party());
  judge.optional_text(place.field("sampled_party_address"), result.sampled_party_address(),
                      name_fault);
  judge.optional_text(place.field("category"), result.category(), name_fault);
  judge.optional_text(place.field("task_source"), result.task_source(), name_fault);
  if (result.has_inspection_body())
    judge.party(place.field("inspection_body"), result.inspection_body());
  judge.count(place.field("results"), result.results_size(), 0, kResultsMax);
  const bool value_kept_back = kept_back(judge.record(), "spot_check_result.results");
  for (int i = 0; i < result.results_size() && !judge.refused(); ++i) {
    const Place one = place.element("results", i);
    judge_result(judge, one, result.results(i), value_kept_back);
    judge.require(result.results(i).method() == 0, one.field("method"),
                  "a spot check's result has no list of methods");
  }
  judge.chosen(place.field("verdict"), result.verdict(),
               "conformant, non-conformant or no statement");
  judge.require(result.verdict() != quality::v1::OVERALL_VERDICT_CONFORMANT ||
                    !holds_verdict(result.results(), quality::v1::VERDICT_FAIL),
                place.field("verdict"), "conformant, though a result fails");
  judge.optional_text(place.field("remarks"), result.remarks(), free_text_fault);
}

}  // namespace qc::ledger
