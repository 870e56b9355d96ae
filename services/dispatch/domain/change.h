// One decided change of a task: applies transitions by the tables, keeps the counters and the
// task's state true, and collects what must be written beside the records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/clock.h"
#include "services/dispatch/domain/aggregate.h"
#include "services/dispatch/domain/claimed_slots.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

// A timer to arm or (due unset) to clear.
struct TimerChange {
  std::string member;  // "<kind>|<task>[|<person>]"
  std::optional<Time> due;

  bool operator==(const TimerChange&) const = default;
};

// The person's calendar entry of this task is no longer needed.
struct CalendarRelease {
  std::string person_id;
  uint64_t token = 0;

  bool operator==(const CalendarRelease&) const = default;
};

// A transition that happened, for the metrics.
struct Transition {
  std::string_view record;  // "task", "assignment", "credit_request", "unit_claim", "check_in"
  int from = 0;
  int to = 0;
};

struct Effects {
  // Only the change is set; who and when is added where they are written.
  std::vector<events::v1::Event> events;
  std::vector<TimerChange> timers;
  std::vector<CalendarRelease> released;
  std::vector<Transition> transitions;
};

class Change {
 public:
  // A change at `now`; the task's version grows by one.
  Change(Aggregate& aggregate, Time now);

  // Moves the person by the table; the pair must be possible. Answers the record for further
  // fields. Announces it with an AssignmentChanged, and releases the calendar where the person no
  // longer takes a slot.
  v1::Assignment& Move(const std::string& person_id, AssignmentEvent event);
  // Moves people in `state`, in the order of their ids, at most as many as `*room` says, which
  // shrinks by as many; `cause` is noted with each. Everybody must be loaded.
  void MoveAll(v1::AssignmentState state, AssignmentEvent event, size_t* room,
               v1::EndCause cause = v1::END_CAUSE_UNSPECIFIED);
  // The record of somebody who stays in their state, for a change of other fields. Announced with
  // an AssignmentChanged whose `before` is that state.
  v1::Assignment& Touch(const std::string& person_id);
  // Somebody ACCEPTED asks to be let go, of whoever comes instead: a colleague whom they have
  // proposed is asked no more. CheckRecruiting must have answered OK.
  void RequestWithdrawal(const std::string& person_id, const std::string& reason);
  // Their request is over and they stay; `reason` may be empty.
  void EndWithdrawal(const std::string& person_id, v1::WithdrawalChange how,
                     const std::string& reason = {});
  // How the request of the person moved last has ended with that; without this it is OVER.
  void SetWithdrawal(v1::WithdrawalChange how) { moved_.back().withdrawal = how; }
  // Puts somebody on the task (as Move does), in whose place `leaver` is WITHDRAWN; nobody's where
  // that is empty. The leaver's slot is `handed_on`, unless the newcomer fills another: one that
  // was held for their unit.
  v1::Assignment& Admit(const std::string& person_id, AssignmentEvent event,
                        const std::string& leaver, bool handed_on);
  // Offers the slot of somebody ACCEPTED to a colleague, until `expires`.
  v1::Assignment& ProposeSwap(const std::string& proposer_id, const std::string& successor_id,
                              Time expires);
  // Moves the person's request for credit by the table; the pair must be possible. Answers the
  // request for further fields. Announces it with a CreditRequestChanged. A request that is PENDING
  // no more loses its proof and its timer.
  v1::CreditRequest& Move(const std::string& person_id, CreditEvent event);
  // Announces a PENDING request that stays so: somebody should answer it.
  void Remind(const std::string& person_id);
  // Moves the claim of the unit, which is there, by the table; the pair must be possible. Announces
  // it with a UnitClaimChanged.
  v1::UnitClaim& Move(const std::string& unit_id, UnitClaimEvent event);
  // The claim of the unit, which stays in its state, for a change of other fields. Announced, too.
  v1::UnitClaim& TouchClaim(const std::string& unit_id);
  // Somebody who is on the task, and loaded, leads the others from now on; whoever led has it taken
  // from them.
  void NameLeader(const std::string& person_id);
  // Nobody leads any more; nothing where nobody does. The codes stay as they are: phones that have
  // no network go on showing them.
  void EndLeading(events::v1::LeaderStep how);
  // The codes are others from now on: whoever led may have the key in their phone, and is not to
  // be trusted with it any more.
  void ChangeCodeKey();
  // Somebody SIGNED_IN was heard from; nothing where the task does not ask for it.
  void Hear(v1::Assignment& assignment);
  // They were not, by the table; nothing where that has no such row. Told to whom it concerns.
  void MoveCheckIn(v1::Assignment& assignment, CheckInEvent event);
  // Moves the task by the table; the pair must be possible.
  void Move(TaskEvent event);
  // Announces the task itself.
  void Announce(events::v1::TaskChange kind, std::string escalated_to = {});
  void Arm(std::string member, Time due);
  void Clear(std::string member);

  // Too few people are left: who waits is asked first, then the task is escalated, as long as
  // somebody can join.
  void SeekOthers();
  // Free slots are offered to the waitlist at once, or from here on.
  void PromoteNotBefore(Time time) { promote_from_ = time; }
  // The reservation that an acceptance stands on.
  void SetReservation(const std::string& person_id, uint64_t token);

  // Settles the task's state after all moves (staffed or not, served), arms what follows from it,
  // and fills the events with the result. The change must not be used afterwards.
  Effects Finish();

  Time now() const { return now_; }

 private:
  void Count(const enrollment::Place& before, const v1::Assignment& after);
  void CountService(v1::AssignmentState state, int by);
  // Ends what stood on the state left: a request to be let go, the proposal of a successor.
  void EndAsked(v1::Assignment& assignment);
  void DropRequest(v1::Assignment& assignment);
  // Nothing where nobody is proposed. The name is a copy: what it was read from is cleared.
  void EndProposal(std::string successor_id);
  void Settle();
  void SettleState();
  void ArmFollowing();
  void Serve(TaskEvent event);
  // Told where they were to be heard from and were not.
  void EndCheckIns(v1::Assignment& assignment);
  void TellOnSite(const events::v1::TaskBrief& brief);
  events::v1::TaskBrief Brief() const;

  Aggregate& aggregate_;
  Time now_;
  Time promote_from_;
  // The slot of whoever is moved is another's already.
  bool handed_on_ = false;
  v1::TaskState before_;
  Effects effects_;
  // Index into effects_.events by moved person, in the order of the moves.
  struct Moved {
    std::string person_id;
    v1::AssignmentState before;
    v1::WithdrawalChange withdrawal = v1::WITHDRAWAL_CHANGE_UNSPECIFIED;
  };
  std::vector<Moved> moved_;
  struct Requested {
    std::string person_id;
    v1::CreditRequestState before;
  };
  std::vector<Requested> requested_;
  struct Claimed {
    std::string unit_id;
    v1::UnitClaimState before;
  };
  std::vector<Claimed> claimed_;
  struct Announced {
    events::v1::TaskChange kind;
    std::string escalated_to;
  };
  std::vector<Announced> announced_;
  struct Led {
    std::string person_id;
    events::v1::LeaderStep step;
  };
  std::vector<Led> led_;
  struct CheckedIn {
    std::string person_id;
    v1::CheckInState before;
    v1::CheckInState after;
  };
  std::vector<CheckedIn> checked_;
};

// Whether nobody who waits can get onto the task any more.
bool IsDecided(const v1::Task& task, Time now);

// Whether somebody has come to work whose start has passed: the task is IN_SERVICE by right, and
// the next change makes it so.
bool HasBegun(const v1::Task& task, Time now);

// Changes nothing but the timer: clears it, or moves it to `due`.
Effects OnlyTimer(std::string member, std::optional<Time> due = std::nullopt);

// Timer members.
std::string TimerName(std::string_view kind, std::string_view task_id);
std::string TimerName(std::string_view kind, std::string_view task_id, std::string_view person_id);

inline constexpr std::string_view kSlaTimer = "sla";
inline constexpr std::string_view kBeginTimer = "begin";
inline constexpr std::string_view kNoShowTimer = "noshow";
inline constexpr std::string_view kEndTimer = "end";
inline constexpr std::string_view kAutoCloseTimer = "autoclose";
inline constexpr std::string_view kOfferTimer = "offer";
inline constexpr std::string_view kPromoteTimer = "promote";
inline constexpr std::string_view kCreditTimer = "credit";
inline constexpr std::string_view kReleaseTimer = "release";
inline constexpr std::string_view kRetireTimer = "retire";
inline constexpr std::string_view kCreditRequestTimer = "creditrequest";
inline constexpr std::string_view kUnitClaimTimer = "unitclaim";
inline constexpr std::string_view kCheckInTimer = "checkin";

}  // namespace baodao::dispatch
