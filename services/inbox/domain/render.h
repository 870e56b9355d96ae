// Notifications in words.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/inbox/v1/records.pb.h"
#include "common/status/status.h"

namespace baodao::inbox {

// The name of an area; its code when it has none here.
using AreaNames = std::function<std::string(const std::string& code)>;

struct Words {
  std::string title;
  std::string body;
};

// A kind this build does not know is shown as its name: an older replica may read what a newer one
// wrote.
Words Render(const v1::NotificationRecord& record, Locale locale, const AreaNames& names);

// The parameters that some text of the kind mentions; none for one this build does not know.
const std::set<std::string>& ParametersOf(std::string_view kind);

// Every kind there is, in the order of the table.
std::vector<std::string_view> Kinds();

}  // namespace baodao::inbox
