#include <fstream>
#include <iterator>
#include <memory>

#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

using namespace registration::v1;  // NOLINT: only messages

constexpr int kPage = 1'000;

struct ImportOptions {
  std::string file;
  bool if_empty = false;
};

struct ListOptions {
  std::string parent;
  bool recursive = false;
};

// "subdistrict" of AREA_LEVEL_SUBDISTRICT.
std::string LevelName(AreaLevel level) {
  std::string name = AreaLevel_Name(level).substr(std::string("AREA_LEVEL_").size());
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

Task<absl::StatusOr<ListAreasResponse>> Fetch(Session& session, ListAreasRequest request) {
  ListAreasResponse all;
  request.set_page_size(kPage);
  do {
    CO_ASSIGN_OR_RETURN(
        const ListAreasResponse page,
        co_await session.Call(session.backend.areas, &client::Areas::ListAreas, request));
    all.mutable_areas()->MergeFrom(page.areas());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  co_return all;
}

Task<absl::Status> List(Session& session, std::shared_ptr<const ListOptions> options) {
  ListAreasRequest request;
  request.set_parent_code(options->parent);
  request.set_recursive(options->recursive);
  CO_ASSIGN_OR_RETURN(const ListAreasResponse areas, co_await Fetch(session, std::move(request)));
  if (session.out.json()) {
    session.out.Show(areas);
    co_return absl::OkStatus();
  }
  Table table({"CODE", "NAME", "LEVEL", "PARENT", "SUCCESSOR"});
  for (const Area& area : areas.areas()) {
    table.Add({area.code(), area.name(), LevelName(area.level()), area.parent_code(),
               area.successor_code()});
  }
  session.out.Show(table);
  co_return absl::OkStatus();
}

Task<absl::Status> Import(Session& session, std::shared_ptr<const ImportOptions> options) {
  if (options->if_empty) {
    ListAreasRequest any;
    any.set_page_size(1);
    CO_ASSIGN_OR_RETURN(
        const ListAreasResponse found,
        co_await session.Call(session.backend.areas, &client::Areas::ListAreas, std::move(any)));
    if (found.areas_size() > 0) {
      if (session.out.json()) {
        session.out.Show(ImportAreasResponse());
      } else {
        session.out.Line("there are areas already; nothing imported");
      }
      co_return absl::OkStatus();
    }
  }
  std::ifstream file(options->file, std::ios::binary);
  ImportAreasRequest request;
  request.set_csv(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!file) co_return absl::InvalidArgumentError("cannot read " + options->file);
  request.set_request_id(NewRequestId());
  CO_ASSIGN_OR_RETURN(const ImportAreasResponse done,
                      co_await session.Call(session.backend.areas, &client::Areas::ImportAreas,
                                            std::move(request)));
  if (session.out.json()) {
    session.out.Show(done);
  } else {
    session.out.Line("added " + std::to_string(done.added()) + ", changed " +
                     std::to_string(done.changed()) + ", unchanged " +
                     std::to_string(done.unchanged()));
  }
  co_return absl::OkStatus();
}

}  // namespace

void AddAreas(CLI::App& app, Plan& plan) {
  CLI::App* areas = app.add_subcommand("areas", "The tree of areas");
  areas->require_subcommand(1);

  CLI::App* importing = areas->add_subcommand("import", "Adds or replaces areas from a CSV file");
  auto import_options = std::make_shared<ImportOptions>();
  importing->add_option("FILE", import_options->file, "code,name,level,parent_code,latitude,…")
      ->required();
  importing->add_flag("--if-empty", import_options->if_empty, "Do nothing where there are areas");
  importing->footer(
      "All of it or nothing; errors name the line.\n"
      "Example:\n  baodaoctl areas import ops/data/yangpu/areas.csv");
  importing->callback([&plan, import_options] {
    plan.command = [import_options](Session& session) { return Import(session, import_options); };
  });

  CLI::App* list = areas->add_subcommand("list", "Children of an area, or the roots");
  auto list_options = std::make_shared<ListOptions>();
  list->add_option("--parent", list_options->parent, "Code of the area above");
  list->add_flag("--recursive", list_options->recursive, "The whole subtree");
  list->footer("Example:\n  baodaoctl areas list --parent 310110");
  list->callback([&plan, list_options] {
    plan.command = [list_options](Session& session) { return List(session, list_options); };
  });
}

}  // namespace baodao::ctl
