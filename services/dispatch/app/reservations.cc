#include "services/dispatch/app/reservations.h"

#include "common/status/status.h"

namespace baodao::dispatch {

Task<void> SettleReservation(App& app, Reservation reservation, const TaskCall& call) {
  const bool replayed = call.end == TaskCall::End::kReplayed;
  const bool unused = call.end == TaskCall::End::kRefused || call.end == TaskCall::End::kExpired;
  // It stands, or may have been written: only time can tell.
  if (!replayed && !unused) co_return;
  if (replayed) {
    // The commit that made this answer may have been ours, sent again on the way.
    auto mine = co_await app.tasks.ReadAssignment(reservation.task_id, reservation.person_id);
    const bool gone = Is(mine.status(), Reason::NOT_ASSIGNED);
    if (!mine.ok() && !gone) co_return;
    if (mine.ok() && mine->reservation() == reservation.token) co_return;
  }
  co_await app.calendars.Release(reservation.person_id, reservation.task_id, reservation.token);
}

}  // namespace baodao::dispatch
