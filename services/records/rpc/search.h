// SearchService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>

#include "baodao/records/v1/search.pb.h"
#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/area_codes.h"
#include "services/records/app/area_names.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"
#include "services/records/store/search_reads.h"

namespace baodao::records {

class SearchHandlers {
 public:
  // All outlive the handlers. `ring` has the keys of registration, too.
  SearchHandlers(Database& database, const Horizon& horizon, areas::AreaTreeFeed& areas,
                 const crypto::KeyRing& ring, Clock& clock, RecordsMetrics& metrics)
      : database_(database),
        horizon_(horizon),
        areas_(areas),
        ring_(ring),
        clock_(clock),
        metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::SearchTasksResponse>> SearchTasks(rpc::CallContext context,
                                                            v1::SearchTasksRequest request);
  Task<absl::StatusOr<v1::SearchNeedsResponse>> SearchNeeds(rpc::CallContext context,
                                                            v1::SearchNeedsRequest request);
  Task<absl::StatusOr<v1::SearchUnitsResponse>> SearchUnits(rpc::CallContext context,
                                                            v1::SearchUnitsRequest request);
  Task<absl::StatusOr<v1::SearchPeopleResponse>> SearchPeople(rpc::CallContext context,
                                                              v1::SearchPeopleRequest request);
  Task<absl::StatusOr<v1::SearchAreasResponse>> SearchAreas(rpc::CallContext context,
                                                            v1::SearchAreasRequest request);

 private:
  // Answers a search for what has words and a state (or a kind).
  template <class Response, class Row, class Request>
  Task<absl::StatusOr<Response>> ByWords(
      rpc::CallContext context, Request request, google::protobuf::RepeatedField<int> states,
      DocumentKind kind, metrics::Histogram* seconds,
      absl::StatusOr<SearchPage<Row>> (*read)(Connection&, const SearchQuery&),
      void (*show)(const Row& row, Response* response));
  // The query, narrowed to what all requests have: area, category, period and page.
  template <class Request>
  absl::StatusOr<SearchQuery> Narrow(const rpc::CallContext& context, const Request& request,
                                     DocumentKind kind, SearchQuery query);
  // Reads what is asked for; `show` adds a row to the answer.
  template <class Response, class Row, class Request>
  Task<absl::StatusOr<Response>> Page(rpc::CallContext context, Request request, SearchQuery query,
                                      metrics::Histogram* seconds,
                                      absl::StatusOr<SearchPage<Row>> (*read)(Connection&,
                                                                              const SearchQuery&),
                                      std::function<void(const Row& row, Response* response)> show);

  Database& database_;
  const Horizon& horizon_;
  areas::AreaTreeFeed& areas_;
  const crypto::KeyRing& ring_;  // of page tokens and of names
  Clock& clock_;
  RecordsMetrics& metrics_;
  AreaNames area_names_;
  AreaSeeker area_seeker_;
};

}  // namespace baodao::records
