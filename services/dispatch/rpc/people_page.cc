#include "services/dispatch/rpc/people_page.h"

#include <algorithm>

namespace baodao::dispatch {

PeoplePage NextPeople(const Loaded& loaded, std::string_view after, int size,
                      const std::function<bool(const v1::Assignment&)>& fits) {
  std::vector<std::string> people;
  for (const auto& [person, record] : loaded.people) {
    if (person > after && fits(record.assignment())) people.push_back(person);
  }
  const size_t shown = std::min(people.size(), static_cast<size_t>(size));
  const auto end = people.begin() + static_cast<std::ptrdiff_t>(shown);
  std::partial_sort(people.begin(), end, people.end());
  const bool more = end != people.end();
  people.erase(end, people.end());
  return {std::move(people), more};
}

}  // namespace baodao::dispatch
