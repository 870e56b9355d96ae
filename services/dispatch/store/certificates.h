// The record type of certificates.
#pragma once

#include "baodao/dispatch/v1/records.pb.h"
#include "common/record/change_event.h"
#include "common/record/type.h"
#include "services/dispatch/domain/certificate.h"

namespace baodao::dispatch {

inline constexpr record::Type<v1::CertificateRecord, v1::Certificate> kCertificate{
    .view = &v1::CertificateRecord::certificate,
    .mutable_view = &v1::CertificateRecord::mutable_certificate,
    .id = &v1::Certificate::certificate_id,
    .mutable_id = &v1::Certificate::mutable_certificate_id,
    .owner = &v1::Certificate::person_id,
    .places =
        [](const v1::CertificateRecord& record) {
          const v1::Certificate& certificate = record.certificate();
          return record::Places()
              .InArea(certificate.area_code(), certificate.state())
              .Of(certificate.person_id());
        },
    .created_per_day = 50,
    .moves = [] { return kCertificateMachine.Moves(); },
    .event = record::ChangeEvent<&events::v1::Event::mutable_certificate_changed,
                                 &events::v1::CertificateChanged::mutable_certificate,
                                 &v1::CertificateRecord::certificate>,
    .deadline = ExpiryOf,
    .lapse = ExpireCertificate,
    .over =
        [](int state) {
          return kCertificateMachine.IsFinal(static_cast<v1::CertificateState>(state));
        }};

}  // namespace baodao::dispatch
