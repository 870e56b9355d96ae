// The loop, step by step. Each step acts through gRPC as phones would, renews the tokens that have
// grown old, and throws when something that must succeed does not.
#pragma once

#include "ops/demo/world.h"

namespace baodao::demo {

// Reads the real communities and gives each chosen one, and its subdistrict, a coordinator.
Task<void> Stage(World& world);
// 双报到: units and people report to their communities; coordinators review them.
Task<void> ReportIn(World& world);
// More people, until there are `total`.
Task<void> ReportMore(World& world, size_t total);
// Units look through their people, and confirm some of them.
Task<void> KnowMembers(World& world);
// Residents raise needs; coordinators review them and publish each as a task.
Task<void> RaiseNeeds(World& world);
// 微心愿认领: units claim slots of some tasks, name members for them, and give back the others.
Task<void> ClaimForUnits(World& world);
// 接单: people claim, are matched and offered, are assigned; some withdraw and the waitlist moves
// up.
Task<void> StaffTasks(World& world);
// 换班 / 请假: some hand their slot to a colleague, some ask to be let go.
Task<void> ChangeMinds(World& world);
// Before the work: who comes is told where to meet, and who leads.
Task<void> PrepareOnSite(World& world);
// Other goings-on in communities: announcements, rooms that are booked, needs of every week.
Task<void> LiveOn(World& world);
// 服务 → 评价 → 反馈: sign-in, sign-out, evaluation, hours, closing.
Task<void> Serve(World& world);
// After it, and before it is closed: each side says how it went with the other.
Task<void> RateEachOther(World& world);
// 证明 / 投诉: hours on paper, and complaints that are answered.
Task<void> SettleUp(World& world);
// Prints a row per subdistrict and what everybody heard.
Task<void> Summarise(World& world);
// Checks the promises from outside, and that the loop was played at all; answers how many are
// broken.
Task<int> CheckPromises(World& world);

}  // namespace baodao::demo
