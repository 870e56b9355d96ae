// Looks at a file of the vocabulary without the backend.
#include "common/vocabulary/vocabulary.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "common/vocabulary/current.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

void ShowKinds(const vocabulary::Vocabulary& all, Output& out) {
  Table table({"KIND", "TAGS", "RETIRED"});
  for (int number = vocabulary::v1::TagKind_MIN + 1; number <= vocabulary::v1::TagKind_MAX;
       ++number) {
    const auto kind = static_cast<vocabulary::TagKind>(number);
    const auto count = [&](bool retired_only) {
      return std::to_string(std::ranges::count_if(all.tags(), [&](const vocabulary::Tag& tag) {
        return tag.kind == kind && (tag.retired || !retired_only);
      }));
    };
    constexpr size_t kPrefix = std::string_view("TAG_KIND_").size();
    table.Add({vocabulary::v1::TagKind_Name(kind).substr(kPrefix), count(false), count(true)});
  }
  out.Show(table);
}

Task<absl::Status> CheckVocabulary(Session& session, std::string file) {
  CO_ASSIGN_OR_RETURN(const vocabulary::Vocabulary all, vocabulary::Load(file));
  ShowKinds(all, session.out);
  if (!session.out.json()) session.out.Line("version " + all.version());
  co_return absl::OkStatus();
}

}  // namespace

void AddVocabulary(CLI::App& app, Plan& plan) {
  CLI::App* vocabulary = app.add_subcommand("vocabulary", "The tags that records may hold");
  vocabulary->require_subcommand(1);
  CLI::App* check =
      vocabulary->add_subcommand("check", "Says what is wrong in a file, without network");
  auto file = std::make_shared<std::string>();
  check->add_option("FILE", *file, "As the setting `vocabulary` of the services names it")
      ->required();
  check->footer("Names the line that is wrong, or shows how many tags there are.");
  check->callback([&plan, file] {
    plan.command = [file](Session& session) { return CheckVocabulary(session, *file); };
  });
}

}  // namespace baodao::ctl
