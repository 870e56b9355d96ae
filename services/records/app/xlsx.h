// Tables as workbooks of Excel.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/records/domain/sheet.h"

namespace baodao::records {

// The bytes of an .xlsx file with this one sheet. Text is written as text: nothing of it is a
// formula or a link. Blocks; any thread.
absl::StatusOr<std::string> Xlsx(const Sheet& sheet);

}  // namespace baodao::records
