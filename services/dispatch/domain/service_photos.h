// Photos that people give of their service.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// People of one task who have given photos, at most.
inline constexpr int kMaxPhotographers = 50;

struct PhotosCommand {
  std::string person_id;
  // A coordinator takes them away, also of somebody who is off the task.
  bool by_coordinator = false;
  bool any = false;  // false: they are taken away
};

// Notes down who has given photos: they lie beside the task. Refusals: WRONG_STATE (of a task that
// is over, or of a person who was not signed in), NOT_ASSIGNED, TOO_MANY_PHOTOS.
absl::StatusOr<Effects> DecidePhotos(Aggregate& aggregate, const PhotosCommand& command, Time now);

}  // namespace baodao::dispatch
