// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/refusal_sentences.h"

#include <algorithm>
#include <array>

namespace qc::ledger {
namespace {

constexpr std::array kSentences{
    RefusalSentence{"accreditation", OutcomeCode::kNotAllowed,
                    "only regulators may write this record, with a key for this purpose"},
    RefusalSentence{"accreditation.code", OutcomeCode::kUnknownOrganisation,
                    "the accredited body is not an active member of this network; enrol it first"},
    RefusalSentence{"accreditation.number", OutcomeCode::kDuplicate,
                    "an accreditation of this scheme and number is on the chain for another body; "
                    "check the number"},
    RefusalSentence{"aggregation", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{"aggregation.children", OutcomeCode::kWrongState,
                    "one of the things inside does not let itself be taken out"},
    RefusalSentence{"aggregation.children[].object", OutcomeCode::kCycle,
                    "it would be inside itself"},
    RefusalSentence{
        "aggregation.children[].object", OutcomeCode::kTooLarge,
        "goods are packed at most 16 deep, and a unit is known to hold at most 4096 things"},
    RefusalSentence{"aggregation.children[].object", OutcomeCode::kWrongState,
                    "your organisation does not hold it, it is in another unit (take it out "
                    "first), or it is not known to be in this one"},
    RefusalSentence{"aggregation.event_id", OutcomeCode::kDuplicate,
                    "your organisation has captured an event of this id already, with this content "
                    "or another; an event is captured once, and `qc history urn:qc:event:CODE:ID` "
                    "shows the first record of it"},
    RefusalSentence{"aggregation.event_time_ms", OutcomeCode::kWrongTime,
                    "the event lies in the future of the block"},
    RefusalSentence{
        "aggregation.parent", OutcomeCode::kWrongState,
        "your organisation does not hold it: a lot is held by who registered it or confirmed "
        "receipt of it, an item by its last holder; what was never registered is held by nobody"},
    RefusalSentence{"certificate_action", OutcomeCode::kNotAllowed,
                    "only the issuing inspection body and regulators may write this record, with a "
                    "key for this purpose"},
    RefusalSentence{
        "certificate_action.action", OutcomeCode::kNotAllowed,
        "who suspended it or a regulator reinstates it, and only its issuer supersedes it"},
    RefusalSentence{
        "certificate_action.action", OutcomeCode::kWrongState,
        "only a certificate in force can be suspended, only a suspended one reinstated, and one "
        "that a regulator suspended is reinstated before it is superseded"},
    RefusalSentence{"certificate_action.certificate", OutcomeCode::kNotAllowed,
                    "the certificate is another body's; others cannot do this, regulators may "
                    "suspend and reinstate"},
    RefusalSentence{"certificate_action.certificate", OutcomeCode::kUnknownSubject,
                    "the certificate is not on the chain"},
    RefusalSentence{"certificate_action.certificate", OutcomeCode::kWrongState,
                    "the certificate is superseded or withdrawn for good"},
    RefusalSentence{"certificate_action.replacement", OutcomeCode::kBadReference,
                    "a certificate cannot supersede itself"},
    RefusalSentence{"certificate_action.replacement", OutcomeCode::kUnknownSubject,
                    "the replacement is not on the chain; record it first"},
    RefusalSentence{"certificate_action.replacement", OutcomeCode::kWrongState,
                    "the replacement is not a certificate in force"},
    RefusalSentence{"claimed_time_ms", OutcomeCode::kWrongTime,
                    "it lies more than 5 minutes after the block's time; set the clock right"},
    RefusalSentence{"custody_confirmation", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{"custody_confirmation.event_time_ms", OutcomeCode::kWrongTime,
                    "the event lies in the future of the block"},
    RefusalSentence{"custody_confirmation.number", OutcomeCode::kNotAllowed,
                    "the transfer names another receiver; only they confirm it"},
    RefusalSentence{"custody_confirmation.number", OutcomeCode::kUnknownSubject,
                    "the sender has no transfer of this number on the chain"},
    RefusalSentence{
        "custody_confirmation.number", OutcomeCode::kWrongState,
        "receipt is confirmed already, or the sender no longer holds what it handed over"},
    RefusalSentence{"custody_transfer", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{"custody_transfer.event_time_ms", OutcomeCode::kWrongTime,
                    "the event lies in the future of the block"},
    RefusalSentence{"custody_transfer.number", OutcomeCode::kDuplicate,
                    "your organisation has used this transfer number already; give a new one"},
    RefusalSentence{"custody_transfer.objects[].object", OutcomeCode::kWrongState,
                    "your organisation does not hold it, it is inside a unit (hand that over, or "
                    "take it out first), or it is recalled and may only be returned or destroyed"},
    RefusalSentence{"custody_transfer.receiver", OutcomeCode::kInvalidField,
                    "the receiver is the sender itself"},
    RefusalSentence{"custody_transfer.receiver", OutcomeCode::kUnknownOrganisation,
                    "it is not an active member, so it could not confirm receipt"},
    RefusalSentence{"enrolment_decision", OutcomeCode::kNotAllowed,
                    "only governance parties of the network decide on applications"},
    RefusalSentence{"enrolment_decision", OutcomeCode::kWrongState,
                    "the network has no approval rule"},
    RefusalSentence{
        "enrolment_decision.application_hash", OutcomeCode::kBadReference,
        "it is not the hash of the open application; read that application again and decide on it"},
    RefusalSentence{"enrolment_decision.application_hash.spki", OutcomeCode::kDuplicate,
                    "a key of the application was enrolled since it was made; the applicant asks "
                    "again with new keys"},
    RefusalSentence{"enrolment_decision.application_hash.valid_to_ms", OutcomeCode::kWrongTime,
                    "a key of the application has expired; the applicant asks again with new keys"},
    RefusalSentence{"enrolment_decision.code", OutcomeCode::kDuplicate,
                    "your organisation has decided on this application already; others decide now"},
    RefusalSentence{"enrolment_decision.code", OutcomeCode::kWrongState,
                    "there is no open application of this organisation: none was made, it is "
                    "decided, or it has expired and must be made again"},
    RefusalSentence{"enrolment_request", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{"enrolment_request.application", OutcomeCode::kMalformed,
                    "it is no application in canonical bytes; make the request again"},
    RefusalSentence{
        "enrolment_request.application.chain_id", OutcomeCode::kInvalidField,
        "the application is for another chain; make the request with this network's invitation"},
    RefusalSentence{
        "enrolment_request.application.code", OutcomeCode::kDuplicate,
        "the applicant is enrolled already or has an open application; wait for its decision"},
    RefusalSentence{"enrolment_request.application.keys[].possession", OutcomeCode::kBadSignature,
                    "the proof of possession is not this key's for this chain, organisation and "
                    "purpose; make the request again"},
    RefusalSentence{"enrolment_request.application.keys[].spki", OutcomeCode::kDuplicate,
                    "the key is on the chain already; a key is enrolled once: make a new one"},
    RefusalSentence{"enrolment_request.application.keys[].spki", OutcomeCode::kInvalidField,
                    "it is no public key of a kind that this chain takes; make a new one"},
    RefusalSentence{"enrolment_request.application.keys[].valid_to_ms", OutcomeCode::kWrongTime,
                    "the key has expired already"},
    RefusalSentence{
        "enrolment_request.signature", OutcomeCode::kBadSignature,
        "it is not the first admin key's over these application bytes; sign them again"},
    RefusalSentence{"founding_network", OutcomeCode::kNotAllowed,
                    "founding records stand in the genesis document only"},
    RefusalSentence{"founding_party", OutcomeCode::kNotAllowed,
                    "founding records stand in the genesis document only"},
    RefusalSentence{"inspection_certificate", OutcomeCode::kNotAllowed,
                    "only inspection bodies may write this record, with a key for this purpose"},
    RefusalSentence{
        "inspection_certificate.accreditation", OutcomeCode::kOutOfScope,
        "it is not on the chain before this block, is another body's, or is not in force on the "
        "day of issue and of recording; a regulator records accreditations"},
    RefusalSentence{"inspection_certificate.issued_at_ms", OutcomeCode::kWrongTime,
                    "the certificate was issued more than 5 minutes after the block's time"},
    RefusalSentence{"inspection_certificate.methods[]", OutcomeCode::kOutOfScope,
                    "the method is not in the scope of the accreditation for this category"},
    RefusalSentence{"inspection_certificate.number", OutcomeCode::kDuplicate,
                    "your organisation has a certificate of this number on the chain already; a "
                    "number is given once"},
    RefusalSentence{"inspection_certificate.objects[].lot", OutcomeCode::kUnknownSubject,
                    "the lot was never registered; its maker registers the lot first"},
    RefusalSentence{
        "inspection_certificate.results[].parameter", OutcomeCode::kOutOfScope,
        "this parameter by this method is not in the scope of the accreditation for this category"},
    RefusalSentence{"inspection_certificate.sample", OutcomeCode::kUnknownSubject,
                    "the sample is not on the chain; record its taking first"},
    RefusalSentence{"inspection_certificate.supersedes", OutcomeCode::kNotAllowed,
                    "the certificate is another organisation's; only its issuer supersedes it"},
    RefusalSentence{"inspection_certificate.supersedes", OutcomeCode::kUnknownSubject,
                    "your organisation has no certificate of this number on the chain"},
    RefusalSentence{"inspection_certificate.supersedes", OutcomeCode::kWrongState,
                    "the certificate is superseded or withdrawn already, or a regulator has "
                    "suspended it and must reinstate it before"},
    RefusalSentence{"item_registration", OutcomeCode::kNotAllowed,
                    "only enterprises may write this record, with a key for this purpose"},
    RefusalSentence{"item_registration.gtin", OutcomeCode::kPrefixNotHeld,
                    "the GS1 company prefix of this number is granted to another organisation, or "
                    "another one registered it first; only its holder registers under it"},
    RefusalSentence{"item_registration.lot", OutcomeCode::kUnknownSubject,
                    "the lot was never registered; register the lot before its items"},
    RefusalSentence{"item_registration.serial", OutcomeCode::kDuplicate,
                    "the serial of this product is registered already; an item is registered once"},
    RefusalSentence{"key_add", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{
        "key_add.key.possession", OutcomeCode::kBadSignature,
        "the proof of possession is not this key's for this chain, organisation and purpose"},
    RefusalSentence{"key_add.key.spki", OutcomeCode::kDuplicate,
                    "the key is on the chain already; a key is enrolled once, for one purpose, for "
                    "ever: make a new one"},
    RefusalSentence{"key_add.key.spki", OutcomeCode::kInvalidField,
                    "it is no public key of a kind that this chain takes"},
    RefusalSentence{"key_add.key.valid_to_ms", OutcomeCode::kWrongTime,
                    "the key has expired already"},
    RefusalSentence{"key_revoke", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{
        "key_revoke.key_id", OutcomeCode::kNotAllowed,
        "the key belongs to another organisation; an organisation revokes its own keys"},
    RefusalSentence{"key_revoke.key_id", OutcomeCode::kUnknownSubject,
                    "there is no such key on the chain"},
    RefusalSentence{
        "key_revoke.key_id", OutcomeCode::kWrongState,
        "it is the organisation's last admin key (add another one first), a validator runs with it "
        "(replace it in the validator set first), or it is revoked already"},
    RefusalSentence{"lot_registration", OutcomeCode::kNotAllowed,
                    "only enterprises may write this record, with a key for this purpose"},
    RefusalSentence{"lot_registration.gtin", OutcomeCode::kPrefixNotHeld,
                    "the GS1 company prefix of this number is granted to another organisation, or "
                    "another one registered it first; only its holder registers under it"},
    RefusalSentence{"lot_registration.lot", OutcomeCode::kDuplicate,
                    "the lot of this product is registered already; a lot is registered once"},
    RefusalSentence{"member_action", OutcomeCode::kNotAllowed,
                    "only members may write this record, with a key for this purpose"},
    RefusalSentence{"member_action.action", OutcomeCode::kNotAllowed,
                    "only a regulator suspends or reinstates a member, and a governance party "
                    "cannot leave while the approval rule counts on it"},
    RefusalSentence{"member_action.action", OutcomeCode::kWrongState,
                    "the member's state does not allow this: it is suspended already, is not "
                    "suspended, or runs a validator, which is taken out of the set first"},
    RefusalSentence{"member_action.code", OutcomeCode::kNotAllowed,
                    "a governance party cannot be suspended by one party alone, and only the "
                    "member itself leaves, by its own admin key"},
    RefusalSentence{"member_action.code", OutcomeCode::kUnknownOrganisation,
                    "it is not a member of this network"},
    RefusalSentence{
        "prefix_grant", OutcomeCode::kNotAllowed,
        "only associations and regulators may write this record, with a key for this purpose"},
    RefusalSentence{"prefix_grant.code", OutcomeCode::kUnknownOrganisation,
                    "it is not a member of this network; enrol it first"},
    RefusalSentence{"prefix_grant.prefix", OutcomeCode::kDuplicate,
                    "the prefix, or one that begins it or that it begins, is granted already"},
    RefusalSentence{"product_registration", OutcomeCode::kNotAllowed,
                    "only enterprises may write this record, with a key for this purpose"},
    RefusalSentence{"product_registration.gtin", OutcomeCode::kDuplicate,
                    "the product is registered already"},
    RefusalSentence{"product_registration.gtin", OutcomeCode::kPrefixNotHeld,
                    "the GS1 company prefix of this number is granted to another organisation, or "
                    "another one registered it first; only its holder registers under it"},
    RefusalSentence{"references[]", OutcomeCode::kBadReference,
                    "the log has no such entry yet; refer to records that are on the chain"},
    RefusalSentence{
        "sample_taken", OutcomeCode::kNotAllowed,
        "only inspection bodies and regulators may write this record, with a key for this purpose"},
    RefusalSentence{"sample_taken.number", OutcomeCode::kDuplicate,
                    "your organisation has used this sample number already; give a new one"},
    RefusalSentence{"sample_taken.sampled_at_ms", OutcomeCode::kWrongTime,
                    "the sample was taken in the future of the block"},
    RefusalSentence{"spot_check_result", OutcomeCode::kNotAllowed,
                    "only regulators may write this record, with a key for this purpose"},
    RefusalSentence{"spot_check_result.number", OutcomeCode::kDuplicate,
                    "your organisation has used this spot check number already; give a new one"},
    RefusalSentence{"spot_check_result.spot_check", OutcomeCode::kUnknownSubject,
                    "the spot check that it belongs to is not on the chain"},
    RefusalSentence{"transformation", OutcomeCode::kNotAllowed,
                    "only enterprises may write this record, with a key for this purpose"},
    RefusalSentence{"transformation.event_id", OutcomeCode::kDuplicate,
                    "your organisation has captured an event of this id already, with this content "
                    "or another; an event is captured once, and `qc history urn:qc:event:CODE:ID` "
                    "shows the first record of it"},
    RefusalSentence{"transformation.event_time_ms", OutcomeCode::kWrongTime,
                    "the event lies in the future of the block"},
    RefusalSentence{"transformation.inputs[].object", OutcomeCode::kWrongState,
                    "it was never registered, your organisation does not hold it, or it has been "
                    "used up already"},
    RefusalSentence{"transformation.outputs[].object", OutcomeCode::kCycle,
                    "it has been an input of a transformation, so it cannot be an output"},
    RefusalSentence{"transformation.outputs[].object", OutcomeCode::kNotAllowed,
                    "another organisation registered it; only they can have made it"},
    RefusalSentence{
        "validator_set_change", OutcomeCode::kDuplicate,
        "your organisation has proposed or approved this change already; others approve now"},
    RefusalSentence{"validator_set_change", OutcomeCode::kNotAllowed,
                    "only governance parties of the network change the set of validators, and only "
                    "its own organisation replaces a validator's key"},
    RefusalSentence{"validator_set_change", OutcomeCode::kTooLarge,
                    "the set has as many validators as it can have; take one out first"},
    RefusalSentence{"validator_set_change.change", OutcomeCode::kWrongState,
                    "it would leave fewer validators than a network has; add another one first"},
    RefusalSentence{"validator_set_change.keys.spki", OutcomeCode::kDuplicate,
                    "the key is on the chain already; a key is enrolled once: make a new one"},
    RefusalSentence{"validator_set_change.keys.valid_to_ms", OutcomeCode::kWrongTime,
                    "the key has expired already"},
    RefusalSentence{
        "validator_set_change.keys[].possession", OutcomeCode::kBadSignature,
        "the proof of possession is not this key's for this chain, organisation and purpose"},
    RefusalSentence{"validator_set_change.keys[].spki", OutcomeCode::kDuplicate,
                    "the key is on the chain already; a key is enrolled once, for one purpose, for "
                    "ever: make a new one"},
    RefusalSentence{"validator_set_change.keys[].spki", OutcomeCode::kInvalidField,
                    "it is no public key of a kind that this chain takes"},
    RefusalSentence{"validator_set_change.validator.name", OutcomeCode::kDuplicate,
                    "the set has a validator of this name already; give another name"},
    RefusalSentence{"validator_set_change.validator.name", OutcomeCode::kInvalidField,
                    "it should begin with the network's name, as the others do"},
    RefusalSentence{"validator_set_change.validator.name", OutcomeCode::kUnknownSubject,
                    "the set has no validator of this name"},
    RefusalSentence{"validator_set_change.validator.node_tls_spki", OutcomeCode::kBadReference,
                    "it is neither among the new keys nor enrolled for the organisation as a "
                    "node's TLS key in force"},
    RefusalSentence{"validator_set_change.validator.node_tls_spki", OutcomeCode::kDuplicate,
                    "it is the key of another validator's node; a node has a key of its own"},
    RefusalSentence{"validator_set_change.validator.organisation", OutcomeCode::kBadReference,
                    "the validator is run by another organisation"},
    RefusalSentence{"validator_set_change.validator.organisation",
                    OutcomeCode::kUnknownOrganisation,
                    "it is no active member of this network; enrol it first"},
    RefusalSentence{
        "validator_set_change.validator.organisation", OutcomeCode::kWrongState,
        "a change of this organisation waits for its height; make the next one after it"},
};

/// "a.b[7].c" to "a.b[].c".
std::string without_places(std::string_view field) {
  std::string path;
  bool inside = false;
  for (const char character : field) {
    if (character == ']') inside = false;
    if (!inside) path += character;
    if (character == '[') inside = true;
  }
  return path;
}

}  // namespace

std::span<const RefusalSentence> refusal_sentences() { return kSentences; }

std::string_view sentence_of(OutcomeCode code, std::string_view field) {
  const std::string path = without_places(field);
  const auto* const row = std::ranges::find_if(kSentences, [&](const RefusalSentence& sentence) {
    return sentence.code == code && sentence.field == path;
  });
  return row == kSentences.end() ? meaning_of(code) : row->sentence;
}

std::string_view meaning_of(OutcomeCode code) {
  switch (code) {
    case OutcomeCode::kAccepted:
      return "accepted";
    case OutcomeCode::kMalformed:
      return "the bytes are no canonical message of a known type";
    case OutcomeCode::kNotSupported:
      return "records of this type are not supported yet by this version of the network's rules";
    case OutcomeCode::kInvalidField:
      return "breaks the rule of its field";
    case OutcomeCode::kMissingField:
      return "is missing";
    case OutcomeCode::kTooLarge:
      return "is too large; split it";
    case OutcomeCode::kUnknownOrganisation:
      return "this organisation is not known to the network; it must be enrolled first";
    case OutcomeCode::kInactiveOrganisation:
      return "this organisation is not active (its enrolment is open, refused, suspended or ended)";
    case OutcomeCode::kNotAllowed:
      return "the submitting organisation's kind or roles, or its key's purpose, do not allow this";
    case OutcomeCode::kUnknownSubject:
      return "this is not on the chain; submit the record that opens it first";
    case OutcomeCode::kDuplicate:
      return "this is on the chain already; its number or identifier can be used only once";
    case OutcomeCode::kWrongState:
      return "its present state does not allow this (withdrawn, superseded, suspended, not held, "
             "in use or closed)";
    case OutcomeCode::kOutOfScope:
      return "this is not inside an accreditation of the issuer that is in force on the issue date "
             "and now";
    case OutcomeCode::kWrongTime:
      return "this time is in the future of the block or contradicts another record's";
    case OutcomeCode::kPrefixNotHeld:
      return "the GS1 company prefix of this number is granted to another organisation";
    case OutcomeCode::kBadSignature:
      return "the signature inside the record is not that of the key beside it";
    case OutcomeCode::kBadReference:
      return "the record referred to does not exist or does not fit";
    case OutcomeCode::kCycle:
      return "an output of a transformation has been an input before; it would become its own "
             "ancestor";
  }
  return "was refused for a reason that this version does not know";
}

}  // namespace qc::ledger
