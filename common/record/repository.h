// The records of a service: how they are read, created, changed, shown and listed.
//
//   co_return co_await repository.Change(context, request, kProject, request.project_id(),
//                                        [&](v1::ProjectRecord* record, Time now) { … });
#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/areas/place_check.h"
#include "common/async/task.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/paging/asked_page.h"
#include "common/record/creation_limit.h"
#include "common/record/page.h"
#include "common/record/parse.h"
#include "common/record/transaction.h"
#include "common/record/type.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "common/store/store.h"

namespace baodao::record {

template <class T>
using RecordOf = typename T::Record;
template <class T>
using ViewOf = typename T::View;

// Decides a change: fills the transaction and returns the answer. It runs again when a record it
// read has changed meanwhile.
template <class Answer>
using Decide = std::function<Task<absl::StatusOr<Answer>>(Transaction& transaction)>;

// Functions of a type that need more than the record: other records, other services, the caller.
template <class T>
struct Hooks {
  // Instead of Type::ScopeOf, where another record or service must be asked.
  std::function<Task<absl::StatusOr<rpc::Scope>>(RecordOf<T> record)> scope;
  // Instead of Type::lapse, where more than the record changes.
  std::function<Task<absl::Status>(Transaction& transaction, Versioned<RecordOf<T>> before)> lapse;
  // The view as this caller may see it, where it is not the same for all.
  std::function<absl::StatusOr<ViewOf<T>>(const rpc::CallContext& context, RecordOf<T> record)>
      show;
};

// Loop thread only.
class Repository {
 public:
  // Records read for one page, at most about.
  static constexpr int64_t kMaxLoaded = 2'000;
  using Tree = std::shared_ptr<const areas::AreaTree>;
  // Reads the tree anew.
  using Newest = std::function<Task<absl::StatusOr<Tree>>()>;

  // All of them outlive it. `ring` keys the page tokens. `newest` is asked where `tree` lacks an
  // area that somebody names: it may have been imported a moment ago.
  Repository(store::Store& store, Clock& clock, const crypto::KeyRing& ring, Transaction::Tree tree,
             metrics::Registry& metrics, Newest newest = nullptr)
      : store_(store),
        clock_(clock),
        ring_(ring),
        tree_(std::move(tree)),
        newest_(std::move(newest)),
        transitions_(metrics),
        creation_limit_(store) {}

  // Before anything is added: records of types that say so leave for the archive once they are
  // over, and are read from there. The archive outlives it.
  void SetRetirement(Retirement retirement) { retirement_ = std::move(retirement); }
  // Before the first call: what the service keeps. `type` outlives it. Aborts where a deadline has
  // nothing to do.
  template <class T>
  void Add(const T& type, Hooks<T> hooks = {});
  // For the access rules: the scope of whatever was added.
  rpc::AccessPolicy Access();
  // Whether the id is of a type that was added.
  bool Keeps(std::string_view id) const { return KeptById(id) != nullptr; }
  // For timers of kDeadlineTimer: moves what is due. One that comes too early, or for nothing, is
  // set to where it belongs, or cleared; an error: again later.
  Task<absl::Status> OnDeadline(timers::Timer timer);

  store::Store& store() { return store_; }
  Tree tree() const { return tree_(); }
  // A tree that has the area; AREA_UNKNOWN.
  Task<absl::StatusOr<Tree>> TreeWith(std::string area_code);

  // Version 0 where there is none in the store; DATA_LOSS when it cannot be parsed.
  template <class T>
  Task<absl::StatusOr<Versioned<RecordOf<T>>>> Find(const T& type, std::string id);
  // The same, or as it was retired; NOT_FOUND when there is none.
  template <class T>
  Task<absl::StatusOr<Versioned<RecordOf<T>>>> Load(const T& type, std::string id);
  // The same, at first as the access rule of this call has read it.
  template <class T>
  Task<absl::StatusOr<Versioned<RecordOf<T>>>> Load(rpc::CallContext context, const T& type,
                                                    std::string id);
  // In the order asked; ids without a record are left out.
  template <class T>
  Task<absl::StatusOr<std::vector<Versioned<RecordOf<T>>>>> LoadMany(const T& type,
                                                                     std::vector<std::string> ids);

  // A record as the caller may see it. Its etag is that of the version it was read or written at.
  template <class T>
  absl::StatusOr<ViewOf<T>> Show(const rpc::CallContext& context, const T& type,
                                 RecordOf<T> record) const;
  template <class T>
  absl::StatusOr<ViewOf<T>> Show(const rpc::CallContext& context, const T& type,
                                 Versioned<RecordOf<T>> found) const;
  // Answers a get method. NOT_FOUND.
  template <class T>
  Task<absl::StatusOr<ViewOf<T>>> Get(rpc::CallContext context, const T& type, std::string id);

  // The key of a mutation's request, and the shard where the caller's requests are put down when it
  // is not `shard`: a person's own.
  template <class Request>
  static store::RequestKey RequestKeyOf(const rpc::CallContext& context, const Request& request) {
    return store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  }
  int CallerShard(const rpc::CallContext& context, int shard) const;

  // A fresh id of the type.
  template <class T>
  static std::string NewId(const T& type, int shard) {
    (void)type;
    return ids::New(Named<RecordOf<T>>().prefix(), shard);
  }
  // The shard of what lies in an area, and of a record.
  int ShardOf(const std::string& area_code) const {
    return tree_()->ShardOf(area_code, store_.keys());
  }
  int ShardOfId(std::string_view id) const { return store_.keys().ShardOfId(id); }

  // Runs a mutation under the request's request_id: see store::Mutate, also for `replayed`.
  template <class Answer, class Request>
  Task<absl::StatusOr<Answer>> Mutate(rpc::CallContext context, const Request& request, int shard,
                                      Decide<Answer> decide, bool* replayed = nullptr);
  // The same of a record that is made, under the limit of what a person may make in a day:
  // RATE_LIMITED beyond Type::created_per_day.
  template <class T, class Request>
  Task<absl::StatusOr<RecordOf<T>>> MutateLimited(rpc::CallContext context, const Request& request,
                                                  const T& type, int shard,
                                                  Decide<RecordOf<T>> decide);
  // Answers a create method: `make` fills a new record with the given id, in the area (and at the
  // place) that the request names. AREA_UNKNOWN, AREA_CLOSED, PLACE_FAR_FROM_AREA; RETIRED_TAG;
  // RATE_LIMITED beyond Type::created_per_day.
  template <class T, class Request>
  Task<absl::StatusOr<ViewOf<T>>> Create(
      rpc::CallContext context, const Request& request, const T& type,
      std::function<Task<absl::StatusOr<RecordOf<T>>>(Transaction&, std::string id)> make);
  // Answers a method that changes one record. STALE_VERSION where the request has another etag,
  // RETIRED_TAG where an update brings in what is for old records only.
  template <class T, class Request>
  Task<absl::StatusOr<ViewOf<T>>> Change(
      rpc::CallContext context, const Request& request, const T& type, std::string id,
      std::function<Task<absl::Status>(Transaction&, RecordOf<T>*)> change);
  template <class T, class Request>
  Task<absl::StatusOr<ViewOf<T>>> Change(rpc::CallContext context, const Request& request,
                                         const T& type, std::string id,
                                         std::function<absl::Status(RecordOf<T>*, Time)> change);
  // Without a request_id (timers, events, logins): until nothing changed in between.
  // CONFLICT_RETRY after 8 tries.
  Task<absl::Status> Update(int shard, Origin origin,
                            std::function<Task<absl::Status>(Transaction&)> decide);
  // One try.
  Task<absl::StatusOr<store::CommitOutcome::Kind>> Commit(Transaction transaction);
  // Puts on record what private details the caller is about to be shown, in the shard of `id`: as
  // an event, and in a stream that is kept for audits when events have long been trimmed. To be
  // done before anything is out.
  Task<absl::Status> RecordRelease(rpc::CallContext context, events::v1::ContactReleased released,
                                   std::string id);

  Transaction Begin(int shard, Origin origin) {
    return Transaction(store_.keys(), tree_, shard, std::move(origin), &retirement_);
  }

  // The lists that together hold a type's records of an area's subtree, in one of `states` (none:
  // in any), and those of an owner.
  template <class T>
  PageQuery InArea(const T& type, const std::string& area_code,
                   const google::protobuf::RepeatedField<int>& states = {}) const;
  template <class T>
  PageQuery Of(const T& type, const std::string& owner_id,
               const google::protobuf::RepeatedField<int>& states = {}) const;
  // All records of the type in a shard.
  template <class T>
  PageQuery InShard(const T& type, int shard) const {
    (void)type;
    PageQuery query;
    query.lists.push_back(IndexKeys(store_.keys(), Named<RecordOf<T>>().name()).All(shard));
    return query;
  }
  // Those that a list method asks for with area_code, states and category. AREA_UNKNOWN.
  template <class T, class Request>
  Task<absl::StatusOr<PageQuery>> AskedFor(const T& type, const Request& request);

  // Answers a list method: one page from `query`, where and as long as the request's page_token and
  // page_size say (0: `standard_size`), of the records that fit. `show` puts one into the response.
  // The first page says how many there are if the lists hold just what is asked for (`exact`, which
  // a `fits` that drops many must not claim). The caller is charged for records looked at and not
  // shown. PAGE_TOKEN_INVALID, PAGE_TOKEN_EXPIRED.
  template <class Response, class T, class Request>
  Task<absl::StatusOr<Response>> List(
      rpc::CallContext context, const T& type, const Request& request, PageQuery query,
      std::function<absl::Status(Response*, Versioned<RecordOf<T>>&&)> show,
      std::function<bool(const RecordOf<T>&)> fits = nullptr, int standard_size = 20);
  // The same of records as Show shows them.
  template <class T, class Request, class Response>
  Task<absl::StatusOr<Response>> List(rpc::CallContext context, const T& type,
                                      const Request& request, PageQuery query,
                                      ViewOf<T>* (Response::*add)(),
                                      std::function<bool(const RecordOf<T>&)> fits = nullptr);
  // Records of these lists that fit. A page may be short, even empty, without being the last: at
  // most about 4,000 members of lists, and 2,000 records, are looked at for one.
  template <class T>
  Task<absl::StatusOr<Page<RecordOf<T>>>> ReadPage(
      const T& type, PageQuery query, std::function<bool(const RecordOf<T>&)> fits = nullptr);

 private:
  struct Kept {  // what Add was told of a type, by its prefix
    std::function<Task<absl::StatusOr<rpc::Scope>>(rpc::CallContext, std::string id)> scope;
    std::function<Task<absl::Status>(timers::Timer)> on_deadline;
    std::shared_ptr<const void> hooks;
  };

  template <class Record>
  std::string KeyOf(std::string_view id) const {
    return store_.keys().Of(ShardOfId(id), Named<Record>().name(), id);
  }
  // In the order asked; version 0 where there is none.
  template <class Record>
  Task<absl::StatusOr<std::vector<Versioned<Record>>>> LoadEach(std::vector<std::string> keys);
  template <class T>
  Task<absl::StatusOr<rpc::Scope>> ScopeOf(const T& type, const Hooks<T>& hooks,
                                           rpc::CallContext context, std::string id);
  template <class T>
  Task<absl::Status> Fire(const T& type, const Hooks<T>& hooks, timers::Timer timer);
  // Copies the record to the archive and, once its time has come, deletes it here.
  template <class T>
  Task<absl::Status> Retire(const T& type, Transaction& transaction,
                            const Versioned<RecordOf<T>>& before);
  // Null for the id of a type that was never added.
  const Kept* KeptById(std::string_view id) const;
  // Throws, and so fails the call, with the name of a type that was never added.
  const Kept& KeptOf(const record::v1::Type& named) const;
  // AREA_UNKNOWN.
  Task<absl::Status> CheckKnown(std::string area_code);
  static Task<absl::StatusOr<rpc::Scope>> Unknown(std::string id);
  Task<absl::StatusOr<int64_t>> SizeOf(std::vector<std::string> lists, double least);
  // All shards, or the one.
  std::vector<int> ShardsOf(bool in_one, int shard) const;

  store::Store& store_;
  Clock& clock_;
  const crypto::KeyRing& ring_;
  Transaction::Tree tree_;
  Newest newest_;
  Retirement retirement_;
  Transitions transitions_;
  CreationLimit creation_limit_;
  std::map<std::string, Kept, std::less<>> kept_;
};

template <class T>
Task<absl::StatusOr<rpc::Scope>> Repository::ScopeOf(const T& type, const Hooks<T>& hooks,
                                                     rpc::CallContext context, std::string id) {
  CO_ASSIGN_OR_RETURN(Versioned<RecordOf<T>> loaded, co_await Load(type, id));
  const auto kept = std::make_shared<const Versioned<RecordOf<T>>>(std::move(loaded));
  context.Keep(KeyOf<RecordOf<T>>(id), kept);
  if (hooks.scope) co_return co_await hooks.scope(kept->record);
  co_return type.ScopeOf(kept->record);
}

template <class T>
void Repository::Add(const T& type, Hooks<T> hooks) {
  const record::v1::Type& named = Named<RecordOf<T>>();
  if (type.moves != nullptr) {
    std::vector<Move> moves = type.moves();
    // A move that leaves a record in its state is no transition.
    std::erase_if(moves, [](const Move& move) { return move.from == move.to; });
    transitions_.Declare(named.name(), *type.States(), moves);
  }
  Kept& kept = kept_[named.prefix()];
  const auto shared = std::make_shared<const Hooks<T>>(std::move(hooks));
  kept.hooks = shared;
  if (shared->scope || T::kHasArea) {
    kept.scope = [this, &type, shared](rpc::CallContext context, std::string id) {
      return ScopeOf(type, *shared, std::move(context), std::move(id));
    };
  }
  if (type.deadline == nullptr && type.over == nullptr) return;
  // Nothing is to be deleted because somebody forgot to say what happens to it.
  const bool lapses = type.lapse != nullptr || shared->lapse || type.deleted_at_deadline;
  if (type.deadline != nullptr && !lapses) std::abort();
  kept.on_deadline = [this, &type, shared](timers::Timer timer) {
    return Fire(type, *shared, std::move(timer));
  };
}

}  // namespace baodao::record

// The definitions of its timers, mutations, lists and reads of single records.
#include "common/record/deadlines.h"
#include "common/record/lists.h"
#include "common/record/mutations.h"
#include "common/record/reads.h"
