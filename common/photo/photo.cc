#include "common/photo/photo.h"

#include <absl/strings/str_cat.h>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::photo {
namespace {

constexpr size_t kSha256Bytes = 32;
constexpr std::string_view kScheme = "https://";

}  // namespace

absl::Status CheckPhoto(const common::v1::Photo& photo, std::string_view field) {
  const std::string path(field);
  const bool address = photo.url().starts_with(kScheme) && photo.url().size() > kScheme.size();
  if (!address) {
    return RefuseField(path + ".url", ViolationKind::BAD_FORMAT, {{"expected", "HTTPS_URL"}});
  }
  if (photo.sha256().size() != kSha256Bytes) {
    return RefuseField(path + ".sha256", ViolationKind::BAD_FORMAT, {{"expected", "SHA256"}});
  }
  return absl::OkStatus();
}

absl::Status CheckPhotos(const google::protobuf::RepeatedPtrField<common::v1::Photo>& photos,
                         std::string_view field) {
  for (int i = 0; i < photos.size(); ++i) {
    RETURN_IF_ERROR(CheckPhoto(photos[i], absl::StrCat(std::string(field), "[", i, "]")));
  }
  return absl::OkStatus();
}

}  // namespace baodao::photo
