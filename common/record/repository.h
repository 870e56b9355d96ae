// The records of a service: how they are read, changed and listed.
//
//   co_return co_await repository.Change(context, request, kProject, request.project_id(),
//                                        [&](v1::ProjectRecord* record, Time now) { … });
#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/paging/page_token.h"
#include "common/record/page.h"
#include "common/record/transaction.h"
#include "common/record/type.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "common/store/store.h"

namespace baodao::record {

// What a change decides: fills the transaction and returns the answer. It runs again when a record
// it read has changed meanwhile.
template <class Answer>
using Decide = std::function<Task<absl::StatusOr<Answer>>(Transaction& transaction)>;

// What only the service can tell about a type.
template <class Record>
struct Hooks {
  // Instead of Type::scope, where another record or service must be asked.
  std::function<Task<absl::StatusOr<rpc::Scope>>(Record record)> scope;
  // Instead of Type::lapse, where more than the record changes.
  std::function<Task<absl::Status>(Transaction& transaction, Versioned<Record> before)> lapse;
};

// Loop thread only.
class Repository {
 public:
  // Records read for one page, at most about.
  static constexpr int64_t kMaxLoaded = 2'000;
  using Tree = Transaction::Tree;

  // All of them outlive it.
  // `ring` keys the page tokens.
  Repository(store::Store& store, Clock& clock, const crypto::KeyRing& ring, Tree tree,
             metrics::Registry& metrics)
      : store_(store), clock_(clock), ring_(ring), tree_(std::move(tree)), transitions_(metrics) {}

  // Before the first call: what the service keeps. `type` outlives it. Aborts where a deadline has
  // nothing to do.
  template <class Record>
  void Add(const Type<Record>& type, Hooks<Record> hooks = {});
  // For the access rules: the scope of whatever was added.
  rpc::AccessPolicy Access();
  // For timers of kDeadlineTimer: moves what is due. One that comes too early, or for nothing, is
  // set to where it belongs, or cleared; an error: again later.
  Task<absl::Status> OnDeadline(timers::Timer timer);

  store::Store& store() { return store_; }
  Clock& clock() { return clock_; }
  std::shared_ptr<const areas::AreaTree> tree() const { return tree_(); }

  // Version 0 where there is none; DATA_LOSS when it cannot be parsed.
  template <class Record>
  Task<absl::StatusOr<Versioned<Record>>> Find(const Type<Record>& type, std::string id);
  // The same; NOT_FOUND when there is none.
  template <class Record>
  Task<absl::StatusOr<Versioned<Record>>> Load(const Type<Record>& type, std::string id);
  // The same, at first as the access rule of this call has read it.
  template <class Record>
  Task<absl::StatusOr<Versioned<Record>>> Load(rpc::CallContext context, const Type<Record>& type,
                                               std::string id);
  // In the order asked; ids without a record are left out.
  template <class Record>
  Task<absl::StatusOr<std::vector<Versioned<Record>>>> LoadMany(const Type<Record>& type,
                                                                std::vector<std::string> ids);

  // The key of a mutation's request, and the shard where the caller's requests are put down when it
  // is not `shard`: a person's own.
  template <class Request>
  static store::RequestKey RequestKeyOf(const rpc::CallContext& context, const Request& request) {
    return store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  }
  int CallerShard(const rpc::CallContext& context, int shard) const;

  // A fresh id of the type.
  template <class Record>
  static std::string NewId(const Type<Record>& type, int shard) {
    (void)type;
    return ids::New(Named<Record>().prefix(), shard);
  }
  // The shard of what lies in an area.
  int ShardOf(const std::string& area_code) const {
    return tree_()->ShardOf(area_code, store_.keys());
  }

  // Runs a mutation under the request's request_id: see store::Mutate, also for `replayed`.
  template <class Answer, class Request>
  Task<absl::StatusOr<Answer>> Mutate(rpc::CallContext context, const Request& request, int shard,
                                      Decide<Answer> decide, bool* replayed = nullptr);
  // The commonest one: loads a record, changes it, writes it and answers with it.
  template <class Record, class Request>
  Task<absl::StatusOr<Record>> Change(rpc::CallContext context, const Request& request,
                                      const Type<Record>& type, std::string id,
                                      std::function<absl::Status(Record*, Time)> change);
  // Without a request_id (timers, events, logins): until nothing changed in between.
  // CONFLICT_RETRY after 8 tries.
  Task<absl::Status> Update(int shard, Origin origin,
                            std::function<Task<absl::Status>(Transaction&)> decide);
  // One try.
  Task<absl::StatusOr<store::CommitOutcome::Kind>> Commit(Transaction transaction);

  Transaction Begin(int shard, Origin origin) {
    return Transaction(store_.keys(), tree_, shard, std::move(origin));
  }

  // The lists that together hold a type's records of an area's subtree, in one of `states` (none:
  // in any), and those of an owner.
  template <class Record>
  PageQuery InArea(const Type<Record>& type, const std::string& area_code,
                   const google::protobuf::RepeatedField<int>& states = {}) const;
  template <class Record>
  PageQuery Of(const Type<Record>& type, const std::string& owner_id,
               const google::protobuf::RepeatedField<int>& states = {}) const;
  // All records of the type in a shard.
  template <class Record>
  PageQuery InShard(const Type<Record>& type, int shard) const {
    (void)type;
    PageQuery query;
    query.lists.push_back(IndexKeys(store_.keys(), Named<Record>().name()).All(shard));
    return query;
  }

  // Answers a list method: one page from `query`, where and as long as the request's page_token and
  // page_size say (0: `standard_size`), of the records that fit. `show` puts one into the response.
  // Where its lists hold just what is asked for, the first page says how many there are. What was
  // looked at beyond what is shown is charged to the caller. PAGE_TOKEN_INVALID,
  // PAGE_TOKEN_EXPIRED.
  template <class Response, class Record, class Request>
  Task<absl::StatusOr<Response>> List(
      rpc::CallContext context, const Type<Record>& type, const Request& request, PageQuery query,
      std::function<absl::Status(Response*, Versioned<Record>)> show,
      std::function<bool(const Record&)> fits = nullptr, int standard_size = 20);
  // Records of these lists that fit. A page may be short, even empty, without being the last: at
  // most about 4,000 members of lists, and 2,000 records, are looked at for one.
  template <class Record>
  Task<absl::StatusOr<Page<Record>>> ReadPage(const Type<Record>& type, PageQuery query,
                                              std::function<bool(const Record&)> fits = nullptr);

 private:
  struct Kept {  // what Add was told of a type, by its prefix
    std::function<Task<absl::StatusOr<rpc::Scope>>(rpc::CallContext, std::string id)> scope;
    std::function<Task<absl::Status>(timers::Timer)> on_deadline;
  };

  template <class Record>
  std::string KeyOf(std::string_view id) const {
    return store_.keys().Of(store_.keys().ShardOfId(id), Named<Record>().name(), id);
  }
  template <class Record>
  static absl::StatusOr<Versioned<Record>> Parse(const store::Stored& stored);
  // In the order asked; version 0 where there is none.
  template <class Record>
  Task<absl::StatusOr<std::vector<Versioned<Record>>>> LoadEach(std::vector<std::string> keys);
  template <class Record>
  Task<absl::StatusOr<rpc::Scope>> ScopeOf(const Type<Record>& type, const Hooks<Record>& hooks,
                                           rpc::CallContext context, std::string id);
  template <class Record>
  Task<absl::Status> Fire(const Type<Record>& type, const Hooks<Record>& hooks,
                          timers::Timer timer);
  static Task<absl::StatusOr<rpc::Scope>> Unknown(std::string id);
  Task<absl::StatusOr<int64_t>> SizeOf(std::vector<std::string> lists);
  // All shards, or the one.
  std::vector<int> ShardsOf(bool in_one, int shard) const;

  store::Store& store_;
  Clock& clock_;
  const crypto::KeyRing& ring_;
  Tree tree_;
  Transitions transitions_;
  std::map<std::string, Kept, std::less<>> kept_;
};

template <class Record>
Task<absl::StatusOr<rpc::Scope>> Repository::ScopeOf(const Type<Record>& type,
                                                     const Hooks<Record>& hooks,
                                                     rpc::CallContext context, std::string id) {
  CO_ASSIGN_OR_RETURN(Versioned<Record> loaded, co_await Load(type, id));
  const auto kept = std::make_shared<const Versioned<Record>>(std::move(loaded));
  context.Keep(KeyOf<Record>(id), kept);
  if (hooks.scope) co_return co_await hooks.scope(kept->record);
  co_return type.scope(kept->record);
}

template <class Record>
Task<absl::Status> Repository::Fire(const Type<Record>& type, const Hooks<Record>& hooks,
                                    timers::Timer timer) {
  std::function<Task<absl::Status>(Transaction&)> decide =
      [&](Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const Versioned<Record> before, co_await Find(type, timer.id));
    const std::optional<Time> due = before.exists() ? type.deadline(before.record) : std::nullopt;
    if (!due || *due > transaction.now()) {
      // Whoever changes the record meanwhile sets its timer anew, and is not to lose it.
      transaction.Expect(type, timer.id, before.version);
      transaction.SetDeadline(timer.id, due);
      co_return absl::OkStatus();
    }
    if (hooks.lapse) co_return co_await hooks.lapse(transaction, before);
    if (type.deleted_at_deadline) {
      transaction.Delete(type, before);
      co_return absl::OkStatus();
    }
    Record after = before.record;
    type.lapse(&after, transaction.now());
    transaction.Put(type, before, after);
    co_return absl::OkStatus();
  };
  co_return co_await Update(timer.shard, OriginOf(store_.keys().service(), clock_.Now()),
                            std::move(decide));
}

template <class Record>
void Repository::Add(const Type<Record>& type, Hooks<Record> hooks) {
  const record::v1::Type& named = Named<Record>();
  if (type.moves != nullptr) {
    std::vector<Move> moves = type.moves();
    // What leaves a record in its state is no change of it.
    std::erase_if(moves, [](const Move& move) { return move.from == move.to; });
    transitions_.Declare(named.name(), *type.states(), moves);
  }
  Kept& kept = kept_[named.prefix()];
  const auto shared = std::make_shared<const Hooks<Record>>(std::move(hooks));
  if (shared->scope || type.scope != nullptr) {
    kept.scope = [this, &type, shared](rpc::CallContext context, std::string id) {
      return ScopeOf(type, *shared, std::move(context), std::move(id));
    };
  }
  if (type.deadline == nullptr) return;
  // Nothing is to be deleted because somebody forgot to say what happens to it.
  if (type.lapse == nullptr && !shared->lapse && !type.deleted_at_deadline) std::abort();
  kept.on_deadline = [this, &type, shared](timers::Timer timer) {
    return Fire(type, *shared, std::move(timer));
  };
}

template <class Record>
absl::StatusOr<Versioned<Record>> Repository::Parse(const store::Stored& stored) {
  Versioned<Record> versioned;
  versioned.version = stored.version;
  if (stored.exists() && !versioned.record.ParseFromString(stored.bytes)) {
    return absl::DataLossError("a stored " + Named<Record>().name() + " cannot be parsed");
  }
  return versioned;
}

template <class Record>
Task<absl::StatusOr<Versioned<Record>>> Repository::Find(const Type<Record>& type, std::string id) {
  (void)type;
  if (!ids::IsValid(id, Named<Record>().prefix())) co_return Versioned<Record>{};
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(KeyOf<Record>(id)));
  co_return Parse<Record>(stored);
}

template <class Record>
Task<absl::StatusOr<Versioned<Record>>> Repository::Load(const Type<Record>& type, std::string id) {
  CO_ASSIGN_OR_RETURN(Versioned<Record> found, co_await Find(type, id));
  if (!found.exists()) co_return NotFound(Named<Record>().name(), std::move(id));
  co_return found;
}

template <class Record>
Task<absl::StatusOr<Versioned<Record>>> Repository::Load(rpc::CallContext context,
                                                         const Type<Record>& type, std::string id) {
  if (const auto kept = context.Take(KeyOf<Record>(id))) {
    co_return *std::static_pointer_cast<const Versioned<Record>>(kept);
  }
  co_return co_await Load(type, std::move(id));
}

template <class Record>
Task<absl::StatusOr<std::vector<Versioned<Record>>>> Repository::LoadEach(
    std::vector<std::string> keys) {
  std::vector<Versioned<Record>> records;
  if (keys.empty()) co_return records;
  CO_ASSIGN_OR_RETURN(const std::vector<store::Stored> all,
                      co_await store_.GetMany(std::move(keys)));
  for (const store::Stored& stored : all) {
    CO_ASSIGN_OR_RETURN(records.emplace_back(), Parse<Record>(stored));
  }
  co_return records;
}

template <class Record>
Task<absl::StatusOr<std::vector<Versioned<Record>>>> Repository::LoadMany(
    const Type<Record>& type, std::vector<std::string> ids) {
  (void)type;
  std::erase_if(ids, [](const auto& id) { return !ids::IsValid(id, Named<Record>().prefix()); });
  for (std::string& id : ids) id = KeyOf<Record>(id);
  CO_ASSIGN_OR_RETURN(std::vector<Versioned<Record>> records,
                      co_await LoadEach<Record>(std::move(ids)));
  std::erase_if(records, [](const auto& record) { return !record.exists(); });
  co_return records;
}

template <class Answer, class Request>
Task<absl::StatusOr<Answer>> Repository::Mutate(rpc::CallContext context, const Request& request,
                                                int shard, Decide<Answer> decide, bool* replayed) {
  using Decided = store::Decision<Answer>;
  std::vector<Transition> transitions;  // of the latest try
  std::function<Task<absl::StatusOr<Decided>>()> attempt = [&]() -> Task<absl::StatusOr<Decided>> {
    Transaction transaction = Begin(shard, OriginOf(context, clock_.Now()));
    CO_ASSIGN_OR_RETURN(Answer answer, co_await decide(transaction));
    CO_RETURN_IF_ERROR(transaction.status());
    transitions = transaction.transitions();
    co_return Decided{transaction.TakeCommit(), std::move(answer)};
  };
  bool known = false;
  CO_ASSIGN_OR_RETURN(Answer answer,
                      co_await store::Mutate<Answer>(store_, RequestKeyOf(context, request),
                                                     CallerShard(context, shard), shard,
                                                     std::move(attempt), &known));
  if (!known) transitions_.Count(transitions);
  if (replayed != nullptr) *replayed = known;
  co_return answer;
}

template <class Record, class Request>
Task<absl::StatusOr<Record>> Repository::Change(rpc::CallContext context, const Request& request,
                                                const Type<Record>& type, std::string id,
                                                std::function<absl::Status(Record*, Time)> change) {
  const int shard = store_.keys().ShardOfId(id);
  Decide<Record> decide = [&](Transaction& transaction) -> Task<absl::StatusOr<Record>> {
    CO_ASSIGN_OR_RETURN(const Versioned<Record> before, co_await Load(context, type, id));
    Record after = before.record;
    CO_RETURN_IF_ERROR(change(&after, transaction.now()));
    transaction.Put(type, before, after);
    co_return after;
  };
  co_return co_await Mutate<Record>(context, request, shard, std::move(decide));
}

}  // namespace baodao::record

#include "common/record/lists.h"  // the definitions of its lists
