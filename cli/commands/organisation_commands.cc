// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/base/files.h"
#include "cli/client/node_reader.h"
#include "cli/client/node_status.h"
#include "cli/client/session.h"
#include "cli/governance/enrolment.h"
#include "cli/governance/governance.h"
#include "ledger/base/encoding.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using quality::v1::EnrolmentDecision;

struct OrganisationOptions {
  Applicant applicant;
  std::string kind = "enterprise";
  std::string contract_file;
  std::string network;
  std::string folder;
  std::string request_file;
  std::string sponsor;
  std::vector<std::string> approvers;
  std::string code;
  std::string reason;
};

std::string state_name(quality::v1::PartyState state) {
  std::string name = quality::v1::PartyState_Name(state).substr(std::string("PARTY_STATE_").size());
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

nlohmann::ordered_json member_json(const quality::v1::Member& member) {
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  for (const auto& key : member.keys()) {
    keys.push_back({{"purpose", key.purpose()},
                    {"spki", ledger::to_base64(key.spki())},
                    {"valid_from_ms", key.valid_from_ms()},
                    {"revoked_at_ms", key.revoked_at_ms()}});
  }
  return {{"code", member.code()},
          {"state", state_name(member.status().state())},
          {"kind", party_kind_name(member.status().kind())},
          {"name_zh", member.status().name().zh()},
          {"name_en", member.status().name().en()},
          {"approvals", member.status().approvals()},
          {"waiting_for", member.waiting_for()},
          {"keys", keys}};
}

void print_member(const quality::v1::Member& member) {
  const auto& status = member.status();
  fmt::print("{:<20} {:<10} {:<16} {} {}\n", member.code(), state_name(status.state()),
             party_kind_name(status.kind()), status.name().zh(), status.name().en());
  if (!member.waiting_for().empty()) {
    fmt::print("{:<20} waiting for {}\n", "", member.waiting_for());
  }
}

/// The applicant's request: keys, profile and the file that travels.
ledger::Result<EnrolmentDraft> prepare(const OrganisationOptions& options) {
  Applicant applicant = options.applicant;
  QC_TRY(applicant.kind, parse_party_kind(options.kind));
  QC_TRY(applicant.contract, read_file(options.contract_file));
  QC_TRY(const ClientProfile network, ClientProfile::load(options.network));
  QC_TRY(EnrolmentDraft draft, prepare_enrolment(applicant, network, options.folder));
  QC_TRY_VOID(write_file(draft.profile.folder / "enrolment.request", draft.request));
  return draft;
}

void request(Session& session, const OrganisationOptions& options) {
  const auto draft = prepare(options);
  if (!draft) {
    return session.fail(draft.error());
  }
  fmt::print(
      "Keys and profile of {} in {}\nGive {} to any member, who hands it in with:\n"
      "  qc --profile THEIRS org submit {}\n",
      options.applicant.code, options.folder,
      (draft->profile.folder / "enrolment.request").string(),
      (draft->profile.folder / "enrolment.request").string());
}

void submit(Session& session, const OrganisationOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto file = read_file(options.request_file);
  if (!file) {
    return session.fail(file.error());
  }
  const auto receipt = submit_enrolment(*profile, *file);
  if (!receipt) {
    return session.fail(receipt.error());
  }
  fmt::print("The application is on the chain at height {}; now the parties decide (qc org list)\n",
             receipt->height());
}

void decide(Session& session, const OrganisationOptions& options,
            EnrolmentDecision::Decision decision) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto receipt = decide_enrolment(*profile, options.code, decision, options.reason);
  if (!receipt) {
    return session.fail(receipt.error());
  }
  const auto member = find_member(*profile, options.code, receipt->height());
  if (!member) {
    return session.fail(member.error());
  }
  print_member(*member);
}

/// Sponsor hands in, approvers approve until the company is active.
ledger::Result<quality::v1::Member> enrol_member(const OrganisationOptions& options) {
  QC_TRY(const EnrolmentDraft draft, prepare(options));
  QC_TRY(const ClientProfile sponsor, ClientProfile::load(options.sponsor));
  QC_TRY(auto receipt, submit_enrolment(sponsor, draft.request));
  for (const std::string& folder : options.approvers) {
    QC_TRY(const ClientProfile approver, ClientProfile::load(folder));
    QC_TRY(receipt, decide_enrolment(approver, options.applicant.code,
                                     EnrolmentDecision::DECISION_APPROVE, "", receipt.height()));
    QC_TRY(quality::v1::Member member,
           find_member(approver, options.applicant.code, receipt.height()));
    if (member.status().state() == quality::v1::PARTY_STATE_ACTIVE) {
      return member;
    }
  }
  return find_member(sponsor, options.applicant.code, receipt.height());
}

void enrol(Session& session, const OrganisationOptions& options) {
  const auto member = enrol_member(options);
  if (!member) {
    return session.fail(member.error());
  }
  if (session.json) {
    fmt::print("{}\n", member_json(*member).dump(2));
  } else {
    print_member(*member);
  }
  if (member->status().state() != quality::v1::PARTY_STATE_ACTIVE) {
    session.exit_code = kFailed;
  }
}

void show(Session& session, const OrganisationOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto member = find_member(*profile, options.code);
  if (!member) {
    return session.fail(member.error());
  }
  warn_if_stale(member->freshness());
  if (session.json) {
    fmt::print("{}\n", member_json(*member).dump(2));
  } else {
    print_member(*member);
  }
}

ledger::Result<std::vector<quality::v1::Member>> all_members(const ClientProfile& profile) {
  std::vector<quality::v1::Member> members;
  quality::v1::ListMembersRequest request;
  do {
    quality::v1::ListMembersResponse page;
    QC_TRY_VOID(ask_nodes(profile, "the list of organisations",
                          [&](const auto& channel, auto& context, auto& /*watch*/) {
                            const auto stub = quality::v1::NetworkService::NewStub(channel);
                            return stub->ListMembers(&context, request, &page);
                          }));
    if (members.empty()) warn_if_stale(page.freshness());
    members.insert(members.end(), page.members().begin(), page.members().end());
    request.set_after(page.next());
  } while (!request.after().empty());
  return members;
}

void list(Session& session) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto members = all_members(*profile);
  if (!members) {
    return session.fail(members.error());
  }
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const quality::v1::Member& member : *members) {
    if (session.json) {
      out.push_back(member_json(member));
    } else {
      print_member(member);
    }
  }
  if (session.json) {
    fmt::print("{}\n", out.dump(2));
  }
}

void add_applicant_options(CLI::App& command, OrganisationOptions& options) {
  Applicant& applicant = options.applicant;
  command.add_option("FOLDER", options.folder, "New folder for its keys and profile")->required();
  command.add_option("--code", applicant.code, "USCC (18 characters) or LEI (20)")->required();
  command.add_option("--name-zh", applicant.name_zh, "Registered Chinese name")->required();
  command.add_option("--name-en", applicant.name_en, "English name");
  command.add_option("--kind", options.kind, "inspection_body, enterprise or observer")
      ->capture_default_str();
  command.add_option("--gln", applicant.gln, "GLN, 13 digits");
  command.add_option("--contract", options.contract_file, "File of the participation contract")
      ->required();
  command.add_option("--contract-version", applicant.contract_version, "Its version")->required();
  command.add_option("--network", options.network, "The network's invitation folder")->required();
}

void add_enrol_command(CLI::App& org, Session& session,
                       const std::shared_ptr<OrganisationOptions>& options) {
  auto* command = org.add_subcommand(
      "enrol", "Request, submission and approvals in one go, where all profiles are at hand");
  add_applicant_options(*command, *options);
  command->add_option("--sponsor", options->sponsor, "Profile of the member that hands it in")
      ->required();
  command->add_option("--approver", options->approvers, "Profiles of parties that approve, in turn")
      ->required();
  command->footer(
      "Example:\n  qc org enrol ./net/organisations/lab --code 91370000MB20180117 "
      "--name-zh 示例检测有限公司 --kind inspection_body \\\n    --contract contract.pdf "
      "--contract-version 2026-1 --network ./net/invitation \\\n    --sponsor "
      "./net/organisations/platform --approver ./net/organisations/regulator \\\n    --approver "
      "./net/organisations/government --approver ./net/organisations/association");
  command->callback([&session, options] { enrol(session, *options); });
}

void add_decision_command(CLI::App& org, Session& session,
                          const std::shared_ptr<OrganisationOptions>& options, bool approve) {
  auto* command = approve ? org.add_subcommand("approve", "Approve an open application")
                          : org.add_subcommand("refuse", "Refuse an open application");
  command->add_option("CODE", options->code, "USCC or LEI of the applicant")->required();
  auto* reason = command->add_option("--reason", options->reason, "Why, for the record");
  if (!approve) {
    reason->required();
  }
  command->footer(approve ? "Example:\n  qc --profile ./regulator org approve 91370000MB20180117"
                          : "Example:\n  qc --profile ./regulator org refuse 91370000MB20180117 "
                            "--reason \"contract not signed\"");
  const auto decision =
      approve ? EnrolmentDecision::DECISION_APPROVE : EnrolmentDecision::DECISION_REFUSE;
  command->callback([&session, options, decision] { decide(session, *options, decision); });
}

}  // namespace

void add_organisation_commands(CLI::App& app, Session& session) {
  auto* org = app.add_subcommand("org", "Join companies to the network")->require_subcommand(1);
  const auto options = std::make_shared<OrganisationOptions>();

  auto* ask = org->add_subcommand("request", "Make a company's keys and its signed application");
  add_applicant_options(*ask, *options);
  ask->footer(
      "Example:\n  qc org request ./mylab --code 91370000MB20180117 --name-zh 示例检测有限公司 "
      "--kind inspection_body \\\n    --contract contract.pdf --contract-version 2026-1 "
      "--network ./invitation");
  ask->callback([&session, options] { request(session, *options); });

  auto* hand_in = org->add_subcommand("submit", "Hand in an application for its applicant");
  hand_in->add_option("FILE", options->request_file, "enrolment.request")->required();
  hand_in->footer("Example:\n  qc --profile ./platform org submit ./mylab/enrolment.request");
  hand_in->callback([&session, options] { submit(session, *options); });

  add_decision_command(*org, session, options, true);
  add_decision_command(*org, session, options, false);
  add_enrol_command(*org, session, options);

  auto* look = org->add_subcommand("show", "One organisation: state, keys, who is waited for");
  look->add_option("CODE", options->code, "USCC or LEI")->required();
  look->footer("Example:\n  qc --profile ./mylab org show 91370000MB20180117");
  look->callback([&session, options] { show(session, *options); });

  auto* all = org->add_subcommand("list", "Every organisation that the network knows");
  all->footer("Example:\n  qc --profile ./regulator org list");
  all->callback([&session] { list(session); });
}

}  // namespace qc::cli
