#include "services/lists/workers/deadlines.h"

#include <optional>
#include <utility>

#include "common/ids/ids.h"
#include "common/rpc/context.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/deadlines.h"

namespace baodao::lists {
namespace {

constexpr char kActor[] = "lists";

}  // namespace

Task<absl::Status> Deadlines::OnTimer(timers::Timer timer) {
  ListsStore& lists = deps_.lists;
  const std::string id = timer.id;
  if (ids::IsValid(id, "ned")) {
    const absl::StatusOr<Loaded<v1::NeedRecord>> need = co_await lists.LoadNeed(id);
    co_return co_await Fire(std::move(timer), lists.keys().Need(id), need);
  }
  if (ids::IsValid(id, "res")) {
    const absl::StatusOr<Loaded<v1::ResourceRecord>> resource = co_await lists.LoadResource(id);
    co_return co_await Fire(std::move(timer), lists.keys().Resource(id), resource);
  }
  if (ids::IsValid(id, "prj")) {
    const absl::StatusOr<Loaded<v1::ProjectRecord>> project = co_await lists.LoadProject(id);
    co_return co_await Fire(std::move(timer), lists.keys().Project(id), project);
  }
  co_return absl::InvalidArgumentError("a deadline of nothing: " + timer.member);
}

template <class Record>
Task<absl::Status> Deadlines::Fire(timers::Timer timer, std::string key,
                                   absl::StatusOr<Loaded<Record>> loaded) {
  if (!loaded.ok() && !Is(loaded.status(), Reason::NOT_FOUND)) co_return loaded.status();
  const Time now = deps_.clock.Now();
  const std::optional<Time> due = loaded.ok() ? DeadlineOf(loaded->record) : std::nullopt;
  Changes changes(timer.shard);
  if (due && *due <= now) {
    const rpc::TraceId trace = rpc::NewTraceId();
    Record record = loaded->record;
    Lapse(&record, now);
    deps_.lists.Put(&changes, *loaded, record,
                    Origin{kActor, std::string(trace.data(), trace.size()), now});
  } else {
    // The version makes sure that no other deadline is cleared or moved.
    changes.commit.Expect(std::move(key), loaded.ok() ? loaded->version : 0);
    if (due) {
      changes.commit.SetTimer(timer.member, *due);
    } else {
      changes.commit.ClearTimer(timer.member);
    }
  }
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                      co_await deps_.lists.Apply(std::move(changes)));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
  co_return absl::AbortedError("the record changed at the same moment");
}

}  // namespace baodao::lists
