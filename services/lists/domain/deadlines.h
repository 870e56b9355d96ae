// What happens to needs, resources and projects by time alone.
#pragma once

#include <optional>

#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// So long after its time a need may still be published for another; then it is EXPIRED.
inline constexpr Millis kNeedGrace = std::chrono::hours(24);
// What a linked need was linked with may have answered it: so long there is to say so.
inline constexpr Millis kLinkedNeedGrace = std::chrono::hours(24 * 7);
// A resolved need that nobody closes, and no task closes before, is closed after this long.
inline constexpr Millis kNeedAutoClose = std::chrono::hours(24 * 7);
// A resource is listed for so long unless its owner says less.
inline constexpr Millis kListedFor = std::chrono::hours(24 * 365);
// A project that nobody approves, or claims, for so long is EXPIRED, and one that nobody evaluates
// EVALUATED without a rating …
inline constexpr Millis kProjectIdle = std::chrono::hours(24 * 180);
// … and of one that a unit has the coordinators are reminded this often once it is late.
inline constexpr Millis kReminderPeriod = std::chrono::hours(24 * 30);

// The end of the need's window, or of the latest task made of it.
Time WantedUntil(const v1::NeedRecord& record);

// When the clock moves the record next; nothing: only people do, or the need's task, or the running
// publication.
std::optional<Time> DeadlineOf(const v1::NeedRecord& record);
std::optional<Time> DeadlineOf(const v1::ResourceRecord& record);
std::optional<Time> DeadlineOf(const v1::ProjectRecord& record);

// What happens at that time; the record must have one. A need expires, or is closed once resolved;
// a resource is withdrawn; a project expires (or is EVALUATED, unrated), or its coordinators are
// reminded of it.
void Lapse(v1::NeedRecord* record, Time now);
void Lapse(v1::ResourceRecord* record, Time now);
void Lapse(v1::ProjectRecord* record, Time now);

}  // namespace baodao::lists
