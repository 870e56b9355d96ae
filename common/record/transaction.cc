#include "common/record/transaction.h"

namespace baodao::record {

void Transaction::Fill(events::v1::Event* event) const {
  FillHeader(origin_.actor_id, origin_.trace_id, origin_.now, event);
}

void Transaction::Emit(events::v1::Event event) {
  Fill(&event);
  commit_.Emit(event.SerializeAsString());
}

void Transaction::Index(const std::string& type, const google::protobuf::EnumDescriptor* states,
                        const Indexed* before, const Indexed* after) {
  status_.Update(Reindex(IndexKeys(keys_, type), *tree_(), states, before, after, &commit_));
}

void Transaction::SetDeadline(const std::string& id, std::optional<Time> due) {
  const std::string timer = timers::Member(kDeadlineTimer, id);
  if (due) {
    commit_.SetTimer(timer, *due);
  } else {
    commit_.ClearTimer(timer);
  }
}

void Transaction::Note(const std::string& type, int from, int passed, int to) {
  if (passed != 0) {
    transitions_.push_back({type, from, passed});
    from = passed;
  }
  if (from != to) transitions_.push_back({type, from, to});
}

}  // namespace baodao::record
