// SPDX-License-Identifier: Apache-2.0
#include "node/config/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "ledger/crypto/tls_certificate.h"
#include "node/config/config.h"
#include "os/file.h"
#include "os/wall_clock.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::size_t kKeyFileBytesMax = 64 * 1024;
constexpr std::int64_t kDaySeconds = 86'400;
/// Nobody judges the dates (the key is what counts), so they only must not get in the way.
constexpr std::int64_t kCertificateDays = 3650;

bool in_own_groups(gid_t group) {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return group == ::getegid() || std::ranges::find(groups, group) != groups.end();
}

/// Whether nobody but the node's user, root and the node's own groups can read a key. A mounted
/// secret often belongs to root and is readable by the node's group.
Result<void> judge_owner_and_mode(const std::string& path, const struct stat& status) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(Code::kPermissionDenied,
                fmt::format("the key file {} belongs to user {}, the node runs as {}; chown it",
                            path, status.st_uid, ::geteuid()));
  }
  const unsigned refused = in_own_groups(status.st_gid) ? 037U : 077U;
  if ((status.st_mode & refused) != 0) {
    return fail(Code::kPermissionDenied,
                fmt::format("the key file {} has mode {:03o}, so others can read or change it; "
                            "chmod 600 {}, or 640 with a group of the node's own",
                            path, status.st_mode & 0777U, path));
  }
  return {};
}

Result<std::unique_ptr<ledger::Signer>> read_signer(const std::string& path, const char* what) {
  QC_TRY(std::string pem, read_private_file(path));
  auto signer = ledger::PemSigner::from_pem(pem);
  ledger::wipe(pem);
  if (!signer) return ledger::fail_at(path, std::move(signer).error());
  if ((*signer)->public_key().algorithm() != ledger::KeyAlgorithm::kEd25519) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} holds a key of type {}; the {} key must be Ed25519", path,
                            ledger::name_of((*signer)->public_key().algorithm()), what));
  }
  return std::unique_ptr<ledger::Signer>(*std::move(signer));
}

Result<std::string> make_certificate(const Config& config, const std::string& key_pem) {
  const auto now = static_cast<std::int64_t>(os::wall_s());
  QC_TRY(std::string pem, ledger::self_signed_certificate(
                              key_pem, {.common_name = config.name,
                                        .not_before_s = now - kDaySeconds,
                                        .not_after_s = now + kCertificateDays * kDaySeconds}));
  const auto written = os::write_durable_file(config.keys.tls_certificate, pem);
  if (!written) return ledger::fail_at("the TLS certificate", written.error());
  return pem;
}

}  // namespace

Result<std::string> read_private_file(const std::string& path) {
  // A link is followed and what it leads to is judged. A pipe must not make the node wait.
  const auto file = os::File::open(path, O_RDONLY | O_NONBLOCK);
  if (!file) return ledger::fail_at("key file", file.error());
  struct stat status {};
  if (::fstat(file->descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(Code::kFailedPrecondition,
                fmt::format("the key file {} is not a regular file", path));
  }
  QC_TRY_VOID(judge_owner_and_mode(path, status));
  if (status.st_size <= 0 || std::cmp_greater(status.st_size, kKeyFileBytesMax)) {
    return fail(Code::kInvalidArgument,
                fmt::format("the key file {} has {} bytes", path, status.st_size));
  }
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::read(file->descriptor(), content.data(), content.size());
  if (got != status.st_size) {
    ledger::wipe(content);
    return fail(Code::kDataLoss, fmt::format("cannot read the whole key file {}", path));
  }
  return content;
}

Result<NodeKeys> load_keys(const Config& config, AbsentCertificate absent) {
  NodeKeys keys;
  if (config.role == NodeRole::kValidator) {
    QC_TRY(keys.validator, read_signer(config.keys.validator, "validator"));
  }
  QC_TRY(keys.log, read_signer(config.keys.log, "log"));
  QC_TRY(keys.tls_private_key_pem, read_private_file(config.keys.node_tls));
  auto tls = ledger::PemSigner::from_pem(keys.tls_private_key_pem);
  if (!tls) return ledger::fail_at(config.keys.node_tls, std::move(tls).error());
  keys.tls_spki = (*tls)->public_key().spki();
  if (std::filesystem::exists(config.keys.tls_certificate)) {
    QC_TRY(keys.tls_certificate_pem, os::read_file(config.keys.tls_certificate, kKeyFileBytesMax));
  } else if (absent == AbsentCertificate::kLeaveOut) {
    return keys;
  } else {
    QC_TRY(keys.tls_certificate_pem, make_certificate(config, keys.tls_private_key_pem));
  }
  auto spki = ledger::certificate_spki(keys.tls_certificate_pem);
  if (!spki) {
    return fail(spki.error().code, fmt::format("{}: {}; delete it to have a new one made",
                                               config.keys.tls_certificate, spki.error().message));
  }
  if (*spki != keys.tls_spki) {
    return fail(
        Code::kFailedPrecondition,
        fmt::format(
            "the certificate {} is over another key than {}; delete it to have a new one made",
            config.keys.tls_certificate, config.keys.node_tls));
  }
  return keys;
}

}  // namespace qc::node
