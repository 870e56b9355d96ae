// Reports as tables of a file, with headings in the reader's language.
#pragma once

#include <map>
#include <string>

#include "common/status/status.h"
#include "services/records/domain/area_report.h"
#include "services/records/domain/sheet.h"
#include "services/records/domain/unit_report.h"

namespace baodao::records {

// For the area, and then each one below it: a row for the whole period and one for each month.
Sheet AreaSheet(const AreaReports& reports, Locale locale);

// A row for the whole period, one for each month and one for each area; `area_names` by code.
Sheet UnitSheet(const UnitReport& report, const std::map<std::string, std::string>& area_names,
                Locale locale);

}  // namespace baodao::records
