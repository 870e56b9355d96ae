#include "services/dispatch/rpc/documents.h"

namespace baodao::dispatch {

void RegisterDocuments(rpc::Router& router, CalendarHandlers& calendars,
                       CertificateHandlers& certificates) {
  const std::string calendar = "baodao.dispatch.v1.CalendarService/";
  router.Unary(calendar + "CreateCalendarFeed", &calendars, &CalendarHandlers::CreateCalendarFeed);
  router.Unary(calendar + "RevokeCalendarFeed", &calendars, &CalendarHandlers::RevokeCalendarFeed);
  router.Unary(calendar + "GetCalendarFeed", &calendars, &CalendarHandlers::GetCalendarFeed);
  const std::string service = "baodao.dispatch.v1.CertificateService/";
  const auto add = [&](const char* name, auto method) {
    router.Unary(service + name, &certificates, method);
  };
  add("IssueCertificate", &CertificateHandlers::IssueCertificate);
  add("GetCertificate", &CertificateHandlers::GetCertificate);
  add("ListMyCertificates", &CertificateHandlers::ListMyCertificates);
  add("GetCertificatePdf", &CertificateHandlers::GetCertificatePdf);
  add("RevokeCertificate", &CertificateHandlers::RevokeCertificate);
  add("ListRevokedCertificates", &CertificateHandlers::ListRevokedCertificates);
  add("GetCertificateKeys", &CertificateHandlers::GetCertificateKeys);
}

}  // namespace baodao::dispatch
