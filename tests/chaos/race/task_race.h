// People who take, leave and hand on slots of tasks, and what must hold of it afterwards.
#pragma once

#include <string>
#include <vector>

#include "common/record/machine.h"
#include "common/work/slots.h"
#include "tests/chaos/race/fixture.h"
#include "tests/chaos/race/task_replay.h"

namespace baodao::testing {

class TaskRaceTest : public RaceTest {
 protected:
  // Whose turn it is, and with what.
  struct Turn {
    const demo::Actor* person = nullptr;
    std::string task;
    Assignment part;  // theirs, as they see it
  };

  const demo::Actor& AnyPerson() { return world().people[Below(kPeople)]; }
  // The person's part in the task; empty where they have none.
  Task<Turn> TurnOf(const demo::Actor& person, std::string task) {
    dispatch::v1::GetMyAssignmentRequest request;
    request.set_task_id(task);
    Turn turn{&person, task, {}};
    for (;;) {
      const size_t replica = Below(2);
      const rpc::CallOptions options = rpc::CallOptions::As(person.token);
      const auto mine = co_await assignments_[replica].Call(&client::Assignments::GetMyAssignment,
                                                            options, request);
      if (mine.ok()) turn.part = mine->assignment();
      if (mine.ok() || Is(mine.status(), Reason::NOT_ASSIGNED)) co_return turn;
      ++lost_;
      co_await SystemClock().SleepFor(Millis(20));
    }
  }

  // Does nothing.
  Task<absl::StatusOr<Assignment>> Wait(Turn turn) { co_return turn.part; }
  // Each of these is asked for once, and may be refused.
  Task<absl::StatusOr<Assignment>> Claim(Turn turn) {
    dispatch::v1::ClaimTaskRequest request;
    request.set_task_id(turn.task);
    co_return co_await Ask(assignments_, &client::Assignments::ClaimTask, *turn.person, turn.task,
                           request);
  }
  Task<absl::StatusOr<Assignment>> Accept(Turn turn) {
    const dispatch::v1::AssignmentRequest request = About(turn);
    co_return co_await Ask(assignments_, &client::Assignments::AcceptOffer, *turn.person, turn.task,
                           request);
  }
  Task<absl::StatusOr<Assignment>> Decline(Turn turn) {
    const dispatch::v1::AssignmentRequest request = About(turn);
    co_return co_await Ask(assignments_, &client::Assignments::DeclineOffer, *turn.person,
                           turn.task, request);
  }
  Task<absl::StatusOr<Assignment>> Withdraw(Turn turn) {
    const dispatch::v1::AssignmentRequest request = About(turn);
    co_return co_await Ask(assignments_, &client::Assignments::WithdrawAssignment, *turn.person,
                           turn.task, request);
  }
  Task<absl::StatusOr<Assignment>> AskToLeave(Turn turn) {
    dispatch::v1::RequestWithdrawalRequest request;
    request.set_task_id(turn.task);
    request.set_reason("临时加班");
    co_return co_await Ask(changes_, &client::Changes::RequestWithdrawal, *turn.person, turn.task,
                           request);
  }
  Task<absl::StatusOr<Assignment>> Stay(Turn turn) {
    dispatch::v1::CancelWithdrawalRequest request;
    request.set_task_id(turn.task);
    co_return co_await Ask(changes_, &client::Changes::CancelWithdrawal, *turn.person, turn.task,
                           request);
  }
  Task<absl::StatusOr<Assignment>> AnswerForThem(Turn turn) {
    dispatch::v1::AnswerWithdrawalRequest request;
    request.set_task_id(turn.task);
    request.set_person_id(turn.person->person_id);
    request.set_verdict(OneIn(2) ? dispatch::v1::WITHDRAWAL_VERDICT_APPROVE
                                 : dispatch::v1::WITHDRAWAL_VERDICT_REFUSE);
    request.set_reason("人手不够");
    co_return co_await Ask(changes_, &client::Changes::AnswerWithdrawal, community().coordinator,
                           turn.task, request);
  }
  Task<absl::StatusOr<Assignment>> Propose(Turn turn) {
    dispatch::v1::ProposeSwapRequest request;
    request.set_task_id(turn.task);
    request.set_successor_id(AnyPerson().person_id);
    co_return co_await Ask(changes_, &client::Changes::ProposeSwap, *turn.person, turn.task,
                           request);
  }
  Task<absl::StatusOr<Assignment>> TakeBack(Turn turn) {
    dispatch::v1::CancelSwapRequest request;
    request.set_task_id(turn.task);
    co_return co_await Ask(changes_, &client::Changes::CancelSwap, *turn.person, turn.task,
                           request);
  }

  dispatch::v1::Task Read(const std::string& task) {
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(task);
    return town().Run(demo::Must(world().backend.tasks, &client::Tasks::GetTask,
                                 community().coordinator.token, get));
  }
  // A slot that is to be had is offered to whoever waits for it: a timer does that, which no crash
  // may lose.
  void AwaitPromotions() {
    AwaitRest("somebody waits for a free slot", [this] {
      return std::ranges::none_of(tasks_, [this](const std::string& id) {
        const dispatch::v1::Task task = Read(id);
        return task.waitlist_count() > 0 && work::FreeSlots(task) > 0;
      });
    });
  }

  // All that was told follows from what was before it, and is what the API shows.
  TaskReplay ExpectWhole() {
    const std::vector<events::v1::Event> events = EventsOf("dispatch");
    TaskReplay replay(tasks_, events);
    // The first of each task: the others follow from it.
    std::set<std::string> shown_already;
    for (const auto& [task, what] : replay.broken()) {
      if (!shown_already.insert(task).second) continue;
      ADD_FAILURE() << task << ": " << what << "\n" << StoryOf(replay, task);
    }
    for (const std::string& task : tasks_) {
      SCOPED_TRACE(task);
      const TaskReplay::Task& told = replay.Of(task);
      const dispatch::v1::Task shown = Read(task);
      EXPECT_EQ(shown.accepted_count(), told.brief.accepted_count());
      EXPECT_EQ(shown.held_count(), told.brief.held_count());
      std::map<std::string, std::string> listed, replayed;
      for (const Assignment& part : town().Run(PeopleOf(task))) {
        listed[part.person_id()] = record::StateName(part.state());
      }
      for (const auto& [id, part] : told.people) replayed[id] = record::StateName(part.state());
      EXPECT_EQ(listed, replayed) << StoryOf(replay, task);
    }
    for (const demo::Actor& person : world().people) ExpectOwnList(replay, person);
    return replay;
  }

  std::vector<std::string> tasks_;
  Both<dispatch::v1::AssignmentService> assignments_{dispatch(0), dispatch(1)};
  Both<dispatch::v1::ChangeService> changes_{dispatch(0), dispatch(1)};

 private:
  static dispatch::v1::AssignmentRequest About(const Turn& turn) {
    dispatch::v1::AssignmentRequest request;
    request.set_task_id(turn.task);
    return request;
  }
  std::string StoryOf(const TaskReplay& replay, const std::string& task) {
    std::string text = story().Of(task) + "and what was told of it:\n";
    for (const std::string& line : replay.Of(task).told) text += "  " + line + "\n";
    return text;
  }
  // The tasks that a person is on, as kept beside the person.
  void ExpectOwnList(const TaskReplay& replay, const demo::Actor& person) {
    dispatch::v1::ListMyAssignmentsRequest request;
    request.set_page_size(200);
    const auto mine =
        town().Run(demo::Must(world().backend.assignments, &client::Assignments::ListMyAssignments,
                              person.token, request));
    std::set<std::string> listed, replayed;
    for (const auto& item : mine.items()) {
      const bool ours = std::ranges::find(tasks_, item.task().task_id()) != tasks_.end();
      const bool on = item.assignment().state() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
      if (ours && on) listed.insert(item.task().task_id());
    }
    for (const std::string& task : tasks_) {
      const auto& people = replay.Of(task).people;
      const auto part = people.find(person.person_id);
      const bool on =
          part != people.end() && part->second.state() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
      if (on) replayed.insert(task);
    }
    EXPECT_EQ(listed, replayed) << person.person_id;
  }
};

}  // namespace baodao::testing
