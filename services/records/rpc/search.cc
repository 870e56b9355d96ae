#include "services/records/rpc/search.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <utility>

#include "common/paging/asked_page.h"
#include "common/search/blind_terms.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"
#include "services/records/app/ask.h"
#include "services/records/rpc/search_answers.h"
#include "services/records/rpc/search_question.h"
#include "services/records/rpc/up_to.h"

namespace baodao::records {
namespace {

// Areas, asked for at the price of one call.
constexpr double kFoundAreasPerCall = 500;

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
                                                   SearchQuery query) {
  std::optional<Period> period;
  if (request.has_period()) {
    period = PeriodOf(request.period());
    RETURN_IF_ERROR(CheckPeriod(*period, 0));
  }
  query.range = RangeOf(kind, period);
  query.size = paging::PageSize(request.page_size(), kStandardPageOfFound, kLargestPageOfFound);
  ASSIGN_OR_RETURN(
      const std::string before,
      paging::Decode(request.page_token(), paging::QueryOf(ring_, context, request), clock_.Now()));
  if (!before.empty() && !absl::SimpleAtoi(before, &query.range.end)) {
    return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  std::vector<std::string> marks;
  for (const std::string& category : validate::TagsAskedFor(request, "category")) {
    marks.push_back(CategoryMark(category));
  }
  if (!marks.empty()) query.wanted.choices.push_back(std::move(marks));
  if (request.area_code().empty()) return query;
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  query.areas = area_seeker_.Seek(tree, request.area_code());
  context.Charge(static_cast<double>(query.areas->codes.size()) / kFoundAreasPerCall);
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
    const paging::Query token = paging::QueryOf(ring_, context, request);
    response.set_next_page_token(paging::Encode(std::to_string(page.last), token, clock_.Now()));
  }
  co_return response;
}

template <class Response, class Row, class Request>
Task<absl::StatusOr<Response>> SearchHandlers::ByWords(
    rpc::CallContext context, Request request, google::protobuf::RepeatedField<int> states,
    DocumentKind kind, metrics::Histogram* seconds,
    absl::StatusOr<SearchPage<Row>> (*read)(Connection&, const SearchQuery&),
    void (*show)(const Row& row, Response* response)) {
  CO_ASSIGN_OR_RETURN(SearchQuery query, WordsOf(request.query()));
  AddStates(states, &query);
  CO_ASSIGN_OR_RETURN(query, Narrow(context, request, kind, std::move(query)));
  co_return co_await Page<Response, Row>(context, request, std::move(query), seconds, read, show);
}

Task<absl::StatusOr<v1::SearchTasksResponse>> SearchHandlers::SearchTasks(
    rpc::CallContext context, v1::SearchTasksRequest request) {
  return ByWords(std::move(context), request, request.states(), DocumentKind::kTask,
                 metrics_.search_tasks_seconds, &records::SearchTasks, &AddFoundTask);
}

Task<absl::StatusOr<v1::SearchNeedsResponse>> SearchHandlers::SearchNeeds(
    rpc::CallContext context, v1::SearchNeedsRequest request) {
  return ByWords(std::move(context), request, request.states(), DocumentKind::kNeed,
                 metrics_.search_needs_seconds, &records::SearchNeeds, &AddFoundNeed);
}

Task<absl::StatusOr<v1::SearchUnitsResponse>> SearchHandlers::SearchUnits(
    rpc::CallContext context, v1::SearchUnitsRequest request) {
  return ByWords(std::move(context), request, request.kinds(), DocumentKind::kUnit,
                 metrics_.search_units_seconds, &records::SearchUnits, &AddFoundUnit);
}

Task<absl::StatusOr<v1::SearchPeopleResponse>> SearchHandlers::SearchPeople(
    rpc::CallContext context, v1::SearchPeopleRequest request) {
  SearchQuery query;
  query.wanted.terms = search::BlindQuery(ring_, request.query());
  CO_RETURN_IF_ERROR(CheckWords(query.wanted.terms.size()));
  CO_ASSIGN_OR_RETURN(query.states, LiveStates(request));
  // Only those of a person's registrations that were asked for.
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

}  // namespace baodao::records
