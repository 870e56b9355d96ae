#include "services/registration/store/pages.h"

#include <utility>

#include "common/paging/merge.h"
#include "common/status/macros.h"

namespace baodao::registration {

Task<absl::StatusOr<IdPage>> ReadPage(store::Store& store, std::vector<std::string> keys,
                                      std::string after, int64_t size) {
  IdPage page;
  // One more than asked for tells whether there is a next page.
  CO_ASSIGN_OR_RETURN(
      page.ids, co_await paging::MergeByMember(store, std::move(keys), std::move(after), size + 1));
  if (static_cast<int64_t>(page.ids.size()) > size) {
    page.ids.resize(size);
    page.next = page.ids.back();
  }
  co_return page;
}

}  // namespace baodao::registration
