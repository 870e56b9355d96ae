#include "services/registration/app/sessions.h"

#include <functional>
#include <utility>

#include "common/status/macros.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {
namespace {

constexpr int kSessionsAtOnce = 100;

}  // namespace

Task<absl::Status> EndSession(App& app, record::Origin origin, std::string session_id) {
  const std::function<Task<absl::Status>(record::Transaction&)> end =
      [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Find(kSession, session_id));
    if (!before.exists() || before.record.ended()) co_return absl::OkStatus();
    v1::SessionRecord after = before.record;
    after.set_ended(true);
    transaction.Put(kSession, before, after);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Update(app.records.ShardOfId(session_id), std::move(origin), end);
}

Task<absl::Status> EndOtherSessions(App& app, record::Origin origin, v1::PersonRecord before,
                                    v1::PersonRecord after) {
  record::PageQuery query = SessionsOf(app.store().keys(), before);
  query.size = kSessionsAtOnce;
  do {
    CO_ASSIGN_OR_RETURN(const auto page, co_await app.records.ReadPage(kSession, query));
    for (const record::Versioned<v1::SessionRecord>& session : page.records) {
      if (Keeps(after, session.record, origin.now)) continue;
      CO_RETURN_IF_ERROR(co_await EndSession(app, origin, session.record.session_id()));
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

}  // namespace baodao::registration
