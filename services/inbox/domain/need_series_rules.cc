// Series of needs.
#include <array>

#include "baodao/lists/v1/need_series.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum lists::v1::NeedSeriesState;
using enum How;
using enum Party;

constexpr std::string_view kDecidedByThem = "a coordinator did it";

constexpr Rule kNeedSeriesRules[] = {
    {kAny, NEED_SERIES_STATE_SUBMITTED, kPlain, kArea, "series_pending"},
    {kAny, NEED_SERIES_STATE_SUBMITTED, kPlain, kRequester, "", "they asked for it"},
    {kAny, NEED_SERIES_STATE_ACTIVE, kPlain, kArea, "", kDecidedByThem},
    {kAny, NEED_SERIES_STATE_ACTIVE, kPlain, kRequester, "series_accepted"},
    {kAny, NEED_SERIES_STATE_REJECTED, kPlain, kArea, "", kDecidedByThem},
    {kAny, NEED_SERIES_STATE_REJECTED, kPlain, kRequester, "series_rejected"},
    {kAny, NEED_SERIES_STATE_ENDED, kPlain, kArea, "", kDecidedByThem},
    {kAny, NEED_SERIES_STATE_ENDED, kOwnDoing, kArea, "series_ended"},
    {kAny, NEED_SERIES_STATE_ENDED, kByTime, kArea, "", "its last need is there"},
    // Nobody has reviewed it.
    {NEED_SERIES_STATE_SUBMITTED, NEED_SERIES_STATE_ENDED, kByTime, kArea, "series_ended"},
    {kAny, NEED_SERIES_STATE_ENDED, kStandingLost, kArea, "series_ended"},
    {kAny, NEED_SERIES_STATE_ENDED, kPlain, kRequester, "series_ended"},
    // One occurrence is left out.
    {kAny, kAny, kEdited, kArea, "series_skipped"},
    {kAny, kAny, kEdited, kRequester, "series_skipped"},
};
constexpr std::array kNeedSeriesParties = {kArea, kRequester};

}  // namespace

const RuleBook& NeedSeriesRules() {
  static constexpr RuleBook kBook{kNeedSeriesRules, kNeedSeriesParties};
  return kBook;
}

}  // namespace baodao::inbox
