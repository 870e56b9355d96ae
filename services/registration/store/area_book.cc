#include "services/registration/store/area_book.h"

#include <utility>
#include <vector>

#include "baodao/registration/v1/records.pb.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/store/keys.h"
#include "services/registration/store/records.h"

namespace baodao::registration {
namespace {

constexpr Millis kAskEvery{1000};

Task<absl::StatusOr<std::vector<v1::Area>>> ReadAreas(store::Store* store) {
  CO_ASSIGN_OR_RETURN(Loaded<v1::AreaTreeRecord> loaded,
                      co_await Load<v1::AreaTreeRecord>(*store, RecordKeys(store->keys()).Areas()));
  auto& areas = *loaded.record.mutable_areas();
  co_return std::vector<v1::Area>(std::make_move_iterator(areas.begin()),
                                  std::make_move_iterator(areas.end()));
}

}  // namespace

AreaBook::AreaBook(store::Store& store, Clock& clock)
    : clock_(clock), feed_([store = &store] { return ReadAreas(store); }, clock) {}

Task<absl::StatusOr<AreaBook::Tree>> AreaBook::TreeWith(std::string code) {
  if (tree()->Find(code) == nullptr && clock_.Now() - asked_ >= kAskEvery) {
    asked_ = clock_.Now();
    CO_RETURN_IF_ERROR(co_await feed_.Refresh());
  }
  if (tree()->Find(code) == nullptr) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", std::move(code)}});
  }
  co_return tree();
}

}  // namespace baodao::registration
