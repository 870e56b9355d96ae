// Who is told what of an event.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/notice.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {

inline constexpr Time kNow{Millis(1'748'736'000'000)};

// "kind → recipient" of everything told, in order.
inline std::vector<std::string> Told(const events::v1::Event& event) {
  std::vector<std::string> told;
  const std::vector<std::string_view> kinds = Kinds();
  for (const Notice& notice : NoticesOf(event)) {
    // Notices that only end others have a test of their own.
    if (notice.record.kind().empty() && !notice.forget_reminder) continue;
    // Everything told has words.
    EXPECT_TRUE(notice.record.kind().empty() ||
                std::ranges::count(kinds, notice.record.kind()) == 1)
        << notice.record.kind();
    const char* to = notice.to.kind == Recipient::Kind::kArea      ? "area "
                     : notice.to.kind == Recipient::Kind::kLiaison ? "liaison "
                                                                   : "";
    told.push_back(notice.record.kind() + " → " + to + notice.to.id);
  }
  return told;
}

using Lines = std::vector<std::string>;

inline events::v1::Event EventBy(const std::string& actor) {
  events::v1::Event event;
  event.set_actor_id(actor);
  *event.mutable_time() = ToTimestamp(kNow);
  return event;
}

}  // namespace baodao::inbox
