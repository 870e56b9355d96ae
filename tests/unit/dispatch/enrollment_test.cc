// A task follows the rules of common/enrollment: its machine refines theirs, and the same calls
// come to the same on a task as on an Enrollment.
#include "services/dispatch/domain/enrollment.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "common/enrollment/roster.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

using enrollment::Event;

// Nothing: the event is about service, and whoever is in stays in.
std::optional<Event> EventFor(AssignmentEvent event) {
  static const std::map<AssignmentEvent, Event> events = {
      {AssignmentEvent::kClaim, Event::kJoin},      {AssignmentEvent::kEnqueue, Event::kQueue},
      {AssignmentEvent::kOffer, Event::kOffer},     {AssignmentEvent::kPromote, Event::kPromote},
      {AssignmentEvent::kAccept, Event::kAccept},   {AssignmentEvent::kAssign, Event::kAdmit},
      {AssignmentEvent::kDecline, Event::kDecline}, {AssignmentEvent::kLapse, Event::kLapse},
      {AssignmentEvent::kWithdraw, Event::kLeave},  {AssignmentEvent::kRelease, Event::kRelease},
      {AssignmentEvent::kMiss, Event::kRelease},    {AssignmentEvent::kConfirm, Event::kAdmit},
  };
  const auto found = events.find(event);
  return found == events.end() ? std::nullopt : std::optional<Event>(found->second);
}

TEST(TaskEnrollmentTest, EveryTransitionOfAnAssignmentIsOneOfEnrollment) {
  for (int s = 0; s < v1::AssignmentState_ARRAYSIZE; ++s) {
    for (int e = 0; e <= static_cast<int>(AssignmentEvent::kConfirm); ++e) {
      const auto state = static_cast<v1::AssignmentState>(s);
      const auto event = static_cast<AssignmentEvent>(e);
      const auto next = kAssignmentMachine.Next(state, event);
      if (!next) continue;
      const std::string pair =
          record::StateName(state) + " × " + std::to_string(static_cast<int>(event));
      const auto from = StandingOf(state);
      const auto to = StandingOf(*next);
      if (from == enrollment::v1::STANDING_IN && to == enrollment::v1::STANDING_IN) continue;
      ASSERT_TRUE(EventFor(event).has_value()) << pair;
      EXPECT_EQ(enrollment::kStandingMachine.Next(from, *EventFor(event)), to) << pair;
    }
  }
}

TEST(TaskEnrollmentTest, EveryTransitionOfEnrollmentIsOneOfAnAssignment) {
  for (int s = 0; s < enrollment::v1::Standing_ARRAYSIZE; ++s) {
    for (int e = 0; e <= static_cast<int>(Event::kRelease); ++e) {
      const auto standing = static_cast<enrollment::v1::Standing>(s);
      const auto to = enrollment::kStandingMachine.Next(standing, static_cast<Event>(e));
      if (!to) continue;
      bool found = false;
      for (int state = 0; state < v1::AssignmentState_ARRAYSIZE; ++state) {
        if (StandingOf(static_cast<v1::AssignmentState>(state)) != standing) continue;
        for (int event = 0; event <= static_cast<int>(AssignmentEvent::kConfirm); ++event) {
          if (EventFor(static_cast<AssignmentEvent>(event)) != static_cast<Event>(e)) continue;
          const auto next = kAssignmentMachine.Next(static_cast<v1::AssignmentState>(state),
                                                    static_cast<AssignmentEvent>(event));
          found = found || (next && StandingOf(*next) == *to);
        }
      }
      EXPECT_TRUE(found) << standing << " × " << e;
    }
  }
}

TEST(TaskEnrollmentTest, SeatsAreThoseOfTheTask) {
  v1::Task task;
  task.set_slots_min(1);
  task.set_slots_max(9);
  task.set_waitlist_max(5);
  task.set_accepted_count(4);
  task.set_held_count(2);
  task.set_waitlist_count(3);
  EXPECT_EQ(SeatsOf(task), (enrollment::Seats{9, 1, 5, 4, 2, 3}));
  EXPECT_EQ(FreeSlots(task), 3);
  SetCounts({9, 1, 5, 7, 0, 1, 4}, task);
  EXPECT_EQ(SeatsOf(task), (enrollment::Seats{9, 1, 5, 7, 0, 1, 4}));
  EXPECT_EQ(FreeSlots(task), 6);
}

// One task and one Enrollment, told the same.
class Twins : public TaskFixture {
 protected:
  void Reset(unsigned seed) {
    random_.seed(seed);
    now_ = kNow;
    v1::TaskRecord record = record_;
    v1::Task& task = *record.mutable_task();
    task.set_slots_min(Draw(1, 2));
    task.set_slots_max(Draw(2, 4));
    task.set_waitlist_max(Draw(0, 3));
    roster_.Clear();
    roster_.mutable_limits()->set_minimum(task.slots_min());
    roster_.mutable_limits()->set_capacity(task.slots_max());
    roster_.mutable_limits()->set_waitlist_max(task.waitlist_max());
    *roster_.mutable_close_time() = task.window().start();
    twin_.emplace(std::move(record), people_);
  }

  void Step() {
    now_ += minutes(Draw(0, 4));
    const std::string person = "per_" + std::to_string(Draw(0, 8));
    const registration::v1::Profile profile = ProfileOf(person);
    const int call = Draw(0, 8);
    SCOPED_TRACE("call " + std::to_string(call) + " of " + person);
    const std::string of_task = OnTask(call, profile);
    PromoteOnTask();
    ExpectSame(of_task, OnRoster(call, person));
    ExpectSamePeople();
  }

 private:
  int Draw(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  std::string OnTask(int call, const registration::v1::Profile& profile) {
    const std::string& person = profile.person_id();
    switch (call) {
      case 0:
        return TakeOnTask(TakeKind::kAccept, profile);
      case 1:
        return TakeOnTask(TakeKind::kAssign, profile);
      case 2:
        return Refusal(DecideOffer(*twin_, Command(TakeKind::kClaim, profile), minutes(20), now_));
      case 3:
        return Refusal(DecideDecline(*twin_, person, now_));
      case 4:
        return Refusal(DecideWithdraw(*twin_, person, true, now_));
      case 5:
        for (const auto& asked : twin_->PeopleIn(v1::ASSIGNMENT_STATE_OFFERED)) {
          DecideLapse(*twin_, asked, now_);
        }
        return "OK";
      default:
        return TakeOnTask(TakeKind::kClaim, profile);
    }
  }

  enrollment::Outcome OnRoster(int call, const std::string& person) {
    switch (call) {
      case 0:
        return enrollment::Accept(roster_, person, now_);
      case 1:
        return enrollment::Admit(roster_, person, now_);
      case 2:
        return enrollment::Offer(roster_, person, minutes(20), now_);
      case 3:
        return enrollment::Decline(roster_, person, now_);
      case 4:
        return enrollment::Leave(roster_, person, now_);
      case 5:
        return enrollment::Lapse(roster_, now_);
      default:
        return enrollment::Join(roster_, person, now_);
    }
  }

  std::string TakeOnTask(TakeKind kind, const registration::v1::Profile& profile) {
    const TakeCommand command = Command(kind, profile);
    const absl::StatusOr<TakeOutlook> outlook = Foresee(*twin_, command, now_);
    if (!outlook.ok()) return Refusal(outlook.status());
    if (*outlook == TakeOutlook::kWaits) {
      Enqueue(*twin_, command, now_);
    } else {
      Take(*twin_, command, 7, now_);
    }
    return "OK";
  }

  // Promotes as the timer does, with everybody fit.
  void PromoteOnTask() {
    std::vector<Candidate> candidates;
    for (const std::string& person : WaitingOnTask()) {
      candidates.push_back({person, Candidate::Standing::kFits});
    }
    DecidePromote(*twin_, candidates, now_);
  }

  std::vector<std::string> WaitingOnTask() {
    std::vector<std::string> people = twin_->PeopleIn(v1::ASSIGNMENT_STATE_WAITLISTED);
    std::ranges::sort(people, {}, [&](const std::string& person) {
      return twin_->Find(person)->assignment().waitlist_number();
    });
    return people;
  }

  void ExpectSame(const std::string& of_task, const enrollment::Outcome& of_roster) {
    static const std::map<enrollment::Refusal, std::vector<std::string>> reasons = {
        {enrollment::Refusal::kClosed, {"TASK_STARTED"}},
        {enrollment::Refusal::kAlreadyIn, {"ALREADY_ASSIGNED"}},
        {enrollment::Refusal::kFull, {"TASK_FULL"}},
        {enrollment::Refusal::kWaitlistFull, {"WAITLIST_FULL"}},
        // A task remembers whose offer ran out.
        {enrollment::Refusal::kNoOffer, {"NO_OFFER", "OFFER_LAPSED"}},
        {enrollment::Refusal::kOfferLapsed, {"OFFER_LAPSED"}},
        {enrollment::Refusal::kNotIn, {"NOT_ASSIGNED", "WRONG_STATE"}},
    };
    if (!of_roster.refusal) {
      EXPECT_EQ(of_task, "OK");
      return;
    }
    EXPECT_THAT(reasons.at(*of_roster.refusal), ::testing::Contains(of_task));
  }

  void ExpectSamePeople() {
    EXPECT_EQ(SeatsOf(twin_->task()), enrollment::SeatsOf(roster_));
    std::vector<std::string> waiting;
    for (const enrollment::v1::Member& member : roster_.members()) {
      if (member.standing() == enrollment::v1::STANDING_WAITING) waiting.push_back(member.id());
    }
    EXPECT_EQ(WaitingOnTask(), waiting);
    for (const auto& [person, record] : twin_->changed()) {
      const enrollment::Place of_task = PlaceOf(record.assignment());
      const enrollment::Place of_roster = enrollment::PlaceOf(roster_, person);
      EXPECT_EQ(of_task.standing, of_roster.standing) << person;
      EXPECT_EQ(of_task.holds_seat, of_roster.holds_seat) << person;
      if (of_task.standing != enrollment::v1::STANDING_OFFERED) continue;
      EXPECT_EQ(of_task.offer_expires, of_roster.offer_expires) << person;
    }
    const bool staffed = twin_->task().state() == v1::TASK_STATE_STAFFED;
    EXPECT_EQ(staffed, enrollment::SeatsOf(roster_).HasMinimum());
  }

  std::mt19937 random_;
  Time now_ = kNow;
  std::optional<Aggregate> twin_;
  enrollment::v1::Enrollment roster_;
};

TEST_F(Twins, TheSameCallsComeToTheSame) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Reset(seed);
    for (int step = 0; step < 150; ++step) Step();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace baodao::dispatch
