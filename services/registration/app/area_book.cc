#include "services/registration/store/area_book.h"

#include <utility>
#include <vector>

#include "baodao/registration/v1/records.pb.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/records.h"

namespace baodao::registration {

AreaBook::AreaBook(store::Store& store, Clock& clock)
    : store_(store), feed_([this] { return Read(); }, clock) {}

Task<absl::StatusOr<std::vector<v1::Area>>> AreaBook::Read() {
  CO_ASSIGN_OR_RETURN(Loaded<v1::AreaTreeRecord> loaded,
                      co_await Load<v1::AreaTreeRecord>(store_, RecordKeys(store_.keys()).Areas()));
  version_ = loaded.version;
  auto& areas = *loaded.record.mutable_areas();
  co_return std::vector<v1::Area>(std::make_move_iterator(areas.begin()),
                                  std::make_move_iterator(areas.end()));
}

Task<absl::StatusOr<AreaBook::Tree>> AreaBook::Newest() {
  CO_ASSIGN_OR_RETURN(const uint64_t version,
                      co_await store_.VersionOf(RecordKeys(store_.keys()).Areas()));
  if (version != version_) CO_RETURN_IF_ERROR(co_await feed_.Refresh());
  co_return tree();
}

Task<absl::StatusOr<AreaBook::Tree>> AreaBook::TreeWith(std::string code) {
  if (tree()->Find(code) == nullptr) CO_RETURN_IF_ERROR((co_await Newest()).status());
  if (tree()->Find(code) == nullptr) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", std::move(code)}});
  }
  co_return tree();
}

Task<absl::StatusOr<AreaBook::Tree>> AreaBook::TreeWithOpen(std::string code) {
  CO_ASSIGN_OR_RETURN(Tree found, co_await TreeWith(code));
  CO_RETURN_IF_ERROR(areas::CheckOpen(*found, code));
  co_return found;
}

}  // namespace baodao::registration
