// Reading tasks, and writing the first version of one.
#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/store/batch_commit.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {
namespace {

constexpr size_t kMaxAsked = 50;

absl::StatusOr<v1::AssignmentRecord> ParseAssignment(const std::string& bytes) {
  v1::AssignmentRecord record;
  if (!record.ParseFromString(bytes)) return absl::DataLossError("an assignment cannot be parsed");
  return record;
}

}  // namespace

Task<absl::StatusOr<v1::TaskRecord>> Tasks::Read(std::string task_id) {
  if (!ids::IsValid(task_id, "tsk")) co_return NotFound("task", task_id);
  CO_ASSIGN_OR_RETURN(const std::shared_ptr<Loaded> loaded, co_await Load(task_id, Calls(), true));
  co_return std::move(loaded->record);
}

Task<absl::StatusOr<bool>> Tasks::Exists(std::string task_id) {
  CO_ASSIGN_OR_RETURN(const uint64_t version, co_await store_.VersionOf(keys_.Task(task_id)));
  if (version != 0) co_return true;
  // The id of a need's task is as old as the need: the task may have come and gone.
  if (*ids::TimeOf(task_id) + options_.retirement.keep.Of("task") > clock_.Now()) co_return false;
  const auto retired = co_await LoadRetired(task_id);
  if (absl::IsNotFound(retired.status())) co_return false;
  CO_RETURN_IF_ERROR(retired.status());
  co_return true;
}

Task<absl::StatusOr<v1::AssignmentRecord>> Tasks::ReadAssignment(std::string task_id,
                                                                 std::string person_id) {
  std::vector<std::string> fields(1, person_id);
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await store_.GetFields(keys_.People(task_id), std::move(fields)));
  if (found.at(0)) co_return ParseAssignment(*found[0]);
  CO_ASSIGN_OR_RETURN(const uint64_t version, co_await store_.VersionOf(keys_.Task(task_id)));
  if (version != 0) co_return Refuse(Reason::NOT_ASSIGNED);
  const auto retired = co_await LoadRetired(task_id);
  if (absl::IsNotFound(retired.status())) co_return Refuse(Reason::NOT_ASSIGNED);
  CO_RETURN_IF_ERROR(retired.status());
  const auto person = (*retired)->people.find(person_id);
  if (person == (*retired)->people.end()) co_return Refuse(Reason::NOT_ASSIGNED);
  co_return person->second;
}

Task<absl::StatusOr<std::vector<record::Position>>> Tasks::ListAsked(std::string person_id) {
  std::set<int> all;
  for (int shard = 0; shard < store_.shards(); ++shard) all.insert(shard);
  return ListAskedIn(std::move(all), std::move(person_id));
}

Task<absl::StatusOr<std::vector<record::Position>>> Tasks::ListAskedIn(std::set<int> shards,
                                                                       std::string person_id) {
  record::PageQuery query;
  for (const int shard : shards) query.lists.push_back(keys_.Asked(shard, person_id));
  query.descending = false;
  CO_ASSIGN_OR_RETURN(record::Walk walk, record::Walk::Begin(store_, std::move(query), kMaxAsked));
  co_return co_await walk.Next(kMaxAsked);
}

Task<absl::StatusOr<std::shared_ptr<const Loaded>>> Tasks::ReadWithPeople(std::string task_id) {
  if (!ids::IsValid(task_id, "tsk")) co_return NotFound("task", task_id);
  CO_ASSIGN_OR_RETURN(std::shared_ptr<Loaded> loaded, co_await Load(task_id, Calls(), true));
  CO_RETURN_IF_ERROR(co_await LoadEverybody(*loaded));
  if (!loaded->IsComplete()) {
    // It has left between the two reads, with everybody.
    CO_ASSIGN_OR_RETURN(loaded, co_await Load(task_id, Calls(), true));
    CO_RETURN_IF_ERROR(co_await LoadEverybody(*loaded));
  }
  co_return std::shared_ptr<const Loaded>(std::move(loaded));
}

Task<absl::StatusOr<std::shared_ptr<const Loaded>>> Tasks::ReadWithThese(
    std::string task_id, std::vector<std::string> person_ids) {
  TaskCall wanted;
  wanted.people = std::move(person_ids);
  Calls calls(1, &wanted);
  CO_ASSIGN_OR_RETURN(std::shared_ptr<Loaded> loaded, co_await Load(task_id, calls, true));
  co_return std::shared_ptr<const Loaded>(std::move(loaded));
}

Task<absl::StatusOr<std::shared_ptr<const Loaded>>> Tasks::Peek(std::string task_id,
                                                                std::string person_id) {
  if (!ids::IsValid(task_id, "tsk")) co_return NotFound("task", task_id);
  if (std::shared_ptr<Loaded> known = cache_.Find(task_id)) {
    co_return std::shared_ptr<const Loaded>(std::move(known));
  }
  TaskCall wanted;
  if (!person_id.empty()) wanted.people.push_back(std::move(person_id));
  Calls calls(1, &wanted);
  CO_ASSIGN_OR_RETURN(std::shared_ptr<Loaded> loaded, co_await Load(task_id, calls, false));
  // Somebody else may have loaded it, or written it, while this read was on its way.
  if (cache_.Find(task_id) == nullptr) cache_.Put(loaded);
  co_return std::shared_ptr<const Loaded>(std::move(loaded));
}

Task<absl::StatusOr<std::shared_ptr<Loaded>>> Tasks::Load(const std::string& task_id,
                                                          const Calls& calls, bool fresh) {
  std::shared_ptr<Loaded> loaded = fresh ? nullptr : cache_.Find(task_id);
  if (loaded == nullptr) {
    CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(keys_.Task(task_id)));
    if (!stored.exists()) co_return co_await LoadRetired(task_id);
    loaded = std::make_shared<Loaded>();
    loaded->version = stored.version;
    if (!loaded->record.ParseFromString(stored.bytes)) {
      co_return absl::DataLossError("a task cannot be parsed");
    }
  }
  CO_RETURN_IF_ERROR(co_await LoadPeople(*loaded, calls));
  co_return loaded;
}

Task<absl::Status> Tasks::LoadPeople(Loaded& loaded, const Calls& calls) {
  std::set<std::string> wanted;
  for (const TaskCall* call : calls) {
    if (call->everybody) co_return co_await LoadEverybody(loaded);
    wanted.insert(call->people.begin(), call->people.end());
  }
  // Any change may end what these have asked.
  if (!calls.empty()) {
    const auto& record = loaded.record;
    wanted.insert(record.leaving().begin(), record.leaving().end());
    for (const v1::TaskRecord::Proposal& proposal : record.proposals()) {
      wanted.insert({proposal.proposer_id(), proposal.successor_id()});
    }
  }
  std::erase_if(wanted, [&](const std::string& id) { return loaded.people.contains(id); });
  if (wanted.empty() || loaded.IsComplete()) co_return absl::OkStatus();
  std::vector<std::string> fields(wanted.begin(), wanted.end());
  const std::string key = keys_.People(loaded.record.task().task_id());
  CO_ASSIGN_OR_RETURN(const auto found, co_await store_.GetFields(key, fields));
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!found[i]) continue;
    CO_ASSIGN_OR_RETURN(loaded.people[fields[i]], ParseAssignment(*found[i]));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Tasks::LoadEverybody(Loaded& loaded) {
  if (loaded.IsComplete()) co_return absl::OkStatus();
  const std::string key = keys_.People(loaded.record.task().task_id());
  CO_ASSIGN_OR_RETURN(const auto found, co_await store_.ListFields(key));
  for (const auto& [person, bytes] : found) {
    CO_ASSIGN_OR_RETURN(loaded.people[person], ParseAssignment(bytes));
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<bool>> Tasks::Create(const v1::TaskRecord& record, const Effects& effects,
                                         std::optional<store::RequestKey> request,
                                         std::string answer, std::string actor,
                                         std::string trace_id) {
  const std::string& id = record.task().task_id();
  const Time now = clock_.Now();
  store::Commit commit(keys_.ShardOf(id));
  commit.Put(keys_.Task(id), 0, record.SerializeAsString());
  UpdateIndexes(keys_, v1::TaskRecord(), record, commit);
  AddEffects(effects, actor, trace_id, now, commit);
  if (request) commit.Answer(*std::move(request), std::move(answer));
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  if (outcome.kind != store::CommitOutcome::Kind::kApplied) co_return false;
  for (const Transition& transition : effects.transitions) {
    if (observer_.on_transition) observer_.on_transition(transition);
  }
  auto loaded = std::make_shared<Loaded>();
  loaded->version = 1;
  loaded->record = record;
  cache_.Put(std::move(loaded));
  co_return true;
}

}  // namespace baodao::dispatch
