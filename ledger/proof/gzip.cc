// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"

namespace qc::ledger {

namespace {

constexpr std::size_t kChunk = 64 * 1024;
/// zlib: 15 bits of window, plus 16 for a gzip header instead of zlib's.
constexpr int kGzipWindow = 15 + 16;

/// zlib takes what it reads by a pointer to non-const unless told otherwise at its own build.
Bytef* input_of(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib does not write through it.
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

/// Feeds a stream its input in pieces that fit zlib's counters.
void feed(z_stream& stream, std::string_view& rest) {
  if (stream.avail_in != 0 || rest.empty()) return;
  const std::size_t piece =
      std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max() / 2);
  stream.next_in = input_of(rest);
  stream.avail_in = static_cast<uInt>(piece);
  rest.remove_prefix(piece);
}

class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, kGzipWindow) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(Inflater&&) = delete;

  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  QC_ASSERT(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                         Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out;
  std::array<char, kChunk> chunk{};
  std::string_view rest = bytes;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    feed(stream, rest);
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = chunk.size();
    state = deflate(&stream, rest.empty() ? Z_FINISH : Z_NO_FLUSH);
    QC_ASSERT(state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t size_max) {
  Inflater inflater;
  if (!inflater.ready()) return fail(Code::kResourceExhausted, "no memory to decompress with");
  z_stream& stream = inflater.stream();
  std::string out;
  std::array<char, kChunk> chunk{};
  std::string_view rest = bytes;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    feed(stream, rest);
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = chunk.size();
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t produced = chunk.size() - stream.avail_out;
    if (state == Z_BUF_ERROR ||
        (state == Z_OK && produced == 0 && rest.empty() && stream.avail_in == 0)) {
      return fail(Code::kInvalidArgument, "gzip: the end is missing");
    }
    if (state != Z_OK && state != Z_STREAM_END) {
      return fail(Code::kInvalidArgument,
                  fmt::format("gzip: {}", stream.msg == nullptr ? "damaged" : stream.msg));
    }
    if (produced > size_max - out.size()) {
      return fail(Code::kInvalidArgument,
                  fmt::format("gzip: expands to more than {} bytes", size_max));
    }
    out.append(chunk.data(), produced);
  }
  if (stream.avail_in != 0 || !rest.empty()) {
    return fail(Code::kInvalidArgument, "gzip: something follows the first member");
  }
  return out;
}

}  // namespace qc::ledger
