// Reports as the API tells them.
#pragma once

#include <map>
#include <string>

#include "baodao/records/v1/report.pb.h"
#include "services/records/domain/area_report.h"
#include "services/records/domain/unit_report.h"

namespace baodao::records {

void ShowReport(const AreaReports& reports, v1::GetAreaReportResponse* response);
// `area_names` by code.
void ShowReport(const UnitReport& report, const std::map<std::string, std::string>& area_names,
                v1::GetUnitReportResponse* response);

}  // namespace baodao::records
