#include "services/dispatch/app/ledger_archive.h"

#include <iterator>
#include <memory>
#include <utility>

#include "baodao/records/v1/retirement.grpc.pb.h"
#include "common/status/macros.h"

namespace baodao::dispatch {
namespace {

using Service = records::v1::RetirementService;
using Entries = std::vector<v1::LedgerEntry>;

Task<absl::StatusOr<Entries>> Read(std::shared_ptr<rpc::Client<Service>> records,
                                   records::v1::GetLedgerEntriesRequest request) {
  CO_ASSIGN_OR_RETURN(records::v1::GetLedgerEntriesResponse found,
                      co_await records->Call(&rpc::AsyncOf<Service>::GetLedgerEntries,
                                             rpc::CallOptions(), std::move(request)));
  co_return Entries(std::make_move_iterator(found.mutable_entries()->begin()),
                    std::make_move_iterator(found.mutable_entries()->end()));
}

}  // namespace

LedgerArchive ArchiveAt(rpc::Channel& channel, Millis keep) {
  LedgerArchive archive;
  auto records = std::make_shared<rpc::Client<Service>>(channel);
  archive.read = [records](records::v1::GetLedgerEntriesRequest request) {
    return Read(records, std::move(request));
  };
  archive.keep = keep;
  return archive;
}

}  // namespace baodao::dispatch
