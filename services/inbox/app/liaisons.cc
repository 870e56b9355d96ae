#include "services/inbox/app/liaisons.h"

#include <memory>
#include <utility>

#include "baodao/registration/v1/unit.grpc.pb.h"

namespace baodao::inbox {
namespace {

using registration::v1::UnitService;

// Another replica may have seen the change of liaison: what is remembered here is never older than
// this.
constexpr std::chrono::minutes kRemembered{5};
constexpr size_t kMaxUnits = 20'000;

Task<absl::StatusOr<registration::v1::Unit>> Ask(std::shared_ptr<rpc::Client<UnitService>> client,
                                                 rpc::CallOptions options, std::string unit_id) {
  registration::v1::GetUnitRequest request;
  request.set_unit_id(std::move(unit_id));
  co_return co_await client->Call(&rpc::AsyncOf<UnitService>::GetUnit, std::move(options),
                                  std::move(request));
}

}  // namespace

UnitSource UnitsFromRegistration(rpc::Channel& channel) {
  auto client = std::make_shared<rpc::Client<UnitService>>(channel);
  return [client](rpc::CallOptions options, std::string unit_id) {
    return Ask(client, std::move(options), std::move(unit_id));
  };
}

Liaisons::Liaisons(UnitSource source, Clock& clock)
    : source_(std::move(source)), clock_(clock), known_(kMaxUnits) {}

Task<absl::StatusOr<std::vector<std::string>>> Liaisons::Of(std::string unit_id,
                                                            std::string trace_id) {
  const Known* const known = known_.Find(unit_id);
  if (known != nullptr && clock_.Now() < known->until) co_return known->person_ids;
  absl::StatusOr<registration::v1::Unit> unit =
      co_await source_(rpc::CallOptions::Tracing(trace_id), unit_id);
  if (absl::IsNotFound(unit.status())) {
    unit.emplace();
    unit->set_unit_id(unit_id);
  }
  if (!unit.ok()) co_return unit.status();
  Apply(*unit);
  co_return std::vector<std::string>(unit->liaison_ids().begin(), unit->liaison_ids().end());
}

void Liaisons::Apply(const registration::v1::Unit& unit) {
  known_.Put(unit.unit_id(),
             {{unit.liaison_ids().begin(), unit.liaison_ids().end()}, clock_.Now() + kRemembered});
}

}  // namespace baodao::inbox
