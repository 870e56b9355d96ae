// How dispatch reckons with time: windows of tasks, and the constants of its rules.
#pragma once

#include <string>

#include "baodao/dispatch/v1/task.pb.h"
#include "common/clock/clock.h"
#include "common/clock/timestamp.h"
#include "common/enrollment/seats.h"
#include "common/work/slots.h"

namespace baodao::dispatch {

using std::chrono::hours;
using std::chrono::minutes;

// Service is proved from this long before the start …
inline constexpr Millis kSignInBefore = minutes(30);
// … and who has not come this long after it is a no-show.
inline constexpr Millis kNoShowAfter = minutes(30);
// A timer that fires later than this was not late by itself: the service was not there. Then people
// get so long to sign in.
inline constexpr Millis kTimerDelay = minutes(2);
inline constexpr Millis kSecondChance = minutes(10);
// Sign-outs are possible this long after the end; then the timer signs everybody out.
inline constexpr Millis kEndGrace = hours(1);
// Until how long before the start people may withdraw by themselves.
inline constexpr Millis kWithdrawBefore = hours(2);
inline constexpr Millis kDefaultSla = hours(4);
inline constexpr Millis kDefaultOffer = minutes(30);
// How long a slot is held for somebody from the waitlist.
inline constexpr Millis kHold = enrollment::kDefaultHold;
// A served task that nobody evaluates or closes is closed after this long.
inline constexpr Millis kAutoClose = hours(24 * 7);
// Service can be confirmed until so long after the end.
inline constexpr Millis kConfirmUntil = hours(24 * 30);
// A person can ask for credit until so long after the end: a week is left to answer.
inline constexpr Millis kRequestCreditUntil = kConfirmUntil - hours(24 * 7);
// An unanswered request lapses after so long; its coordinators are reminded before.
inline constexpr Millis kAnswerCreditWithin = hours(24 * 14);
inline constexpr Millis kRemindOfCreditAfter = hours(24 * 3);
// So many people of a task may ask to be let go at once, and so many colleagues be proposed …
inline constexpr int kMaxLeaving = 20;
inline constexpr int kMaxProposals = 20;
// … of them so many ever by one person. A proposal is to be answered within a day.
inline constexpr int kMaxProposalsOfOne = 5;
inline constexpr Millis kAnswerProposalWithin = hours(24);
// An escalation level gets at least this long before the next one.
inline constexpr Millis kMinEscalation = minutes(1);
// Nobody new is offered a task that so many people have had to do with: all of them are loaded
// whenever it ends.
inline constexpr int32_t kMaxPeople = 12'000;
// People are let go or marked in commits of so many: one of all would hold up Redis, and could be
// more than a commit can carry.
inline constexpr size_t kPeoplePerCommit = 2'000;

// Somebody who is to be heard from has so long after they are reminded.
inline constexpr Millis kCheckInGrace = minutes(5);
// Where people are to be heard from, there are at most so many.
inline constexpr int kMaxCheckedIn = 200;
// The notes of a phone without network are taken until so long after the end.
inline constexpr Millis kOfflineUntil = hours(12);
// So many changes of the key of a task's codes are kept with their times.
inline constexpr int kMaxCodeKeys = 8;

inline Time StartOf(const v1::Task& task) { return ToTime(task.window().start()); }
inline Time EndOf(const v1::Task& task) { return ToTime(task.window().end()); }
using work::JoinUntil;
// Until when a task can still be saved where somebody has not come: half of its time must be left
// for whoever comes instead.
inline Time SavedUntil(const v1::Task& task) {
  return StartOf(task) + (EndOf(task) - StartOf(task)) / 2;
}

}  // namespace baodao::dispatch
