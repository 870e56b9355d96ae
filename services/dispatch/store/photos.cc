#include "services/dispatch/store/photos.h"

#include <algorithm>

#include "common/crypto/sealed_message.h"
#include "common/status/macros.h"

namespace baodao::dispatch {
namespace {

std::string PhotosSealedAs(const std::string& task_id, const std::string& person_id) {
  return "task:" + task_id + ":photos:" + person_id;
}

}  // namespace

void PutPhotos(const DispatchKeys& keys, const crypto::KeyRing& ring,
               const v1::ServicePhotos& photos, store::Commit* commit) {
  const std::string key = keys.Photos(photos.task_id());
  if (photos.photos().empty()) {
    commit->RemoveField(key, photos.person_id());
    return;
  }
  const std::string as = PhotosSealedAs(photos.task_id(), photos.person_id());
  commit->SetField(key, photos.person_id(), crypto::SealMessage(ring, photos, as));
}

Task<absl::StatusOr<std::vector<v1::ServicePhotos>>> ReadPhotos(store::Store& store,
                                                                const DispatchKeys& keys,
                                                                const crypto::KeyRing& ring,
                                                                std::string task_id) {
  CO_ASSIGN_OR_RETURN(const auto fields, co_await store.ListFields(keys.Photos(task_id)));
  std::vector<v1::ServicePhotos> photos;
  for (const auto& [person, sealed] : fields) {
    CO_ASSIGN_OR_RETURN(photos.emplace_back(), crypto::OpenMessage<v1::ServicePhotos>(
                                                   ring, sealed, PhotosSealedAs(task_id, person)));
  }
  std::ranges::sort(photos, {}, &v1::ServicePhotos::person_id);
  co_return photos;
}

}  // namespace baodao::dispatch
