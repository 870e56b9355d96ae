#include "services/registration/workers/expiry.h"

#include <string>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "services/registration/domain/registration_rules.h"
#include "services/registration/store/changes.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/moves.h"
#include "services/registration/store/records.h"

namespace baodao::registration {
namespace {

using DecideCommit = std::function<Task<absl::StatusOr<store::Commit>>()>;

constexpr const char* kActor = "registration";

}  // namespace

Expiry::Expiry(store::Store& store, Clock& clock, AreaBook& areas, OnEnded on_ended)
    : store_(store), clock_(clock), areas_(areas), on_ended_(std::move(on_ended)) {}

void Expiry::Register(timers::TimerLoop& loop) {
  loop.Register(std::string(kExpireTimer),
                [this](const timers::Timer& timer) { return EndRegistration(timer); });
  loop.Register(std::string(kCodeTimer),
                [this](const timers::Timer& timer) { return ForgetCode(timer); });
  loop.Register(std::string(kSessionTimer),
                [this](const timers::Timer& timer) { return ForgetSession(timer); });
}

Task<absl::StatusOr<store::Commit>> Expiry::DecideEnd(const timers::Timer& timer,
                                                      std::optional<RegistrationEvent>* ended) {
  const RecordKeys keys(store_.keys());
  ended->reset();
  const Time now = clock_.Now();
  const std::string key = keys.Registration(timer.id);
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await Load<v1::RegistrationRecord>(store_, key));
  const std::optional<Deadline> deadline = DeadlineOf(loaded.record.registration());
  if (!deadline || deadline->due > now) {
    // Whoever changes the registration meanwhile sets its timer anew, and is not to lose it.
    store::Commit commit(timer.shard);
    commit.Expect(key, loaded.version);
    if (deadline) {
      commit.SetTimer(timer.member, deadline->due);
    } else {
      commit.ClearTimer(timer.member);
    }
    co_return commit;
  }
  Edit edit = [reason = deadline->reason](v1::Registration& ending) {
    ending.set_end_reason(reason);
    ending.clear_change_comment();
  };
  Stamp stamp{now, kActor, ""};
  RegistrationEvent event = deadline->event;
  CO_ASSIGN_OR_RETURN(store::Decision<v1::Registration> decision,
                      co_await DecideMove(store_, keys, areas_, timer.id, &event, edit, stamp));
  *ended = event;
  co_return std::move(decision.commit);
}

Task<absl::Status> Expiry::EndRegistration(timers::Timer timer) {
  std::optional<RegistrationEvent> ended;
  DecideCommit decide = [&] { return DecideEnd(timer, &ended); };
  CO_RETURN_IF_ERROR(co_await CommitUntilSettled(store_, clock_, std::move(decide)));
  if (ended) on_ended_(*ended);
  co_return absl::OkStatus();
}

template <class Record>
Task<absl::Status> Expiry::Forget(const timers::Timer& timer, std::string key,
                                  std::function<Time(const Record&)> expire_of) {
  DecideCommit decide = [&]() -> Task<absl::StatusOr<store::Commit>> {
    CO_ASSIGN_OR_RETURN(const Loaded<Record> loaded, co_await Load<Record>(store_, key));
    store::Commit commit(timer.shard);
    if (!loaded.exists()) commit.Expect(key, 0);
    if (loaded.exists() && expire_of(loaded.record) > clock_.Now()) {
      commit.Expect(key, loaded.version);
      commit.SetTimer(timer.member, expire_of(loaded.record));
      co_return commit;
    }
    if (loaded.exists()) commit.Delete(key, loaded.version);
    commit.ClearTimer(timer.member);
    co_return commit;
  };
  co_return co_await CommitUntilSettled(store_, clock_, std::move(decide));
}

Task<absl::Status> Expiry::ForgetCode(timers::Timer timer) {
  std::function<Time(const v1::LoginCodeRecord&)> expire_of = [](const v1::LoginCodeRecord& code) {
    return ToTime(code.expire_time());
  };
  const std::string key = RecordKeys(store_.keys()).LoginCode(timer.id);
  co_return co_await Forget(timer, key, expire_of);
}

Task<absl::Status> Expiry::ForgetSession(timers::Timer timer) {
  std::function<Time(const v1::SessionRecord&)> expire_of = [](const v1::SessionRecord& session) {
    return ToTime(session.refresh_expire_time());
  };
  const std::string key = RecordKeys(store_.keys()).Session(timer.id);
  co_return co_await Forget(timer, key, expire_of);
}

}  // namespace baodao::registration
