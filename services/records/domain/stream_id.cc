#include "services/records/domain/stream_id.h"

#include <absl/strings/str_cat.h>

#include <charconv>
#include <system_error>

namespace baodao::records {

StreamId StreamId::Parse(std::string_view text) {
  StreamId id;
  const char* const end = text.data() + text.size();
  const char* const at = std::from_chars(text.data(), end, id.ms).ptr;
  if (at == end || *at != '-') return {};
  const auto seq = std::from_chars(at + 1, end, id.seq);
  if (seq.ec != std::errc() || seq.ptr != end) return {};
  return id;
}

std::string StreamId::Text() const { return absl::StrCat(ms, "-", seq); }

}  // namespace baodao::records
