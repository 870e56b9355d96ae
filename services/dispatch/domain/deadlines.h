// Decisions about a task that time alone brings. Each handles its timer too: clears it, moves it
// when it fired early, or fires it again at once where more people are left than one commit takes.
// A decision with nothing left to do changes only the timer.
#pragma once

#include <string>
#include <vector>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// At accept_by: a task that is still OPEN, or has too few people because some have not come and can
// still be saved, goes one level up the tree. `ancestors`: the codes above
// the task's area, from the parent to the root. The area whose coordinators must act is the next of
// them, and people of one level more may take part. Again after another SLA period (less where the
// start is near), until the root has been told.
Effects DecideEscalate(Aggregate& aggregate, const std::vector<std::string>& ancestors, Time now);

// 30 minutes after the start: who accepted and has not come is a NO_SHOW. While half of the task's
// time is left, others may join in their place until then (Task.repair_until), and 30 minutes later
// it is looked at again; otherwise whoever still waits or has an offer is released. `fired_for`:
// when the timer was due; where it fired more than two minutes late nobody could sign in, and
// people get ten minutes more while the task lasts. Everybody must be loaded.
Effects DecideNoShow(Aggregate& aggregate, Time fired_for, Time now);
// When nobody can join any more, at the start or at repair_until: a task that somebody has signed
// in to before is IN_SERVICE now, requests to be let go lapse, and whoever waits in vain is
// released. Everybody must be loaded.
Effects DecideBegin(Aggregate& aggregate, Time now);

// An hour after the end: who is still signed in is signed out as of the end; with any service the
// task is SERVED, without it is EXPIRED. Everybody must be loaded.
Effects DecideEnd(Aggregate& aggregate, Time now);

// The timer, 7 days after SERVED: CLOSED; it confirms the service if nobody has.
Effects DecideAutoClose(Aggregate& aggregate, Time now);

}  // namespace baodao::dispatch
