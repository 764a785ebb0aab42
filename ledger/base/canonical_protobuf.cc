// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/canonical_protobuf.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/unknown_field_set.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kNotRepeated = -1;

tl::unexpected<Error> refuse(std::string what) {
  return fail(Code::kInvalidArgument, std::move(what));
}

/// What a schema cannot rule out, for every message in a message. Visits them in a list instead of
/// by recursion: what a stranger nests must not use up our stack.
class Inspection {
 public:
  explicit Inspection(const Message& root) { visits_.push_back(Visit{.message = &root}); }

  Result<void> run() {
    for (std::size_t i = 0; i < visits_.size(); ++i) QC_TRY_VOID(inspect(i));
    return {};
  }

 private:
  struct Visit {
    const Message* message = nullptr;
    std::size_t parent = 0;
    const FieldDescriptor* field = nullptr;
    int element = kNotRepeated;
    int depth = 0;
  };

  Result<void> inspect(std::size_t at) {
    const Message& message = *visits_[at].message;
    const Reflection& reflection = *message.GetReflection();
    if (visits_[at].depth > kMaxMessageDepth) {
      return refuse(path(at) + ": nested more than 16 messages deep");
    }
    if (const auto& unknown = reflection.GetUnknownFields(message); !unknown.empty()) {
      return refuse(path(at) + ": unknown field " + std::to_string(unknown.field(0).number()) +
                    " of " + message.GetDescriptor()->name());
    }
    fields_.clear();
    reflection.ListFields(message, &fields_);
    for (const FieldDescriptor* field : fields_) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        QC_TRY_VOID(inspect_value(at, message, field, field->is_repeated() ? i : kNotRepeated));
      }
    }
    return {};
  }

  Result<void> inspect_value(std::size_t at, const Message& message, const FieldDescriptor* field,
                             int element) {
    const Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        visits_.push_back(
            Visit{.message = element == kNotRepeated
                                 ? &reflection.GetMessage(message, field)
                                 : &reflection.GetRepeatedMessage(message, field, element),
                  .parent = at,
                  .field = field,
                  .element = element,
                  .depth = visits_[at].depth + 1});
        return {};
      case FieldDescriptor::CPPTYPE_ENUM:
        return inspect_enum(at, message, field, element);
      case FieldDescriptor::CPPTYPE_STRING:
        return inspect_text(at, message, field, element);
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_INT64:
        return inspect_integer(at, message, field, element);
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return refuse(path(at, field, element) + ": floating-point numbers have no place here");
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_BOOL:
        return {};
    }
    return {};
  }

  Result<void> inspect_enum(std::size_t at, const Message& message, const FieldDescriptor* field,
                            int element) {
    const Reflection& reflection = *message.GetReflection();
    const int value = element == kNotRepeated
                          ? reflection.GetEnumValue(message, field)
                          : reflection.GetRepeatedEnumValue(message, field, element);
    if (field->enum_type()->FindValueByNumber(value) != nullptr) return {};
    return refuse(path(at, field, element) + ": " + std::to_string(value) + " is no value of " +
                  field->enum_type()->name());
  }

  Result<void> inspect_text(std::size_t at, const Message& message, const FieldDescriptor* field,
                            int element) {
    if (field->type() != FieldDescriptor::TYPE_STRING) return {};
    const Reflection& reflection = *message.GetReflection();
    std::string scratch;
    const std::string& text =
        element == kNotRepeated
            ? reflection.GetStringReference(message, field, &scratch)
            : reflection.GetRepeatedStringReference(message, field, element, &scratch);
    if (is_utf8(text)) return {};
    return refuse(path(at, field, element) + ": not well-formed UTF-8");
  }

  Result<void> inspect_integer(std::size_t at, const Message& message, const FieldDescriptor* field,
                               int element) {
    const Reflection& reflection = *message.GetReflection();
    constexpr auto kMax = static_cast<std::int64_t>(kMaxInteger);
    bool good = false;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      good = (element == kNotRepeated
                  ? reflection.GetUInt64(message, field)
                  : reflection.GetRepeatedUInt64(message, field, element)) <= kMaxInteger;
    } else {
      const std::int64_t value = element == kNotRepeated
                                     ? reflection.GetInt64(message, field)
                                     : reflection.GetRepeatedInt64(message, field, element);
      good = value >= -kMax && value <= kMax;
    }
    if (good) return {};
    return refuse(path(at, field, element) + ": integers go up to 2^53 - 1");
  }

  // "inspection_certificate.objects[0].name"; the message's own name at the top.
  std::string path(std::size_t at, const FieldDescriptor* field = nullptr,
                   int element = kNotRepeated) const {
    std::string text = field == nullptr ? "" : step(field, element);
    for (; visits_[at].field != nullptr; at = visits_[at].parent) {
      text.insert(0, step(visits_[at].field, visits_[at].element) + (text.empty() ? "" : "."));
    }
    return text.empty() ? visits_.front().message->GetDescriptor()->name() : text;
  }

  static std::string step(const FieldDescriptor* field, int element) {
    return field->name() + (element == kNotRepeated ? "" : "[" + std::to_string(element) + "]");
  }

  std::vector<Visit> visits_;
  std::vector<const FieldDescriptor*> fields_;
};

Result<void> check_bytes(const Message& parsed, std::string_view bytes) {
  const auto not_canonical = [&] {
    return refuse(parsed.GetDescriptor()->name() +
                  ": not canonical protobuf (ascending fields once each, shortest varints, "
                  "defaults left out); encode it with a canonical encoder");
  };
  // The size is remembered within the message for the encoding that follows.
  const std::size_t size = parsed.ByteSizeLong();
  if (size != bytes.size()) return not_canonical();
  if (size == 0) return {};
  thread_local std::vector<std::uint8_t> buffer;
  buffer.resize(size);
  parsed.SerializeWithCachedSizesToArray(buffer.data());
  const bool same = std::memcmp(buffer.data(), bytes.data(), size) == 0;
  constexpr std::size_t kKept = std::size_t{1} << 20;
  if (buffer.capacity() > kKept) buffer = {};
  return same ? Result<void>() : not_canonical();
}

}  // namespace

Result<void> parse_canonical(std::string_view bytes, Message& message) {
  const bool fits = bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (!fits || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return refuse(message.GetDescriptor()->name() +
                  ": not a protobuf message of this type, or text that is not UTF-8");
  }
  return check_canonical(message, bytes);
}

Result<void> check_canonical(const Message& parsed, std::string_view bytes) {
  QC_TRY_VOID(Inspection(parsed).run());
  return check_bytes(parsed, bytes);
}

std::string canonical_bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&out);
  out.Trim();
  return bytes;
}

void silence_protobuf_log() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace qc::ledger
