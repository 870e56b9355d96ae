#include "common/record/type.h"

#include "common/status/status.h"

namespace baodao::record {

std::string EtagOf(uint64_t version) { return std::to_string(version); }

absl::Status CheckEtag(std::string_view etag, uint64_t version) {
  if (etag.empty() || etag == EtagOf(version)) return absl::OkStatus();
  return Refuse(Reason::STALE_VERSION);
}

}  // namespace baodao::record
