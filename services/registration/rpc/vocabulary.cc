// VocabularyService.
#include <algorithm>

#include "baodao/registration/v1/vocabulary.pb.h"
#include "common/vocabulary/current.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

v1::Tag TagOf(const vocabulary::Tag& known) {
  v1::Tag tag;
  tag.set_kind(known.kind);
  tag.set_tag(known.tag);
  tag.set_name_zh(known.name.at(static_cast<size_t>(Locale::kZh)));
  tag.set_name_en(known.name.at(static_cast<size_t>(Locale::kEn)));
  tag.set_parent(known.parent);
  tag.set_retired(known.retired);
  tag.set_needs_verification(known.needs_verification);
  return tag;
}

Task<absl::StatusOr<v1::Vocabulary>> GetVocabulary(App&, rpc::CallContext,
                                                   v1::GetVocabularyRequest request) {
  const vocabulary::Vocabulary& all = vocabulary::Current();
  v1::Vocabulary answer;
  answer.set_version(all.version());
  if (request.known_version() == all.version()) co_return answer;
  for (const vocabulary::Tag& tag : all.tags()) {
    const bool asked =
        request.kinds().empty() || std::ranges::count(request.kinds(), int{tag.kind}) > 0;
    if (asked) *answer.add_tags() = TagOf(tag);
  }
  co_return answer;
}

}  // namespace

void RegisterVocabulary(App& app, rpc::Router& router) {
  router.Unary("baodao.registration.v1.VocabularyService/GetVocabulary", app, &GetVocabulary);
}

}  // namespace baodao::registration
