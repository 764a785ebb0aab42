// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace qc::ledger {

/// What kind of failure an Error is. The numbers are those of the gRPC status codes, so that the
/// edge of the node needs no table.
enum class Code : int {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// A failure of the world (never of our own code, which asserts): a kind for programs and one
/// sentence for people, that names the offending thing, the rule and the way out, without
/// "error:" in front and without a line end.
struct Error {
  Code code = Code::kUnknown;
  std::string message;

  bool operator==(const Error&) const = default;
};

/// A value or the Error that stood in its way; unlike tl::expected itself it may not be ignored.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  // NOLINTNEXTLINE(google-explicit-constructor): a Result is an expected with one more attribute.
  Result(Base base) : Base(std::move(base)) {}
};

/// Ends a function that returns a Result: `return fail(Code::kNotFound, "...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Puts the place before what went wrong: "record 3: " + message.
[[nodiscard]] inline tl::unexpected<Error> fail_at(const std::string& place, Error error) {
  error.message.insert(0, place + ": ");
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace qc::ledger

#define QC_CONCATENATE_INNER(a, b) a##b
#define QC_CONCATENATE(a, b) QC_CONCATENATE_INNER(a, b)

/// `QC_TRY(const Digest root, tree.root());` declares `root`, or returns the error of the call from
/// the enclosing function.
#define QC_TRY(declaration, ...)                               \
  auto QC_CONCATENATE(qc_try_, __LINE__) = (__VA_ARGS__);      \
  if (!QC_CONCATENATE(qc_try_, __LINE__)) {                    \
    return tl::unexpected<::qc::ledger::Error>(                \
        std::move(QC_CONCATENATE(qc_try_, __LINE__)).error()); \
  }                                                            \
  declaration = *std::move(QC_CONCATENATE(qc_try_, __LINE__))

/// The same for a call that yields nothing but success: `QC_TRY_VOID(check(x));`.
#define QC_TRY_VOID(...)                                                     \
  do {                                                                       \
    if (auto qc_try = (__VA_ARGS__); !qc_try) {                              \
      return tl::unexpected<::qc::ledger::Error>(std::move(qc_try).error()); \
    }                                                                        \
  } while (false)
