#include "services/dispatch/domain/message.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/record/day_limit.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/release.h"

namespace baodao::dispatch {
namespace {

const std::set<v1::AssignmentState>& StatesOnTask() {
  static const auto* const states = new std::set<v1::AssignmentState>{
      v1::ASSIGNMENT_STATE_OFFERED,    v1::ASSIGNMENT_STATE_WAITLISTED,
      v1::ASSIGNMENT_STATE_ACCEPTED,   v1::ASSIGNMENT_STATE_SIGNED_IN,
      v1::ASSIGNMENT_STATE_SIGNED_OUT, v1::ASSIGNMENT_STATE_CREDITED};
  return *states;
}

std::vector<std::string> PeopleToTell(const Aggregate& aggregate, const MessageCommand& command) {
  std::vector<std::string> people;
  for (const v1::AssignmentState state : command.states.empty() ? StatesOnTask() : command.states) {
    std::ranges::move(aggregate.PeopleIn(state), std::back_inserter(people));
  }
  std::erase(people, command.sender_id);
  return people;
}

void Tell(const v1::Task& task, const v1::TaskMessage& message, std::vector<std::string> people,
          Effects* effects) {
  events::v1::TaskMessageSent* sent = nullptr;
  for (std::string& person : people) {
    if (sent == nullptr || sent->person_ids_size() == kToldPerEvent) {
      sent = effects->events.emplace_back().mutable_task_message_sent();
      *sent->mutable_message() = message;
      sent->set_task_title(task.title());
    }
    sent->add_person_ids(std::move(person));
  }
}

}  // namespace

absl::StatusOr<MessageCommand> MessageOf(const v1::SendTaskMessageRequest& request,
                                         std::string sender_id) {
  MessageCommand command{std::move(sender_id), request.text(), {}};
  for (int i = 0; i < request.states_size(); ++i) {
    if (!StatesOnTask().contains(request.states(i))) {
      return RefuseField("states[" + std::to_string(i) + "]", ViolationKind::NOT_ALLOWED);
    }
    command.states.insert(request.states(i));
  }
  return command;
}

absl::StatusOr<Effects> DecideMessage(Aggregate& aggregate, const MessageCommand& command,
                                      v1::TaskMessage* message, Time now) {
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  std::vector<std::string> people = PeopleToTell(aggregate, command);
  if (people.empty()) return Refuse(Reason::NOBODY_TO_TELL);
  v1::TaskRecord& record = aggregate.record();
  RETURN_IF_ERROR(record::CountInDay(kMessagesPerDay, now, record.mutable_message_ms()));
  record.set_message_count(record.message_count() + 1);
  message->Clear();
  message->set_task_id(record.task().task_id());
  message->set_number(record.message_count());
  message->set_text(command.text);
  for (const v1::AssignmentState state : command.states) message->add_states(state);
  message->set_recipient_count(static_cast<int>(people.size()));
  message->set_sender_id(command.sender_id);
  *message->mutable_create_time() = ToTimestamp(now);
  Change change(aggregate, now);
  Effects effects = change.Finish();
  Tell(aggregate.task(), *message, std::move(people), &effects);
  return effects;
}

}  // namespace baodao::dispatch
