#include "services/records/rpc/search_question.h"

#include <algorithm>
#include <utility>

#include "common/search/terms.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::records {
namespace {

constexpr size_t kMaxWords = 64;

}  // namespace

absl::Status CheckWords(size_t words) {
  if (words == 0) return RefuseField("query", ViolationKind::REQUIRED);
  if (words <= kMaxWords) return absl::OkStatus();
  return RefuseField("query", ViolationKind::TOO_MANY, {{"max", std::to_string(kMaxWords)}});
}

absl::StatusOr<SearchQuery> WordsOf(const std::string& text) {
  const search::Asked asked = search::AskedBy(text);
  RETURN_IF_ERROR(CheckWords(asked.size()));
  SearchQuery query;
  query.wanted = WantedBy(asked);
  return query;
}

void AddStates(const google::protobuf::RepeatedField<int>& states, SearchQuery* query) {
  std::vector<std::string> marks;
  for (const int state : states) marks.push_back(StateMark(state));
  if (!marks.empty()) query->wanted.choices.push_back(std::move(marks));
}

absl::StatusOr<std::vector<int>> LiveStates(const v1::SearchPeopleRequest& request) {
  const std::vector<int> live = {registration::v1::REGISTRATION_STATE_PENDING,
                                 registration::v1::REGISTRATION_STATE_ACTIVE,
                                 registration::v1::REGISTRATION_STATE_SUSPENDED};
  for (int i = 0; i < request.states_size(); ++i) {
    if (std::ranges::find(live, request.states(i)) != live.end()) continue;
    return RefuseField("states[" + std::to_string(i) + "]", ViolationKind::NOT_ALLOWED);
  }
  if (request.states().empty()) return live;
  return std::vector<int>(request.states().begin(), request.states().end());
}

}  // namespace baodao::records
