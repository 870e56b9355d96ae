#include "services/dispatch/app/seeker.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"

namespace baodao::dispatch {

Task<absl::StatusOr<Seeker>> ReadSeeker(App& app, rpc::CallOptions options, std::string person_id) {
  CO_ASSIGN_OR_RETURN(profiles::ProfilePtr profile,
                      co_await app.profiles.Get(std::move(options), person_id));
  CO_ASSIGN_OR_RETURN(v1::CalendarRecord calendar, co_await app.calendars.Read(person_id));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> waited_for,
                      co_await app.tasks.ListAsked(std::move(person_id)));
  Seeker seeker{std::move(profile), std::move(calendar), {},
                app.relations,      app.limits,          app.clock.Now()};
  for (const record::Position& one : waited_for) seeker.asked.insert(one.id);
  co_return seeker;
}

}  // namespace baodao::dispatch
