// The writing half of ListsStore.
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/timers/timer_loop.h"
#include "services/lists/domain/deadlines.h"
#include "services/lists/domain/list_rules.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/store/lists_store.h"

namespace baodao::lists {
namespace {

// Where a record stands in the lists.
struct Entry {
  std::string_view list;
  std::string id;
  std::string category;
  int state_before = 0;  // 0: it is new
  int state_after = 0;
};

template <class Areas>
void Reindex(store::Commit* commit, const ListKeys& keys, const Areas& areas, const Entry& entry) {
  if (entry.state_before == entry.state_after) return;
  const int shard = commit->shard();
  const double score = IndexScore(entry.id);
  const std::string member = IndexMember(entry.id, entry.category);
  for (const std::string& area : areas) {
    if (entry.state_before == 0) {
      commit->IndexAdd(keys.Index(shard, entry.list, area, 0), score, member);
    } else {
      commit->IndexRemove(keys.Index(shard, entry.list, area, entry.state_before), member);
    }
    commit->IndexAdd(keys.Index(shard, entry.list, area, entry.state_after), score, member);
  }
}

events::v1::Event EventBy(const Origin& origin) {
  events::v1::Event event;
  *event.mutable_time() = ToTimestamp(origin.now);
  event.set_actor_id(origin.actor_id);
  event.set_trace_id(origin.trace_id);
  return event;
}

// The task that this change took from the need; empty: none.
std::string LostTask(const v1::NeedRecord& before, const v1::NeedRecord& after) {
  const int lost = after.past_task_ids_size();
  return lost > before.past_task_ids_size() ? after.past_task_ids(lost - 1) : "";
}

void Note(Changes* changes, std::string_view list, int from, int to) {
  if (from != to) changes->moved.push_back({list, from, to});
}

void NoteNeed(Changes* changes, const v1::Need& before, const v1::Need& after, bool lost_task) {
  int from = before.state();
  // A task that is further already when the need hears of it, or over, moves it on within the same
  // commit; it matched it first.
  const bool at_once = std::ranges::any_of(NeedTransitions(), [&](const auto& row) {
    return row.from == from && row.to == after.state();
  });
  const bool moved = after.state() != from;
  if (from == v1::NEED_STATE_ACCEPTED && (lost_task || (moved && !at_once))) {
    Note(changes, kNeeds, from, v1::NEED_STATE_MATCHED);
    from = v1::NEED_STATE_MATCHED;
  }
  Note(changes, kNeeds, from, after.state());
}

// Keeps the record's timer at its deadline.
template <class Record>
void SetDeadline(store::Commit* commit, const std::string& id, const Record& before,
                 const Record& after) {
  const std::optional<Time> due = DeadlineOf(after);
  if (due == DeadlineOf(before)) return;
  const std::string timer = timers::Member(kDeadlineTimer, id);
  if (due) {
    commit->SetTimer(timer, *due);
  } else {
    commit->ClearTimer(timer);
  }
}

// Whether others would see a difference; the time of the change alone is none.
template <class Message>
bool Shows(Message before, Message after) {
  before.clear_update_time();
  after.clear_update_time();
  return !google::protobuf::util::MessageDifferencer::Equals(before, after);
}

}  // namespace

void ListsStore::Put(Changes* changes, const Loaded<v1::NeedRecord>& before,
                     const v1::NeedRecord& after, const Origin& origin) {
  store::Commit* const commit = &changes->commit;
  const v1::Need& old = before.record.need();
  const v1::Need& need = after.need();
  commit->Put(keys_.Need(need.need_id()), before.version, after.SerializeAsString());
  Reindex(commit, keys_, after.list_areas(),
          {kNeeds, need.need_id(), need.category(), old.state(), need.state()});
  SetDeadline(commit, need.need_id(), before.record, after);
  if (before.version == 0 && !need.requester_id().empty()) {
    commit->IndexAdd(keys_.Raised(commit->shard(), need.requester_id()), IndexScore(need.need_id()),
                     IndexMember(need.need_id(), need.category()));
  }
  std::string lost_task = LostTask(before.record, after);
  NoteNeed(changes, old, need, !lost_task.empty());
  // A task that was over before the need had heard of it leaves no other trace.
  if (!Shows(old, need) && lost_task.empty()) return;
  events::v1::Event event = EventBy(origin);
  events::v1::NeedChanged& changed = *event.mutable_need_changed();
  *changed.mutable_need() = PublicView(need);
  changed.set_before(old.state());
  changed.set_lost_task_id(std::move(lost_task));
  // Decided anew: service was confirmed after the time had passed.
  const bool anew =
      old.state() == v1::NEED_STATE_EXPIRED && need.state() == v1::NEED_STATE_RESOLVED;
  if (IsDecided(need.state()) && (!IsDecided(old.state()) || anew)) {
    *changed.mutable_merged() = after.merged();
  }
  commit->Emit(event.SerializeAsString());
}

void ListsStore::Put(Changes* changes, const Loaded<v1::ResourceRecord>& before,
                     const v1::ResourceRecord& after, const Origin& origin) {
  store::Commit* const commit = &changes->commit;
  const v1::Resource& old = before.record.resource();
  const v1::Resource& resource = after.resource();
  commit->Put(keys_.Resource(resource.resource_id()), before.version, after.SerializeAsString());
  Reindex(commit, keys_, after.list_areas(),
          {kResources, resource.resource_id(), resource.category(), old.state(), resource.state()});
  SetDeadline(commit, resource.resource_id(), before.record, after);
  Note(changes, kResources, old.state(), resource.state());
  if (!Shows(old, resource)) return;
  events::v1::Event event = EventBy(origin);
  *event.mutable_resource_changed()->mutable_resource() = PublicView(resource);
  commit->Emit(event.SerializeAsString());
}

void ListsStore::Put(Changes* changes, const Loaded<v1::ProjectRecord>& before,
                     const v1::ProjectRecord& after, const Origin& origin) {
  store::Commit* const commit = &changes->commit;
  const v1::Project& old = before.record.project();
  const v1::Project& project = after.project();
  commit->Put(keys_.Project(project.project_id()), before.version, after.SerializeAsString());
  Reindex(commit, keys_, after.list_areas(),
          {kProjects, project.project_id(), project.category(), old.state(), project.state()});
  SetDeadline(commit, project.project_id(), before.record, after);
  Note(changes, kProjects, old.state(), project.state());
  const bool reminder =
      after.has_reminded() && ToTime(after.reminded()) != ToTime(before.record.reminded());
  if (!Shows(old, project) && !reminder) return;
  events::v1::Event event = EventBy(origin);
  *event.mutable_project_changed()->mutable_project() = project;
  event.mutable_project_changed()->set_before(old.state());
  if (project.liaison_id().empty()) {
    event.mutable_project_changed()->mutable_project()->set_liaison_id(old.liaison_id());
  }
  commit->Emit(event.SerializeAsString());
}

}  // namespace baodao::lists
