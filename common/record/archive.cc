#include "common/record/archive.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "baodao/records/v1/retirement.grpc.pb.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::record {
namespace {

using Service = records::v1::RetirementService;
using Calls = rpc::AsyncOf<Service>;

class RpcArchive final : public Archive {
 public:
  explicit RpcArchive(rpc::Channel& channel) : records_(channel) {}

  Task<absl::StatusOr<Time>> Keep(std::string id, std::string owner_id,
                                  store::Stored record) override {
    const auto now = std::chrono::steady_clock::now();
    if (now < away_until_) co_return Refuse(Reason::PEER_UNAVAILABLE);
    records::v1::RetireRecordRequest request;
    request.mutable_record()->set_record_id(std::move(id));
    request.set_owner_id(std::move(owner_id));
    request.mutable_record()->set_version(static_cast<int64_t>(record.version));
    request.mutable_record()->set_bytes(std::move(record.bytes));
    const auto kept =
        co_await records_.Call(&Calls::RetireRecord, rpc::CallOptions(), std::move(request));
    // A month's worth may be due: they do not wait for a peer that hangs one after the other.
    if (Is(kept.status(), Reason::PEER_UNAVAILABLE)) away_until_ = now + kAway;
    CO_RETURN_IF_ERROR(kept.status());
    co_return ToTime(kept->retire_time());
  }

  Task<absl::StatusOr<store::Stored>> Find(std::string id) override {
    records::v1::GetRetiredRecordRequest request;
    request.set_record_id(std::move(id));
    auto found =
        co_await records_.Call(&Calls::GetRetiredRecord, rpc::CallOptions(), std::move(request));
    store::Stored record;
    if (Is(found.status(), Reason::NOT_FOUND)) co_return record;
    CO_RETURN_IF_ERROR(found.status());
    record.version = static_cast<uint64_t>(found->version());
    record.bytes = std::move(*found->mutable_bytes());
    co_return record;
  }

 private:
  static constexpr std::chrono::seconds kAway{10};

  rpc::Client<Service> records_;
  std::chrono::steady_clock::time_point away_until_{};
};

}  // namespace

std::unique_ptr<Archive> NewArchive(rpc::Channel& channel) {
  return std::make_unique<RpcArchive>(channel);
}

Millis KeepTimes::Of(std::string_view kind) const {
  const auto found = differing.find(kind);
  return found == differing.end() ? all : found->second;
}

KeepTimes KeepTimesOf(const config::Config& config) {
  KeepTimes times{config.Duration("keep_ended"), {}};
  for (const std::string_view kind : config::kEndingKinds) {
    const Millis keep = config.Duration("keep_" + std::string(kind));
    if (keep != Millis(0)) times.differing.emplace(kind, keep);
  }
  return times;
}

Millis AskAgainAfter(Millis keep) { return std::min<Millis>(std::chrono::minutes(10), keep / 4); }

Time Retirement::CopyAt(std::string_view type, Time over_since) const {
  const Millis kept = keep.Of(type);
  return over_since + kept - kept / 4;
}

Task<Time> Retirement::Copy(std::string type, std::string id, std::string owner_id,
                            store::Stored record, Time over_since, Time now) const {
  const Millis kept = keep.Of(type);
  const absl::StatusOr<Time> copied =
      co_await archive->Keep(id, std::move(owner_id), std::move(record));
  if (copied.ok()) co_return std::max(over_since + kept, *copied + kept / 4);
  if (!Is(copied.status(), Reason::PEER_UNAVAILABLE)) {
    log::Error("record.not_archived", {{"id", id}, {"status", copied.status()}});
  }
  co_return now + AskAgainAfter(kept);
}

Task<absl::StatusOr<store::Stored>> Retirement::Find(std::string type, std::string id,
                                                     Time now) const {
  const std::optional<Time> created = ids::TimeOf(id);
  const Millis young = std::min<Millis>(keep.Of(type), std::chrono::hours(1));
  if (archive == nullptr || !created || *created + young > now) {
    co_return NotFound(std::move(type), std::move(id));
  }
  CO_ASSIGN_OR_RETURN(store::Stored found, co_await archive->Find(id));
  if (!found.exists()) co_return NotFound(std::move(type), std::move(id));
  co_return found;
}

}  // namespace baodao::record
