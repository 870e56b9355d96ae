#include "services/lists/rpc/match_handlers.h"

#include <functional>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/list_rules.h"
#include "services/lists/domain/need_rules.h"

namespace baodao::lists {
namespace {

using MatchDecision = Decision<v1::Match>;
using DecideMatch = std::function<Task<absl::StatusOr<MatchDecision>>()>;

}  // namespace

Task<absl::StatusOr<std::string>> MatchHandlers::AreaOfAnswer(std::string answer_id,
                                                              store::Commit* commit) {
  // In another shard a withdrawal at the same moment goes unnoticed: the link then names something
  // withdrawn, as it would after a withdrawal a moment later.
  const bool here = deps_.lists.keys().ShardOf(answer_id) == commit->shard();
  if (ids::IsValid(answer_id, "res")) {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::ResourceRecord> loaded,
                        co_await deps_.lists.LoadResource(answer_id));
    CO_RETURN_IF_ERROR(CheckLinkable(loaded.record.resource()));
    if (here) commit->Expect(deps_.lists.keys().Resource(answer_id), loaded.version);
    co_return loaded.record.resource().area_code();
  }
  if (ids::IsValid(answer_id, "prj")) {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::ProjectRecord> loaded,
                        co_await deps_.lists.LoadProject(answer_id));
    CO_RETURN_IF_ERROR(CheckLinkable(loaded.record.project()));
    if (here) commit->Expect(deps_.lists.keys().Project(answer_id), loaded.version);
    co_return loaded.record.project().area_code();
  }
  co_return RefuseField("answer_id", ViolationKind::BAD_FORMAT, {{"expected", "MATCH_ANSWER"}});
}

Task<absl::StatusOr<v1::Match>> MatchHandlers::Create(rpc::CallContext ctx,
                                                      v1::CreateMatchRequest request) {
  const int shard = deps_.lists.keys().ShardOf(request.need_id());
  DecideMatch decide = [&]() -> Task<absl::StatusOr<MatchDecision>> {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded,
                        co_await deps_.lists.LoadNeed(request.need_id()));
    Changes changes(shard);
    CO_ASSIGN_OR_RETURN(const std::string area,
                        co_await AreaOfAnswer(request.answer_id(), &changes.commit));
    if (!Related(*deps_.areas.tree(), loaded.record.need().area_code(), area)) {
      co_return Refuse(Reason::AREAS_UNRELATED);
    }
    const Time now = deps_.clock.Now();
    v1::Match match;
    match.set_match_id(ids::New("mat", shard));
    match.set_need_id(request.need_id());
    match.set_answer_id(request.answer_id());
    match.set_note(request.note());
    match.set_coordinator_id(ctx.caller().Caller());
    v1::NeedRecord record = loaded.record;
    CO_RETURN_IF_ERROR(Link(&record, std::move(match), now));
    deps_.lists.Put(&changes, loaded, record, OriginOf(ctx, now));
    v1::Match linked = record.matches(record.matches_size() - 1);
    co_return MatchDecision{std::move(changes), std::move(linked)};
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await deps_.lists.Mutate<v1::Match>(key, CallerShard(ctx, deps_.lists, shard), shard,
                                                   decide);
}

Task<absl::StatusOr<v1::ListMatchesResponse>> MatchHandlers::List(rpc::CallContext ctx,
                                                                  v1::ListMatchesRequest request) {
  (void)ctx;
  CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded,
                      co_await deps_.lists.LoadNeed(request.need_id()));
  v1::ListMatchesResponse response;
  for (int i = loaded.record.matches_size() - 1; i >= 0; --i) {
    *response.add_matches() = loaded.record.matches(i);
  }
  co_return response;
}

}  // namespace baodao::lists
