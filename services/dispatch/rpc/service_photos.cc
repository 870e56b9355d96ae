// Photos that people give of their service.
#include "services/dispatch/domain/service_photos.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/asked_page.h"
#include "common/photo/photo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/on_site.h"
#include "services/dispatch/store/photos.h"

namespace baodao::dispatch {

Task<absl::StatusOr<v1::ServicePhotos>> SetServicePhotos(App& app, rpc::CallContext context,
                                                         v1::SetServicePhotosRequest request) {
  CO_RETURN_IF_ERROR(photo::CheckPhotos(request.photos(), "photos"));
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await SubjectOf(app, context, request.task_id(), request.person_id()));
  // Nobody gives photos in the name of others.
  if (subject.by_coordinator && !request.photos().empty()) {
    co_return RefuseField("photos", ViolationKind::NOT_ALLOWED);
  }
  const PhotosCommand command{subject.person_id, subject.by_coordinator, !request.photos().empty()};
  v1::ServicePhotos photos;
  photos.set_task_id(request.task_id());
  photos.set_person_id(subject.person_id);
  *photos.mutable_photos() = request.photos();
  TaskCall call;
  call.people.push_back(subject.person_id);
  call.decide = [&](Aggregate& aggregate, Time now) {
    *photos.mutable_update_time() = ToTimestamp(now);
    return DecidePhotos(aggregate, command, now);
  };
  // The answer that is kept shows no photo.
  call.answer = [&photos](const Aggregate&) {
    v1::ServicePhotos kept;
    *kept.mutable_update_time() = photos.update_time();
    return kept.SerializeAsString();
  };
  call.extra = [&](store::Commit& commit) { PutPhotos(app.keys, app.ring, photos, &commit); };
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  const absl::StatusOr<v1::ServicePhotos> kept = Parsed<v1::ServicePhotos>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
  CO_RETURN_IF_ERROR(kept.status());
  *photos.mutable_update_time() = kept->update_time();
  co_return photos;
}

Task<absl::StatusOr<v1::ListServicePhotosResponse>> ListServicePhotos(
    App& app, rpc::CallContext context, v1::ListServicePhotosRequest request) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app.ring, context, request, app.clock.Now(), 20, 50));
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  const bool coordinates = context.caller().Coordinates(task.area_code(), app.relations.covers);
  if (!coordinates) CO_RETURN_IF_ERROR(co_await CheckMaySeeContact(app, context, task));
  CO_ASSIGN_OR_RETURN(std::vector<v1::ServicePhotos> all,
                      co_await ReadPhotos(app.store, app.keys, app.ring, request.task_id()));
  // People who gave some were there: that is seen where teammates are.
  const auto shows = [&](const std::string& person) {
    if (coordinates || context.caller().Is(person)) return true;
    return task.show_teammates() &&
           !KeepApart(context.caller().person_id, person, app.relations.blocks);
  };
  std::erase_if(all, [&](const v1::ServicePhotos& one) {
    return one.person_id() <= asked.after || !shows(one.person_id());
  });
  const auto size = static_cast<size_t>(asked.size);
  v1::ListServicePhotosResponse response;
  for (size_t i = 0; i < std::min(size, all.size()); ++i) {
    *response.add_photos() = std::move(all[i]);
  }
  if (all.size() > size) {
    response.set_next_page_token(asked.TokenFor(response.photos().rbegin()->person_id()));
  }
  co_return response;
}

}  // namespace baodao::dispatch
