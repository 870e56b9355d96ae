#include "services/records/rpc/search.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <utility>

#include "common/paging/page_token.h"
#include "common/search/blind_terms.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/records/app/area_codes.h"
#include "services/records/app/ask.h"
#include "services/records/rpc/search_answers.h"
#include "services/records/rpc/up_to.h"

namespace baodao::records {
namespace {

constexpr int kStandardFound = 20;
constexpr int kLargestFound = 100;
constexpr size_t kMostWords = 64;
// An index that is asked for more than these takes longer than to look at what is found otherwise:
// so large a part of a district has its share of that.
constexpr size_t kMostMarks = 200;
// Areas, asked for at the price of one call.
constexpr double kFoundAreasPerCall = 500;

absl::Status CheckWords(size_t words) {
  if (words == 0) return RefuseField("query", ViolationKind::REQUIRED);
  if (words <= kMostWords) return absl::OkStatus();
  return RefuseField("query", ViolationKind::TOO_MANY, {{"max", std::to_string(kMostWords)}});
}

absl::StatusOr<SearchQuery> WordsOf(const std::string& text) {
  const search::Asked asked = search::AskedBy(text);
  RETURN_IF_ERROR(CheckWords(asked.size()));
  SearchQuery query;
  query.wanted = WantedBy(asked);
  return query;
}

// One of the states, if any are given.
template <class States>
void AddStates(const States& states, SearchQuery* query) {
  std::vector<std::string> marks;
  for (const int state : states) marks.push_back(StateMark(state));
  if (!marks.empty()) query->wanted.choices.push_back(std::move(marks));
}

// In one of the areas; a person in one of query->states there.
void AddAreas(std::vector<std::string> codes, SearchQuery* query) {
  std::vector<std::string> marks;
  for (const std::string& code : codes) {
    if (query->states.empty()) marks.push_back(AreaMark(code));
    for (const int state : query->states) marks.push_back(PlaceMark(state, code));
  }
  // All that lay in a closed area went elsewhere.
  if (marks.empty()) marks.push_back(AreaMark(""));
  if (marks.size() <= kMostMarks) {
    query->wanted.choices.push_back(std::move(marks));
  } else {
    query->areas = std::move(codes);
  }
}

// The states that a person may be found by; all of them where none are given.
absl::StatusOr<std::vector<int>> LiveStates(const v1::SearchPeopleRequest& request) {
  const std::vector<int> live = {registration::v1::REGISTRATION_STATE_PENDING,
                                 registration::v1::REGISTRATION_STATE_ACTIVE,
                                 registration::v1::REGISTRATION_STATE_SUSPENDED};
  for (int i = 0; i < request.states_size(); ++i) {
    if (std::ranges::find(live, request.states(i)) != live.end()) continue;
    return RefuseField("states[" + std::to_string(i) + "]", ViolationKind::NOT_ALLOWED);
  }
  if (request.states().empty()) return live;
  return std::vector<int>(request.states().begin(), request.states().end());
}

}  // namespace

void SearchHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.records.v1.SearchService/";
  router->Unary(service + "SearchTasks", this, &SearchHandlers::SearchTasks);
  router->Unary(service + "SearchNeeds", this, &SearchHandlers::SearchNeeds);
  router->Unary(service + "SearchUnits", this, &SearchHandlers::SearchUnits);
  router->Unary(service + "SearchPeople", this, &SearchHandlers::SearchPeople);
  router->Unary(service + "SearchAreas", this, &SearchHandlers::SearchAreas);
}

template <class Request>
absl::StatusOr<SearchQuery> SearchHandlers::Narrow(const rpc::CallContext& context,
                                                   const Request& request, DocumentKind kind,
                                                   SearchQuery query) const {
  std::optional<Period> period;
  if (request.has_period()) {
    period = PeriodOf(request.period());
    RETURN_IF_ERROR(CheckPeriod(*period, 0));
  }
  query.range = RangeOf(kind, period);
  query.size = paging::PageSize(request.page_size(), kStandardFound, kLargestFound);
  ASSIGN_OR_RETURN(const std::string before,
                   paging::Decode(request.page_token(),
                                  paging::QueryOf(ring_, context.method(), request), clock_.Now()));
  if (!before.empty() && !absl::SimpleAtoi(before, &query.range.end)) {
    return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  if (!request.category().empty()) query.wanted.terms.push_back(CategoryMark(request.category()));
  if (request.area_code().empty()) return query;
  const areas::AreaTree& tree = *areas_.tree();
  RETURN_IF_ERROR(areas::CheckKnown(tree, request.area_code()));
  std::vector<std::string> codes = CodesOf(tree, request.area_code());
  context.Charge(static_cast<double>(codes.size()) / kFoundAreasPerCall);
  AddAreas(std::move(codes), &query);
  return query;
}

template <class Response, class Row, class Request>
Task<absl::StatusOr<Response>> SearchHandlers::Page(
    rpc::CallContext context, Request request, SearchQuery query, metrics::Histogram* seconds,
    absl::StatusOr<SearchPage<Row>> (*read)(Connection&, const SearchQuery&),
    std::function<void(const Row& row, Response* response)> show) {
  Response response;
  SetHorizon(horizon_, &response);
  Database::Work<SearchPage<Row>> work = [read, query = std::move(query)](Connection& connection) {
    return read(connection, query);
  };
  CO_ASSIGN_OR_RETURN(const SearchPage<Row> page,
                      co_await Ask(database_, metrics_, seconds, std::move(work)));
  for (const Row& row : page.rows) show(row, &response);
  if (page.more) {
    const paging::Query token = paging::QueryOf(ring_, context.method(), request);
    response.set_next_page_token(paging::Encode(std::to_string(page.last), token, clock_.Now()));
  }
  co_return response;
}

Task<absl::StatusOr<v1::SearchTasksResponse>> SearchHandlers::SearchTasks(
    rpc::CallContext context, v1::SearchTasksRequest request) {
  CO_ASSIGN_OR_RETURN(SearchQuery query, WordsOf(request.query()));
  AddStates(request.states(), &query);
  CO_ASSIGN_OR_RETURN(query, Narrow(context, request, DocumentKind::kTask, std::move(query)));
  co_return co_await Page<v1::SearchTasksResponse, TaskRow>(context, request, std::move(query),
                                                            metrics_.search_tasks_seconds,
                                                            &records::SearchTasks, &AddFoundTask);
}

Task<absl::StatusOr<v1::SearchNeedsResponse>> SearchHandlers::SearchNeeds(
    rpc::CallContext context, v1::SearchNeedsRequest request) {
  CO_ASSIGN_OR_RETURN(SearchQuery query, WordsOf(request.query()));
  AddStates(request.states(), &query);
  CO_ASSIGN_OR_RETURN(query, Narrow(context, request, DocumentKind::kNeed, std::move(query)));
  co_return co_await Page<v1::SearchNeedsResponse, NeedRow>(context, request, std::move(query),
                                                            metrics_.search_needs_seconds,
                                                            &records::SearchNeeds, &AddFoundNeed);
}

Task<absl::StatusOr<v1::SearchUnitsResponse>> SearchHandlers::SearchUnits(
    rpc::CallContext context, v1::SearchUnitsRequest request) {
  CO_ASSIGN_OR_RETURN(SearchQuery query, WordsOf(request.query()));
  AddStates(request.kinds(), &query);
  CO_ASSIGN_OR_RETURN(query, Narrow(context, request, DocumentKind::kUnit, std::move(query)));
  co_return co_await Page<v1::SearchUnitsResponse, UnitRow>(context, request, std::move(query),
                                                            metrics_.search_units_seconds,
                                                            &records::SearchUnits, &AddFoundUnit);
}

Task<absl::StatusOr<v1::SearchPeopleResponse>> SearchHandlers::SearchPeople(
    rpc::CallContext context, v1::SearchPeopleRequest request) {
  SearchQuery query;
  query.wanted.terms = search::BlindQuery(ring_, request.query());
  CO_RETURN_IF_ERROR(CheckWords(query.wanted.terms.size()));
  CO_ASSIGN_OR_RETURN(query.states, LiveStates(request));
  // Of a person's registrations those alone that were asked for.
  std::function<void(const PersonFact&, v1::SearchPeopleResponse*)> show =
      [tree = areas_.tree(), area = request.area_code(), states = query.states](
          const PersonFact& person, v1::SearchPeopleResponse* response) {
        AddFoundPerson(
            person,
            [&](const RegistrationRow& row) {
              return std::ranges::find(states, row.state) != states.end() &&
                     tree->Covers(area, row.area_code);
            },
            response);
      };
  CO_ASSIGN_OR_RETURN(query, Narrow(context, request, DocumentKind::kPerson, std::move(query)));
  co_return co_await Page<v1::SearchPeopleResponse, PersonFact>(
      context, request, std::move(query), metrics_.search_people_seconds, &records::SearchPeople,
      std::move(show));
}

Task<absl::StatusOr<v1::SearchAreasResponse>> SearchHandlers::SearchAreas(
    rpc::CallContext context, v1::SearchAreasRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  const search::Asked asked = search::AskedBy(request.query());
  CO_RETURN_IF_ERROR(CheckWords(asked.size()));
  if (!request.area_code().empty()) {
    CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  }
  const paging::Query token = paging::QueryOf(ring_, context.method(), request);
  CO_ASSIGN_OR_RETURN(const std::string after,
                      paging::Decode(request.page_token(), token, clock_.Now()));
  const bool closed_too =
      context.caller().IsService() ||
      std::ranges::any_of(context.caller().grants, &auth::RoleGrant::OfEverything);
  const auto fits = [&](const areas::Area& area) {
    const auto& levels = request.levels();
    return (closed_too || tree->SuccessorOf(area.code()) == nullptr) &&
           (request.area_code().empty() || tree->Covers(request.area_code(), area.code())) &&
           (levels.empty() || std::ranges::find(levels, area.level()) != levels.end());
  };
  const auto size =
      static_cast<size_t>(paging::PageSize(request.page_size(), kStandardFound, kLargestFound));
  const auto from = static_cast<size_t>(after.empty() ? 0 : tree->IndexOf(after) + 1);
  std::vector<const areas::Area*> found = area_names_.Find(tree, asked, fits, from, size + 1);
  v1::SearchAreasResponse response;
  *response.mutable_as_of() = ToTimestamp(areas_.as_of());
  const bool more = found.size() > size;
  if (more) found.pop_back();
  for (const areas::Area* area : found) *response.add_areas() = *area;
  if (more) response.set_next_page_token(paging::Encode(found.back()->code(), token, clock_.Now()));
  co_return response;
}

}  // namespace baodao::records
