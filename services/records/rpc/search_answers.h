// The hits of searches as clients see them.
#pragma once

#include <functional>

#include "baodao/records/v1/search.pb.h"
#include "services/records/store/search_reads.h"

namespace baodao::records {

void AddFoundTask(const TaskRow& row, v1::SearchTasksResponse* response);
void AddFoundNeed(const NeedRow& row, v1::SearchNeedsResponse* response);
void AddFoundUnit(const UnitRow& row, v1::SearchUnitsResponse* response);
// With those of the registrations that are to be shown.
void AddFoundPerson(const PersonFact& fact,
                    const std::function<bool(const RegistrationRow&)>& shown,
                    v1::SearchPeopleResponse* response);

}  // namespace baodao::records
