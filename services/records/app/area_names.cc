#include "services/records/app/area_names.h"

#include <algorithm>

#include "common/unicode/unicode.h"

namespace baodao::records {
namespace {

bool HasAll(const std::string& name, const search::Asked& asked) {
  const std::vector<std::string> terms = search::TermsOf(name);
  const bool words = std::ranges::all_of(asked.terms, [&](const std::string& term) {
    return std::ranges::find(terms, term) != terms.end();
  });
  if (!words || asked.prefix.empty()) return words;
  const std::vector<std::string> prefixes = search::PrefixesOf(name);
  return std::ranges::find(prefixes, asked.prefix) != prefixes.end();
}

// An area that HasAll finds has it; cheap enough for every area there is.
bool MayHaveAll(const std::string& folded, const search::Asked& asked) {
  return folded.find(asked.prefix) != folded.npos &&
         std::ranges::all_of(asked.terms, [&](const std::string& term) {
           return folded.find(term) != folded.npos;
         });
}

}  // namespace

std::vector<const areas::Area*> AreaNames::Find(const std::shared_ptr<const areas::AreaTree>& tree,
                                                const search::Asked& asked,
                                                const std::function<bool(const areas::Area&)>& fits,
                                                size_t from, size_t size) {
  if (tree != tree_) {
    tree_ = tree;
    folded_.clear();
    for (const areas::Area& area : tree->All()) folded_.push_back(unicode::Fold(area.name()));
  }
  std::vector<const areas::Area*> found;
  for (size_t i = from; i < folded_.size() && found.size() < size; ++i) {
    const areas::Area& area = tree->All()[i];
    if (MayHaveAll(folded_[i], asked) && fits(area) && HasAll(folded_[i], asked)) {
      found.push_back(&area);
    }
  }
  return found;
}

}  // namespace baodao::records
