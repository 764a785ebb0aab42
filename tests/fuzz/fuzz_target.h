// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace qc::fuzz {

/// One input; defined once by each target.
void run(std::string_view input);

/// A property that no input may break: prints it and aborts, so that the fuzzer keeps the input.
inline void require(bool holds, const char* property) {
  if (holds) {
    return;
  }
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

/// A file of tests/vectors.
inline std::string vector_file(const std::string& name) {
  std::ifstream file(std::string(QC_VECTORS_DIR) + "/" + name, std::ios::binary);
  require(file.good(), "the founding vectors are there");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Takes values off the front of an input; zeros once it is used up.
class Source {
 public:
  explicit Source(std::string_view input) : rest_(input) {}

  std::uint8_t byte() {
    if (rest_.empty()) {
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value = value << 8U | byte();
    }
    return value;
  }
  /// 0 .. bound - 1.
  std::uint64_t below(std::uint64_t bound) { return number() % bound; }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace qc::fuzz
