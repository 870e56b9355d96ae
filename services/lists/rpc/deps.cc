#include "services/lists/rpc/deps.h"

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"

namespace baodao::lists {

Origin OriginOf(const rpc::CallContext& ctx, Time now) {
  return {ctx.caller().Caller(), std::string(ctx.trace_id()), now};
}

store::RequestKey KeyOf(const rpc::CallContext& ctx, const google::protobuf::Message& request) {
  return store::MakeRequestKey(ctx.caller().Caller(), ctx.method(), request);
}

int CallerShard(const rpc::CallContext& ctx, const ListsStore& lists, int shard) {
  return ctx.caller().IsPerson() ? lists.keys().ShardOf(ctx.caller().person_id) : shard;
}

absl::Status CheckArea(const areas::AreaTree& tree, const std::string& area_code) {
  if (tree.Find(area_code) != nullptr) return absl::OkStatus();
  return Refuse(Reason::AREA_UNKNOWN, {{"area", area_code}});
}

bool Related(const areas::AreaTree& tree, const std::string& a, const std::string& b) {
  if (tree.Covers(a, b) || tree.Covers(b, a)) return true;
  const auto subdistrict_of = [&tree](const std::string& code) {
    const areas::Area* const current = tree.CurrentOf(code);
    return current == nullptr ? nullptr : tree.SubdistrictOf(current->code());
  };
  const areas::Area* const subdistrict = subdistrict_of(a);
  return subdistrict != nullptr && subdistrict == subdistrict_of(b);
}

Task<absl::Status> CheckLiaison(rpc::CallContext ctx, Peers& peers, std::string unit_id) {
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await peers.GetUnit(rpc::CallOptions::From(ctx), unit_id));
  if (ctx.caller().IsPerson() && unit.liaison_id() == ctx.caller().person_id) {
    co_return absl::OkStatus();
  }
  co_return Refuse(Reason::NOT_THE_LIAISON);
}

}  // namespace baodao::lists
