// MatchService: 精准对接. The links of a need are part of its record.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "common/ids/ids.h"
#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

Task<absl::StatusOr<std::string>> AreaOfAnswer(App& app, std::string answer_id,
                                               record::Transaction* transaction) {
  // In another shard a withdrawal at the same moment goes unnoticed: the link then names something
  // withdrawn, as it would after a withdrawal a moment later.
  const bool here = app.records.ShardOfId(answer_id) == transaction->shard();
  if (ids::IsValid(answer_id, "res")) {
    CO_ASSIGN_OR_RETURN(const auto loaded, co_await app.records.Load(kResource, answer_id));
    CO_RETURN_IF_ERROR(CheckLinkable(loaded.record.resource()));
    if (here) transaction->Expect(kResource, answer_id, loaded.version);
    co_return loaded.record.resource().area_code();
  }
  if (ids::IsValid(answer_id, "prj")) {
    CO_ASSIGN_OR_RETURN(const auto loaded, co_await app.records.Load(kProject, answer_id));
    CO_RETURN_IF_ERROR(CheckLinkable(loaded.record.project()));
    if (here) transaction->Expect(kProject, answer_id, loaded.version);
    co_return loaded.record.project().area_code();
  }
  co_return RefuseField("answer_id", ViolationKind::BAD_FORMAT, {{"expected", "MATCH_ANSWER"}});
}

Task<absl::StatusOr<v1::Match>> CreateMatch(App& app, rpc::CallContext context,
                                            v1::CreateMatchRequest request) {
  const int shard = app.records.ShardOfId(request.need_id());
  record::Decide<v1::Match> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Match>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kNeed, request.need_id()));
    CO_ASSIGN_OR_RETURN(const std::string area,
                        co_await AreaOfAnswer(app, request.answer_id(), &transaction));
    if (!Related(*app.records.tree(), before.record.need().area_code(), area)) {
      co_return Refuse(Reason::AREAS_UNRELATED);
    }
    v1::Match match;
    match.set_match_id(ids::New("mat", shard));
    match.set_need_id(request.need_id());
    match.set_answer_id(request.answer_id());
    match.set_note(request.note());
    match.set_coordinator_id(context.caller().Caller());
    v1::NeedRecord after = before.record;
    CO_RETURN_IF_ERROR(Link(&after, std::move(match), transaction.now()));
    transaction.Put(kNeed, before, after);
    co_return after.matches(after.matches_size() - 1);
  };
  co_return co_await app.records.Mutate<v1::Match>(context, request, shard, std::move(decide));
}

Task<absl::StatusOr<v1::ListMatchesResponse>> ListMatches(App& app, rpc::CallContext context,
                                                          v1::ListMatchesRequest request) {
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.records.Load(context, kNeed, request.need_id()));
  CO_ASSIGN_OR_RETURN(
      const paging::AskedPage asked,
      paging::PageAskedFor(app.key_ring, context, request, app.clock.Now(), 20, 200));
  // Matches are only ever added, at the end.
  int from = loaded.record.matches_size();
  if (!asked.after.empty()) from = std::atoi(asked.after.c_str());
  const int to = std::max(0, from - asked.size);
  v1::ListMatchesResponse response;
  for (int i = from - 1; i >= to; --i) *response.add_matches() = loaded.record.matches(i);
  if (to > 0) response.set_next_page_token(asked.TokenFor(std::to_string(to)));
  co_return response;
}

}  // namespace

void RegisterMatches(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.MatchService/";
  router.Unary(service + "CreateMatch", app, &CreateMatch);
  router.Unary(service + "ListMatches", app, &ListMatches);
}

}  // namespace baodao::lists
