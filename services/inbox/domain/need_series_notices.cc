#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

How WayOf(const events::v1::NeedSeriesChanged& changed, const Collector& tell) {
  if (changed.has_skipped()) return How::kEdited;
  if (changed.series().registration_ended()) return How::kStandingLost;
  if (!tell.SomebodyDid()) return How::kByTime;
  return tell.Did(changed.series().requester_id()) ? How::kOwnDoing : How::kPlain;
}

}  // namespace

void TellOfNeedSeries(const events::v1::NeedSeriesChanged& changed, Collector* tell) {
  const lists::v1::NeedSeries& series = changed.series();
  const How way = WayOf(changed, *tell);
  const int64_t skipped = ToTime(changed.skipped()).time_since_epoch().count();
  tell->About(series.need_series_id(),
              {{"need", series.title()},
               {"area", series.area_code()},
               {"start", changed.has_skipped() ? std::to_string(skipped) : ""},
               {"comment", series.review_comment()},
               {"reason", series.end_reason()},
               {"cause", way == How::kStandingLost ? "END_CAUSE_NOT_REGISTERED" : ""}});
  const auto to = [&](Party party, const std::string& id) {
    if (way == How::kEdited) {
      tell->Tell(NeedSeriesRules(), changed.before(), series.state(), way, party, id);
    } else {
      tell->TellOn(kSeriesFamily, NeedSeriesRules(), changed.before(), series.state(), way, party,
                   id);
    }
  };
  // Coordinators know what one of them leaves out.
  if (way != How::kEdited || tell->Did(series.requester_id())) to(Party::kArea, series.area_code());
  to(Party::kRequester, series.requester_id());
}

}  // namespace baodao::inbox
