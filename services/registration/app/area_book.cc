#include "services/registration/app/area_book.h"

#include <utility>
#include <vector>

#include "baodao/registration/v1/records.pb.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "services/registration/store/keys.h"

namespace baodao::registration {

AreaBook::AreaBook(store::Store& store, Clock& clock)
    : store_(store), feed_([this] { return Read(); }, clock) {}

Task<absl::StatusOr<std::vector<v1::Area>>> AreaBook::Read() {
  CO_ASSIGN_OR_RETURN(const store::Stored stored,
                      co_await store_.Get(RegistrationKeys(store_.keys()).Areas()));
  CO_ASSIGN_OR_RETURN(auto tree, record::Parse<v1::AreaTreeRecord>(stored));
  version_ = tree.version;
  auto* const areas = tree.record.mutable_areas();
  co_return std::vector<v1::Area>(std::make_move_iterator(areas->begin()),
                                  std::make_move_iterator(areas->end()));
}

Task<absl::StatusOr<AreaBook::Tree>> AreaBook::Newest() {
  CO_ASSIGN_OR_RETURN(const uint64_t version,
                      co_await store_.VersionOf(RegistrationKeys(store_.keys()).Areas()));
  if (version != version_) CO_RETURN_IF_ERROR(co_await feed_.Refresh());
  co_return tree();
}

}  // namespace baodao::registration
