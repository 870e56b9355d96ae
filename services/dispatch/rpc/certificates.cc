// CertificateService.
#include "services/dispatch/store/certificates.h"

#include <absl/cleanup/cleanup.h>

#include <functional>
#include <utility>

#include "common/areas/tree.h"
#include "common/async/on_thread.h"
#include "common/certificate/signed_facts.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/caller.h"
#include "services/dispatch/app/certificate_pdf.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/rpc/documents.h"

namespace baodao::dispatch {
namespace {

constexpr double kCallsOfAPage = 19;  // besides its own
constexpr int kMaxPages = 16;
constexpr int kStandardRevoked = 100;

absl::Status CheckCertifies(const areas::Area& area) {
  const registration::v1::AreaLevel community = registration::v1::AREA_LEVEL_COMMUNITY;
  if (areas::RankOf(area.level()) <= areas::RankOf(community)) return absl::OkStatus();
  return Refuse(Reason::AREA_LEVEL_WRONG, {{"area", area.code()}});
}

}  // namespace

Answer<v1::Certificate> CertificateHandlers::IssueCertificate(rpc::CallContext context,
                                                              v1::IssueCertificateRequest request) {
  const std::string& person = request.person_id();
  if (!ids::IsValid(person, "per")) co_return NotFound("person", person);
  const auto make = [&](record::Transaction& transaction,
                        std::string id) -> Task<absl::StatusOr<v1::CertificateRecord>> {
    const std::shared_ptr<const areas::AreaTree> tree = app_.records.tree();
    const areas::Area& area = *tree->Find(request.area_code());
    CO_RETURN_IF_ERROR(CheckCertifies(area));
    CO_RETURN_IF_ERROR(CheckCertifiedPeriod(request.period(), transaction.now()));
    CO_ASSIGN_OR_RETURN(const ServedHours hours,
                        co_await ReadServedHours(app_, statements_, context, request));
    v1::CertificateRecord record;
    v1::Certificate& certificate = *record.mutable_certificate();
    CO_ASSIGN_OR_RETURN(certificate, NewCertificate(request, hours, transaction.now()));
    CO_ASSIGN_OR_RETURN(const std::string name, co_await NameOf(app_, context, person));
    certificate.set_certificate_id(id);
    certificate.set_area_name(area.name());
    if (!context.caller().Is(person)) certificate.set_issuer_id(ActorOf(context.caller()));
    const std::string text = certificate::Sign(FactsOf(certificate, name), keys_.signing);
    record.set_sealed_text(SealText(app_.ring, text, id));
    co_return record;
  };
  co_return co_await app_.records.Create(context, request, kCertificate, make);
}

Answer<v1::Certificate> CertificateHandlers::GetCertificate(rpc::CallContext context,
                                                            v1::GetCertificateRequest request) {
  co_return co_await app_.records.Get(context, kCertificate, request.certificate_id());
}

Answer<v1::ListMyCertificatesResponse> CertificateHandlers::ListMyCertificates(
    rpc::CallContext context, v1::ListMyCertificatesRequest request) {
  co_return co_await app_.records.List(
      context, kCertificate, request,
      app_.records.Of(kCertificate, context.caller().person_id, request.states()),
      &v1::ListMyCertificatesResponse::add_certificates);
}

Answer<v1::GetCertificatePdfResponse> CertificateHandlers::GetCertificatePdf(
    rpc::CallContext context, v1::GetCertificatePdfRequest request) {
  const std::string& id = request.certificate_id();
  CO_ASSIGN_OR_RETURN(const auto found, co_await app_.records.Load(context, kCertificate, id));
  const v1::Certificate& certificate = found.record.certificate();
  if (certificate.state() != v1::CERTIFICATE_STATE_ISSUED) {
    co_return WrongState(record::StateName(certificate.state()));
  }
  context.Charge(kCallsOfAPage);
  if (pages_under_way_ >= kMaxPages) co_return Refuse(Reason::OVERLOADED);
  ++pages_under_way_;
  const absl::Cleanup done = [this] { --pages_under_way_; };
  CO_ASSIGN_OR_RETURN(const std::string text, OpenText(app_.ring, found.record));
  CO_ASSIGN_OR_RETURN(const v1::CertificateFacts facts, certificate::Verify(text, keys_.published));
  if (!context.caller().Is(certificate.person_id())) {
    events::v1::ContactReleased released;
    released.set_certificate_id(id);
    released.add_person_ids(certificate.person_id());
    CO_RETURN_IF_ERROR(co_await app_.records.RecordRelease(context, std::move(released), id));
  }
  std::function<absl::StatusOr<std::string>()> print = [facts, text] {
    return RenderCertificate(facts, text);
  };
  v1::GetCertificatePdfResponse response;
  CO_ASSIGN_OR_RETURN(*response.mutable_pdf(),
                      co_await OnThread(loop_, printer_, std::move(print)));
  co_return response;
}

Answer<v1::Certificate> CertificateHandlers::RevokeCertificate(
    rpc::CallContext context, v1::RevokeCertificateRequest request) {
  const auto revoke = [&](v1::CertificateRecord* record, Time now) {
    return dispatch::RevokeCertificate(record->mutable_certificate(), request.reason(),
                                       ActorOf(context.caller()), now);
  };
  co_return co_await app_.records.Change(context, request, kCertificate, request.certificate_id(),
                                         revoke);
}

Answer<v1::ListRevokedCertificatesResponse> CertificateHandlers::ListRevokedCertificates(
    rpc::CallContext context, v1::ListRevokedCertificatesRequest request) {
  CO_RETURN_IF_ERROR(areas::CheckKnown(*app_.records.tree(), request.area_code()));
  google::protobuf::RepeatedField<int> revoked;
  revoked.Add(v1::CERTIFICATE_STATE_REVOKED);
  const auto show = [](v1::ListRevokedCertificatesResponse* response,
                       record::Versioned<v1::CertificateRecord>&& found) {
    response->add_numbers(found.record.certificate().certificate_id());
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListRevokedCertificatesResponse>(
      context, kCertificate, request,
      app_.records.InArea(kCertificate, request.area_code(), revoked), show, nullptr,
      kStandardRevoked);
}

Answer<auth::v1::JsonWebKeySet> CertificateHandlers::GetCertificateKeys(
    rpc::CallContext, v1::GetCertificateKeysRequest) {
  co_return keys_.published.Jwks();
}

}  // namespace baodao::dispatch
