#include "services/inbox/domain/collector.h"

#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

Recipient::Kind KindOf(Party party, std::string_view to) {
  if (party == Party::kArea || party == Party::kUpper) return Recipient::Kind::kArea;
  return to.starts_with("unt_") ? Recipient::Kind::kLiaison : Recipient::Kind::kPerson;
}

}  // namespace

Notice* Collector::Tell(const RuleBook& rules, int before, int after, How how, Party party,
                        std::string to) {
  const Rule* const rule = rules.Find(before, after, how, party);
  if (rule == nullptr || rule->kind.empty() || to.empty()) return nullptr;
  if (Did(to) && !IsReceipt(rule->kind)) return nullptr;
  const Recipient::Kind kind = KindOf(party, to);
  return &Add({kind, std::move(to)}, rule->kind);
}

void Collector::TellOn(std::string_view family, const RuleBook& rules, int before, int after,
                       How how, Party party, std::string to) {
  if (to.empty()) return;
  Notice* notice = Tell(rules, before, after, how, party, to);
  if (notice == nullptr) notice = &Silent(party, std::move(to));
  if (FamilyOf(notice->record.kind()) != family) notice->ends = {family};
}

Notice& Collector::Silent(Party party, std::string to) {
  const Recipient::Kind kind = KindOf(party, to);
  return Add({kind, std::move(to)}, "");
}

Notice& Collector::Add(Recipient to, std::string_view kind) {
  Notice& notice = notices_.emplace_back();
  notice.to = std::move(to);
  notice.thing = thing_;
  notice.record.set_kind(std::string(kind));
  notice.record.set_subject_id(subject_);
  for (const std::string& name : ParametersOf(kind)) {
    const auto found = params_.find(name);
    if (found == params_.end() || found->second.empty()) continue;
    (*notice.record.mutable_params())[name] = found->second;
  }
  *notice.record.mutable_time() = event_.time();
  return notice;
}

}  // namespace baodao::inbox
