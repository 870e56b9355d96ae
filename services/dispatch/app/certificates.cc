#include "services/dispatch/app/certificates.h"

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "baodao/records/v1/history.grpc.pb.h"
#include "common/certificate/signed_facts.h"
#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/ledger_archive.h"
#include "services/dispatch/store/certificates.h"

namespace baodao::dispatch {
namespace {

using Histories = records::v1::HistoryService;

// How old what `records` has may be: the areas of tasks that gave the hours have been there longer.
constexpr Millis kOldest = std::chrono::minutes(1);
constexpr int kEntriesPerPage = 200;

// Whether `records` has the newest entry of the ledger, and so all of it.
Task<absl::Status> CheckLedgerRead(const StatementSource& source, std::string person_id,
                                   v1::LedgerRecord head) {
  records::v1::GetLedgerEntriesRequest request;
  request.set_person_id(std::move(person_id));
  request.set_after_sequence(static_cast<int64_t>(head.last_sequence()) - 1);
  request.set_limit(1);
  CO_ASSIGN_OR_RETURN(const std::vector<v1::LedgerEntry> newest,
                      co_await source.entries(std::move(request)));
  if (!newest.empty() && newest.front().sequence() == head.last_sequence() &&
      newest.front().hash() == head.last_hash()) {
    co_return absl::OkStatus();
  }
  co_return Refuse(Reason::HOURS_NOT_COMPLETE);
}

absl::Status CheckComplete(const records::v1::GetStatementResponse& page, Time start, Time now) {
  const bool lost = page.has_complete_since() && ToTime(page.complete_since()) > start;
  if (!lost && ToTime(page.as_of()) >= now - kOldest) return absl::OkStatus();
  return Refuse(Reason::HOURS_NOT_COMPLETE);
}

}  // namespace

absl::StatusOr<CertificateKeys> LoadCertificateKeys(const std::string& dir, bool create) {
  if (create) RETURN_IF_ERROR(auth::CreateKeyFiles(dir, certificate::kKeyFiles));
  const auth::KeyFiles& files = certificate::kKeyFiles;
  CertificateKeys keys;
  ASSIGN_OR_RETURN(keys.signing, auth::LoadPrivateKey(dir + "/" + std::string(files.private_key)));
  std::vector<auth::KeySource> sources(1);
  sources[0].path = dir + "/" + std::string(files.public_keys);
  ASSIGN_OR_RETURN(keys.published, auth::KeySet::Load(sources));
  const auth::PublicKey* const ours = keys.published.Find(keys.signing.kid);
  if (ours == nullptr || !std::ranges::equal(ours->key, std::span(keys.signing.secret).last(32))) {
    return absl::InvalidArgumentError(sources[0].path + " does not hold the public key of " +
                                      std::string(files.private_key) + " (kid " + keys.signing.kid +
                                      ")");
  }
  return keys;
}

StatementSource StatementsAt(rpc::Channel& channel) {
  StatementSource source;
  auto histories = std::make_shared<rpc::Client<Histories>>(channel);
  source.read = [histories](records::v1::GetStatementRequest request) {
    return histories->Call(&rpc::AsyncOf<Histories>::GetStatement, rpc::CallOptions(),
                           std::move(request));
  };
  source.entries = ArchiveAt(channel, Millis(0)).read;
  return source;
}

Task<absl::StatusOr<ServedHours>> ReadServedHours(App& app, const StatementSource& source,
                                                  rpc::CallContext context,
                                                  v1::IssueCertificateRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::LedgerRecord head, co_await app.ledgers.Head(request.person_id()));
  ServedHours hours;
  if (head.last_sequence() == 0) co_return hours;
  CO_RETURN_IF_ERROR(co_await CheckLedgerRead(source, request.person_id(), head));
  records::v1::GetStatementRequest ask;
  ask.set_person_id(request.person_id());
  ask.set_area_code(request.area_code());
  *ask.mutable_period() = request.period();
  ask.set_page_size(kEntriesPerPage);
  std::map<std::string, int64_t> tasks;
  int64_t sum = 0, read = 0;
  do {
    CO_ASSIGN_OR_RETURN(const records::v1::GetStatementResponse page, co_await source.read(ask));
    CO_RETURN_IF_ERROR(CheckComplete(page, ToTime(request.period().start()), app.clock.Now()));
    hours.automatic_minutes = page.total().automatic_minutes();
    hours.manual_minutes = page.total().manual_minutes();
    for (const records::v1::StatementEntry& entry : page.entries()) {
      tasks[entry.task_id()] += entry.minutes();
      sum += entry.minutes();
    }
    read += page.entries_size();
    ask.set_page_token(page.next_page_token());
  } while (!ask.page_token().empty());
  context.Charge(paging::CallsOwed(read, 0));
  // An entry was made between two pages.
  if (sum != hours.automatic_minutes + hours.manual_minutes) {
    co_return Refuse(Reason::HOURS_NOT_COMPLETE);
  }
  hours.service_count = static_cast<int>(
      std::ranges::count_if(tasks, [](const auto& task) { return task.second > 0; }));
  co_return hours;
}

Task<absl::StatusOr<std::string>> NameOf(App& app, rpc::CallContext context,
                                         std::string person_id) {
  std::vector<std::string> asked(1, person_id);
  CO_ASSIGN_OR_RETURN(
      const std::vector<registration::v1::Identity> found,
      co_await app.identities->List(rpc::CallOptions::From(context), std::move(asked)));
  if (found.empty()) co_return NotFound("person", std::move(person_id));
  if (found.front().display_name().empty()) co_return Refuse(Reason::NAME_MISSING);
  co_return found.front().display_name();
}

std::string SealText(const crypto::KeyRing& ring, const std::string& text,
                     const std::string& certificate_id) {
  return ring.Seal(text, "certificate:" + certificate_id + ":text");
}

absl::StatusOr<std::string> OpenText(const crypto::KeyRing& ring,
                                     const v1::CertificateRecord& record) {
  return ring.Open(record.sealed_text(),
                   "certificate:" + record.certificate().certificate_id() + ":text");
}

void AddCertificates(App& app) {
  record::Hooks<std::remove_cvref_t<decltype(kCertificate)>> hooks;
  hooks.show = [&app](const rpc::CallContext& context,
                      v1::CertificateRecord record) -> absl::StatusOr<v1::Certificate> {
    v1::Certificate& shown = *record.mutable_certificate();
    if (context.caller().Is(shown.person_id())) {
      ASSIGN_OR_RETURN(*shown.mutable_signed_text(), OpenText(app.ring, record));
    }
    return std::move(shown);
  };
  app.records.Add(kCertificate, std::move(hooks));
}

}  // namespace baodao::dispatch
