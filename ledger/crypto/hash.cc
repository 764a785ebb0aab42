// SPDX-License-Identifier: Apache-2.0
#include "ledger/crypto/hash.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <vector>

#include "base/assert.h"

namespace qc::ledger {
namespace {

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct DigestFree {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};

// Looking a digest up by name costs three times what hashing 65 bytes does, so it is done once.
const EVP_MD* fetched(HashAlgorithm algorithm) {
  static const std::unique_ptr<EVP_MD, DigestFree> sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  static const std::unique_ptr<EVP_MD, DigestFree> sm3(EVP_MD_fetch(nullptr, "SM3", nullptr));
  const EVP_MD* md = algorithm == HashAlgorithm::kSm3 ? sm3.get() : sha256.get();
  QC_ASSERT(md != nullptr);
  return md;
}

// Contexts that wait for their next use, per thread and algorithm: a context that changes its
// algorithm allocates anew.
class ContextPool {
 public:
  EVP_MD_CTX* take(HashAlgorithm algorithm) {
    auto& idle = idle_of(algorithm);
    if (idle.empty()) {
      EVP_MD_CTX* context = EVP_MD_CTX_new();
      QC_ASSERT(context != nullptr);
      QC_ASSERT(EVP_DigestInit_ex2(context, fetched(algorithm), nullptr) == 1);
      return context;
    }
    EVP_MD_CTX* context = idle.back().release();
    idle.pop_back();
    return context;
  }

  void give(HashAlgorithm algorithm, EVP_MD_CTX* context) {
    std::unique_ptr<EVP_MD_CTX, ContextFree> owned(context);
    auto& idle = idle_of(algorithm);
    if (idle.size() < kMaxIdle) idle.push_back(std::move(owned));
  }

 private:
  static constexpr std::size_t kMaxIdle = 8;
  using Idle = std::vector<std::unique_ptr<EVP_MD_CTX, ContextFree>>;

  Idle& idle_of(HashAlgorithm algorithm) {
    return algorithm == HashAlgorithm::kSm3 ? sm3_ : sha256_;
  }

  Idle sha256_;
  Idle sm3_;
};

ContextPool& pool() {
  thread_local ContextPool contexts;
  return contexts;
}

constexpr std::string_view kLeafPrefix("\x00", 1);
constexpr std::string_view kInnerPrefix("\x01", 1);
constexpr std::string_view kNul("\x00", 1);

}  // namespace

// A context at rest is always freshly initialised, so that nobody initialises twice.
Hasher::Hasher(HashAlgorithm algorithm) : algorithm_(algorithm), context_(pool().take(algorithm)) {}

Hasher::~Hasher() {
  if (!fresh_) QC_ASSERT(EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1);
  pool().give(algorithm_, context_);
}

Hasher& Hasher::add(std::string_view bytes) {
  fresh_ = false;
  QC_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
  return *this;
}

Hasher& Hasher::add_byte(std::uint8_t byte) {
  const char character = static_cast<char>(byte);
  return add(std::string_view(&character, 1));
}

Hasher& Hasher::add_u32(std::uint32_t value) {
  std::array<char, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (24 - 8 * i)));
  }
  return add(std::string_view(bytes.data(), bytes.size()));
}

Hasher& Hasher::add_u64(std::uint64_t value) {
  return add_u32(static_cast<std::uint32_t>(value >> 32))
      .add_u32(static_cast<std::uint32_t>(value));
}

Hasher& Hasher::add_tag(std::string_view tag) { return add(tag).add(kNul); }

Digest Hasher::finish() {
  Digest digest{};
  unsigned int size = 0;
  QC_ASSERT(EVP_DigestFinal_ex(context_, digest.data(), &size) == 1 && size == kDigestSize);
  QC_ASSERT(EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1);
  fresh_ = true;
  return digest;
}

Digest hash(HashAlgorithm algorithm, std::string_view bytes) {
  return Hasher(algorithm).add(bytes).finish();
}

Digest hash(HashAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
  Hasher hasher(algorithm);
  for (const std::string_view part : parts) hasher.add(part);
  return hasher.finish();
}

Digest tagged_hash(HashAlgorithm algorithm, std::string_view tag,
                   std::initializer_list<std::string_view> parts) {
  Hasher hasher(algorithm);
  hasher.add_tag(tag);
  for (const std::string_view part : parts) hasher.add(part);
  return hasher.finish();
}

Digest leaf_hash(HashAlgorithm algorithm, std::string_view bytes) {
  return Hasher(algorithm).add(kLeafPrefix).add(bytes).finish();
}

Digest inner_hash(HashAlgorithm algorithm, const Digest& left, const Digest& right) {
  // One update instead of three: the calls cost more than copying 65 bytes.
  std::array<char, 1 + 2 * kDigestSize> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  bytes[0] = kInnerPrefix[0];
  std::memcpy(bytes.data() + 1, left.data(), kDigestSize);
  std::memcpy(bytes.data() + 1 + kDigestSize, right.data(), kDigestSize);
  return Hasher(algorithm).add(std::string_view(bytes.data(), bytes.size())).finish();
}

}  // namespace qc::ledger
