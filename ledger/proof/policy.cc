// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/policy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/execution/genesis.h"

namespace qc::ledger {
namespace {

constexpr std::string_view kGroupName = "validators";

using Items = std::vector<std::string_view>;

Items split_items(std::string_view line) {
  Items items;
  for (std::size_t begin = line.find_first_not_of(" \t"); begin != std::string_view::npos;
       begin = line.find_first_not_of(" \t", begin)) {
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    items.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return items;
}

bool is_policy_octet(char c) {
  const auto octet = static_cast<std::uint8_t>(c);
  return octet == '\t' || octet == '\n' || (octet >= 0x20 && octet != 0x7f);
}

/// Reads a policy line by line.
class PolicyReader {
 public:
  Result<void> read_line(std::string_view line) {
    const Items items = split_items(line);
    if (items.empty() || items.front().front() == '#') return {};
    const std::string_view keyword = items.front();
    const std::span<const std::string_view> arguments = std::span(items).subspan(1);
    if (keyword == "log") return read_log(arguments);
    if (keyword == "witness") return read_witness(arguments);
    if (keyword == "group") return read_group(arguments);
    if (keyword == "quorum") return read_quorum(arguments);
    return refuse("a line begins with log, witness, group, quorum or '#'");
  }

  Result<NetworkPolicy> finish() && {
    if (logs_.empty()) return refuse("no log line");
    if (!validators_) return refuse("no line \"group validators <k> <names>\"");
    if (!has_quorum_) return refuse("no line \"quorum validators\"");
    const std::string origin = logs_.front().name();
    QC_TRY(const ChainId chain, parse_chain_id(origin));
    if (validators_->network_name() != chain.name) {
      return refuse("the validators are of network \"" + std::string(validators_->network_name()) +
                    "\", the log of \"" + std::string(chain.name) + "\"");
    }
    return NetworkPolicy{
        .origin = origin, .logs = std::move(logs_), .validators = *std::move(validators_)};
  }

 private:
  using Arguments = std::span<const std::string_view>;

  static tl::unexpected<Error> refuse(std::string what) {
    return fail(Code::kInvalidArgument, std::move(what));
  }

  Result<void> read_log(Arguments arguments) {
    if (arguments.empty() || arguments.size() > 2) return refuse("log <vkey> [<url>]");
    QC_TRY(NoteKey key, NoteKey::parse(arguments[0]));
    if (key.type() != NoteKeyType::kEd25519) return refuse("a log's key has type 0x01");
    for (const NoteKey& log : logs_) {
      if (log.name() != key.name()) return refuse("all logs must be named with one chain id");
      if (log.key() == key.key()) return refuse("the same log key stands twice");
    }
    logs_.push_back(std::move(key));
    return {};
  }

  Result<void> define(std::string_view name, std::string_view vkey) {
    if (name == "none") return refuse("the name \"none\" is predefined");
    if (!names_.emplace(name, vkey).second) {
      return refuse("the name \"" + std::string(name) + "\" is defined twice");
    }
    return {};
  }

  Result<void> read_witness(Arguments arguments) {
    if (arguments.size() < 2 || arguments.size() > 3) {
      return refuse("witness <name> <vkey> [<url>]");
    }
    return define(arguments[0], arguments[1]);
  }

  Result<void> read_group(Arguments arguments) {
    if (arguments.size() < 3) return refuse("group <name> <k> <names>");
    for (const std::string_view member : arguments.subspan(2)) {
      if (names_.count(member) == 0) {
        return refuse("group member \"" + std::string(member) + "\" is not defined above");
      }
    }
    QC_TRY_VOID(define(arguments[0], ""));
    return arguments[0] == kGroupName ? read_validators(arguments[1], arguments.subspan(2))
                                      : Result<void>();
  }

  Result<void> read_validators(std::string_view k, Arguments members) {
    std::vector<Validator> validators;
    for (const std::string_view member : members) {
      QC_TRY(const NoteKey key, NoteKey::parse(names_.find(member)->second));
      if (key.type() != NoteKeyType::kCosignature) {
        return refuse("validator \"" + std::string(member) + "\": its key has type 0x04");
      }
      if (short_name(key.name()) != member) {
        return refuse("validator \"" + std::string(member) + "\": its key is named \"" +
                      key.name() + "\"");
      }
      validators.push_back(Validator{.name = key.name(), .key = key.key()});
    }
    QC_TRY(ValidatorSet set, ValidatorSet::make(std::move(validators)));
    if (parse_decimal(k) != set.quorum()) {
      return refuse("the quorum of " + std::to_string(set.size()) + " validators is " +
                    std::to_string(set.quorum()) + ", not \"" + std::string(k) + "\"");
    }
    validators_ = std::move(set);
    return {};
  }

  Result<void> read_quorum(Arguments arguments) {
    if (has_quorum_) return refuse("a second quorum line");
    if (arguments.size() != 1 || arguments[0] != kGroupName || !validators_) {
      return refuse("the only quorum is \"quorum validators\", below their group");
    }
    has_quorum_ = true;
    return {};
  }

  std::vector<NoteKey> logs_;
  /// Witnesses with their keys, groups with an empty text, by name.
  std::map<std::string_view, std::string_view> names_;
  std::optional<ValidatorSet> validators_;
  bool has_quorum_ = false;
};

}  // namespace

std::string NetworkPolicy::format() const {
  std::string text;
  for (const NoteKey& log : logs) text += "log " + log.vkey() + "\n";
  std::string group = "group validators " + std::to_string(validators.quorum());
  for (const Validator& validator : validators.validators()) {
    const std::string name(short_name(validator.name));
    // A validator of a set has a name and a key that a note can carry.
    const auto key = NoteKey::make(validator.name, NoteKeyType::kCosignature, validator.key);
    text += "witness " + name + " " + key->vkey() + "\n";
    group += " " + name;
  }
  return text + group + "\nquorum validators\n";
}

Result<NetworkPolicy> NetworkPolicy::parse(std::string_view text) {
  if (text.size() > kMaxPolicySize) {
    return fail(Code::kInvalidArgument, "a policy has at most 256 KiB");
  }
  if (text.empty() || text.back() != '\n') {
    return fail(Code::kInvalidArgument, "policy: the last line does not end");
  }
  if (!std::all_of(text.begin(), text.end(), is_policy_octet)) {
    return fail(Code::kInvalidArgument, "policy: control characters other than tab and newline");
  }
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (Result<void> line = reader.read_line(text.substr(0, end)); !line) {
      return fail_at("policy line " + std::to_string(number), std::move(line).error());
    }
    text.remove_prefix(end + 1);
  }
  Result<NetworkPolicy> policy = std::move(reader).finish();
  if (!policy) return fail_at("policy", std::move(policy).error());
  return policy;
}

}  // namespace qc::ledger
