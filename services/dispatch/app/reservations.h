// Keeps or releases the time reserved for a call once it has ended.
#pragma once

#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// Gives the time back where the call was refused, or was answered before and stands on another
// reservation; keeps it where the assignment stands on it, and where that is not known.
Task<void> SettleReservation(App& app, Reservation reservation, const TaskCall& call);

}  // namespace baodao::dispatch
