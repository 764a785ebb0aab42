// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

// How structs become bytes (codec.h): the two archives, and variants with a kind byte in front.

/// Each struct is described once, by `fields`; Writer and Reader walk the same description, so that
/// they cannot disagree.

template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

class Writer {
 public:
  void field(std::uint64_t value) { out_.u64(value); }
  void field(Height value) { out_.u64(value.value); }
  void field(View value) { out_.u64(value.value); }
  void field(ReplicaIndex value) { out_.u16(value.value); }
  void field(Phase value) { out_.u8(static_cast<std::uint8_t>(value)); }
  void any_phase(Phase value) { field(value); }
  template <std::size_t kSize>
  void field(const std::array<std::uint8_t, kSize>& value) {
    out_.raw(value);
  }
  void text(const std::string& value, std::size_t /*size_min*/, std::size_t /*size_max*/) {
    out_.text(value);
  }
  void bytes(const std::vector<std::uint8_t>& value, std::size_t /*size_max*/) {
    out_.u32(static_cast<std::uint32_t>(value.size()));
    for (const std::uint8_t byte : value) {
      out_.u8(byte);
    }
  }
  template <class T, class F>
  void list(const std::vector<T>& values, std::size_t /*count_max*/,
            std::size_t /*element_size_min*/, F each) {
    out_.u32(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) {
      each(*this, value);
    }
  }
  template <class T, class F>
  void optional(const std::optional<T>& value, F each) {
    out_.u8(value ? 1 : 0);
    if (value) {
      each(*this, *value);
    }
  }
  void require(bool /*holds*/) {}
  void kind(std::size_t index) { out_.u8(static_cast<std::uint8_t>(index + 1)); }
  std::string take() && { return std::move(out_).take(); }

 private:
  ByteWriter out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  void field(std::uint64_t& value) { value = in_.u64(); }
  void field(Height& value) { value.value = in_.u64(); }
  void field(View& value) { value.value = in_.u64(); }
  void field(ReplicaIndex& value) { value.value = in_.u16(); }
  void field(Phase& value) {
    const std::uint8_t phase = in_.u8();
    require(phase == static_cast<std::uint8_t>(Phase::kPrepare) ||
            phase == static_cast<std::uint8_t>(Phase::kCommit));
    value = static_cast<Phase>(phase);
  }
  /// Of a signed statement, which may be a pre-prepare's too.
  void any_phase(Phase& value) {
    const std::uint8_t phase = in_.u8();
    require(phase >= static_cast<std::uint8_t>(Phase::kPrePrepare) &&
            phase <= static_cast<std::uint8_t>(Phase::kCommit));
    value = static_cast<Phase>(phase);
  }
  template <std::size_t kSize>
  void field(std::array<std::uint8_t, kSize>& value) {
    in_.raw(value);
  }
  void text(std::string& value, std::size_t size_min, std::size_t size_max) {
    value = in_.text(size_max);
    require(value.size() >= size_min);
  }
  void bytes(std::vector<std::uint8_t>& value, std::size_t size_max) {
    value.resize(in_.count(size_max, 1));
    std::generate(value.begin(), value.end(), [this] { return in_.u8(); });
  }
  template <class T, class F>
  void list(std::vector<T>& values, std::size_t count_max, std::size_t element_size_min, F each) {
    values.resize(in_.count(count_max, element_size_min));
    for (T& value : values) {
      each(*this, value);
    }
  }
  template <class T, class F>
  void optional(std::optional<T>& value, F each) {
    const std::uint8_t present = in_.u8();
    require(present <= 1);
    if (present == 1) {
      each(*this, value.emplace());
    }
  }
  void require(bool holds) {
    if (!holds) {
      in_.fail();
    }
  }
  std::size_t kind() { return static_cast<std::size_t>(in_.u8()) - 1; }
  bool complete() const { return in_.complete(); }

 private:
  ByteReader in_;
};

template <class Variant>
std::string encode_variant(const Variant& value) {
  Writer out;
  out.kind(value.index());
  std::visit([&out](const auto& alternative) { fields(out, alternative); }, value);
  return std::move(out).take();
}

template <class Variant, std::size_t... kIndex>
std::optional<Variant> decode_variant(std::string_view bytes,
                                      std::index_sequence<kIndex...> /*alternatives*/) {
  Reader in(bytes);
  const std::size_t kind = in.kind();
  std::optional<Variant> value;
  const auto read = [&]<std::size_t kAlternative>() {
    std::variant_alternative_t<kAlternative, Variant> alternative;
    fields(in, alternative);
    if (in.complete()) {
      value.emplace(std::in_place_index<kAlternative>, std::move(alternative));
    }
  };
  ((kind == kIndex ? read.template operator()<kIndex>() : void()), ...);
  return value;
}

}  // namespace qc::consensus
