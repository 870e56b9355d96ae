// The handlers of what people take out of dispatch: calendar feeds, and certificates of hours.
#pragma once

#include <absl/status/statusor.h>

#include <asio/thread_pool.hpp>
#include <string>

#include "baodao/dispatch/v1/calendar.pb.h"
#include "baodao/dispatch/v1/certificate.pb.h"
#include "common/rpc/router.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/app/certificates.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

class CalendarHandlers {
 public:
  explicit CalendarHandlers(App& app) : app_(app) {}

  Answer<v1::CalendarFeed> CreateCalendarFeed(rpc::CallContext context,
                                              v1::CreateCalendarFeedRequest request);
  Answer<v1::CalendarFeed> RevokeCalendarFeed(rpc::CallContext context,
                                              v1::RevokeCalendarFeedRequest request);
  Answer<v1::GetCalendarFeedResponse> GetCalendarFeed(rpc::CallContext context,
                                                      v1::GetCalendarFeedRequest request);

 private:
  App& app_;
};

class CertificateHandlers {
 public:
  // Both outlive it. Pages are set on a thread of its own.
  CertificateHandlers(App& app, asio::io_context& loop, CertificateKeys keys,
                      StatementSource statements)
      : app_(app), loop_(loop), keys_(std::move(keys)), statements_(std::move(statements)) {}

  Answer<v1::Certificate> IssueCertificate(rpc::CallContext context,
                                           v1::IssueCertificateRequest request);
  Answer<v1::Certificate> GetCertificate(rpc::CallContext context,
                                         v1::GetCertificateRequest request);
  Answer<v1::ListMyCertificatesResponse> ListMyCertificates(rpc::CallContext context,
                                                            v1::ListMyCertificatesRequest request);
  Answer<v1::GetCertificatePdfResponse> GetCertificatePdf(rpc::CallContext context,
                                                          v1::GetCertificatePdfRequest request);
  Answer<v1::Certificate> RevokeCertificate(rpc::CallContext context,
                                            v1::RevokeCertificateRequest request);
  Answer<v1::ListRevokedCertificatesResponse> ListRevokedCertificates(
      rpc::CallContext context, v1::ListRevokedCertificatesRequest request);
  Answer<auth::v1::JsonWebKeySet> GetCertificateKeys(rpc::CallContext context,
                                                     v1::GetCertificateKeysRequest request);

 private:
  App& app_;
  asio::io_context& loop_;
  CertificateKeys keys_;
  StatementSource statements_;
  int pages_under_way_ = 0;
  asio::thread_pool printer_{1};  // last: ends first
};

// The table of their RPCs. The handlers outlive the router.
void RegisterDocuments(rpc::Router& router, CalendarHandlers& calendars,
                       CertificateHandlers& certificates);

}  // namespace baodao::dispatch
