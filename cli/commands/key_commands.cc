// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "cli/base/key_file.h"
#include "cli/client/session.h"
#include "ledger/base/encoding.h"

namespace qc::cli {
namespace {

struct KeyOptions {
  std::string file;
  std::string algorithm = "p256";
};

void print_key(const Session& session, const std::string& file, const ledger::PublicKey& key) {
  const std::string id = to_hex(key.id());
  if (session.json) {
    const nlohmann::ordered_json out = {{"file", file},
                                        {"algorithm", ledger::name_of(key.algorithm())},
                                        {"key_id", id},
                                        {"spki", ledger::to_base64(key.spki())}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("algorithm  {}\nkey id     {}\n{}", ledger::name_of(key.algorithm()), id,
             ledger::public_key_pem(key));
}

void generate(Session& session, const KeyOptions& options) {
  const auto algorithm = options.algorithm == "ed25519" ? ledger::KeyAlgorithm::kEd25519
                                                        : ledger::KeyAlgorithm::kEcdsaP256Sha256;
  const auto key = create_key_file(options.file, algorithm);
  if (!key) {
    return session.fail(key.error());
  }
  print_key(session, options.file, *key);
}

void show(Session& session, const KeyOptions& options) {
  const auto signer = open_key_file(options.file);
  if (!signer) {
    return session.fail(signer.error());
  }
  print_key(session, options.file, (*signer)->public_key());
}

}  // namespace

void add_key_commands(CLI::App& app, Session& session) {
  auto* key = app.add_subcommand("key", "Make and look at key files")->require_subcommand(1);
  const auto options = std::make_shared<KeyOptions>();

  auto* make =
      key->add_subcommand("generate", "Make a private key, mode 0600, and print its public half");
  make->add_option("FILE", options->file, "File to make; never overwritten")->required();
  make->add_option("--algorithm", options->algorithm,
                   "p256 (organisations, TLS) or ed25519 (validators, logs)")
      ->check(CLI::IsMember({"p256", "ed25519"}))
      ->capture_default_str();
  make->footer("Example:\n  qc key generate ./keys/signing.pem");
  make->callback([&session, options] { generate(session, *options); });

  auto* look =
      key->add_subcommand("show", "Print the public half and key id of a private key file");
  look->add_option("FILE", options->file, "Private key (PEM)")->required();
  look->footer("Example:\n  qc key show ./keys/signing.pem");
  look->callback([&session, options] { show(session, *options); });
}

}  // namespace qc::cli
