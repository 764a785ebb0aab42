// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/proof/json_shape.h"
#include "ledger/proof/strict_json.h"
#include "ledger/proof/validator_history.h"

namespace qc::ledger {

// What the proof files (audit bundle, consistency, evidence) have in common: shapes of their parts,
// reading them, writing them. Readers expect a value that has passed its shape; their errors are
// refutations.

inline constexpr JsonShape kStringShape{.type = JsonType::kString};
inline constexpr JsonShape kIntegerShape{.type = JsonType::kInteger};
inline constexpr JsonShape kStringListShape{.type = JsonType::kArray, .element = &kStringShape};

inline constexpr std::array kSealFields{JsonField{"index", &kIntegerShape},
                                        JsonField{"text", &kStringShape},
                                        JsonField{"proof", &kStringListShape}};

inline constexpr JsonShape kSealShape{.type = JsonType::kObject, .fields = kSealFields};

inline constexpr std::array kValidatorFields{JsonField{"name", &kStringShape},
                                             JsonField{"spki", &kStringShape}};
inline constexpr JsonShape kValidatorShape{.type = JsonType::kObject, .fields = kValidatorFields};
inline constexpr JsonShape kValidatorListShape{.type = JsonType::kArray,
                                               .element = &kValidatorShape};

inline constexpr std::array kIntroductionFields{JsonField{"checkpoint", &kStringShape},
                                                JsonField{"seal", &kSealShape}};
inline constexpr JsonShape kIntroductionShape{
    .type = JsonType::kObject, .or_null = true, .fields = kIntroductionFields};

inline constexpr std::array kValidatorSetFields{JsonField{"validators", &kValidatorListShape},
                                                JsonField{"introduced_by", &kIntroductionShape}};
inline constexpr JsonShape kValidatorSetShape{.type = JsonType::kObject,
                                              .fields = kValidatorSetFields};

inline constexpr JsonShape kValidatorSetsShape{.type = JsonType::kArray,
                                               .element = &kValidatorSetShape};

/// JSON, or gzip of it, of this shape. Every error is one of form (code 2).
Result<JsonValue> read_proof_json(std::string_view bytes, const JsonShape& shape);

/// The bytes behind canonical base64; `what` names the text in the error.
Result<std::string> read_base64(const JsonValue& text, std::string_view what);
/// The same for exactly 32 bytes.
Result<Digest> read_digest(const JsonValue& text, std::string_view what);
/// At most `count_max` of them.
Result<std::vector<Digest>> read_digests(const JsonValue& list, std::string_view what,
                                         std::size_t count_max);
/// An integer that must not be negative.
Result<std::uint64_t> read_count(const JsonValue& integer, std::string_view what);
Result<SealProof> read_seal(const JsonValue& seal);
Result<std::vector<FiledValidatorSet>> read_validator_sets(const JsonValue& sets);
/// Checks the member `format`.
Result<void> read_format(const JsonValue& file, std::string_view format);

JsonValue json_text(std::string_view text);
/// Asserts a value up to 2^53 - 1.
JsonValue json_count(std::uint64_t value);
JsonValue json_base64(std::string_view bytes);
JsonValue json_base64(const Digest& digest);
JsonValue json_digests(const std::vector<Digest>& digests);
JsonValue json_seal(const SealProof& seal);
JsonValue json_validator_sets(const std::vector<FiledValidatorSet>& sets);

}  // namespace qc::ledger
