// The six services of one deployment as a client sees them: for the demo, the benchmark, the
// control tool and tests.
#pragma once

#include <asio/io_context.hpp>
#include <optional>
#include <string>

#include "baodao/dispatch/v1/assignment.grpc.pb.h"
#include "baodao/dispatch/v1/certificate.grpc.pb.h"
#include "baodao/dispatch/v1/change.grpc.pb.h"
#include "baodao/dispatch/v1/complaint.grpc.pb.h"
#include "baodao/dispatch/v1/ledger.grpc.pb.h"
#include "baodao/dispatch/v1/message.grpc.pb.h"
#include "baodao/dispatch/v1/on_site.grpc.pb.h"
#include "baodao/dispatch/v1/rating.grpc.pb.h"
#include "baodao/dispatch/v1/task.grpc.pb.h"
#include "baodao/dispatch/v1/unit_claim.grpc.pb.h"
#include "baodao/inbox/v1/announcement.grpc.pb.h"
#include "baodao/inbox/v1/channel.grpc.pb.h"
#include "baodao/inbox/v1/home.grpc.pb.h"
#include "baodao/inbox/v1/inbox.grpc.pb.h"
#include "baodao/lists/v1/booking.grpc.pb.h"
#include "baodao/lists/v1/match.grpc.pb.h"
#include "baodao/lists/v1/need.grpc.pb.h"
#include "baodao/lists/v1/need_series.grpc.pb.h"
#include "baodao/lists/v1/project.grpc.pb.h"
#include "baodao/lists/v1/resource.grpc.pb.h"
#include "baodao/matching/v1/matching.grpc.pb.h"
#include "baodao/records/v1/archive.grpc.pb.h"
#include "baodao/records/v1/history.grpc.pb.h"
#include "baodao/records/v1/report.grpc.pb.h"
#include "baodao/records/v1/search.grpc.pb.h"
#include "baodao/records/v1/summary.grpc.pb.h"
#include "baodao/registration/v1/area.grpc.pb.h"
#include "baodao/registration/v1/person.grpc.pb.h"
#include "baodao/registration/v1/registration.grpc.pb.h"
#include "baodao/registration/v1/service_point.grpc.pb.h"
#include "baodao/registration/v1/session.grpc.pb.h"
#include "baodao/registration/v1/unit.grpc.pb.h"
#include "baodao/registration/v1/unit_member.grpc.pb.h"
#include "common/rpc/client.h"

namespace baodao::client {

// Offsets from the port base; metrics are 2000 above.
inline constexpr int kRegistrationPort = 1;
inline constexpr int kListsPort = 2;
inline constexpr int kDispatchPort = 3;
inline constexpr int kMatchingPort = 4;
inline constexpr int kInboxPort = 5;
inline constexpr int kRecordsPort = 6;

// Loop thread only. Connects when first used; calls carry the token given with each of them.
class Backend {
 public:
  // With `tls` over mTLS, as the services talk among themselves.
  Backend(asio::io_context& loop, const std::string& host, int port_base,
          const std::optional<rpc::TlsFiles>& tls = std::nullopt);

  rpc::Channel registration;
  rpc::Channel lists;
  rpc::Channel dispatch;
  rpc::Channel matching;
  rpc::Channel inbox;
  rpc::Channel records;

  rpc::Client<registration::v1::AreaService> areas{registration};
  rpc::Client<registration::v1::UnitService> units{registration};
  rpc::Client<registration::v1::UnitMemberService> unit_members{registration};
  rpc::Client<registration::v1::ServicePointService> service_points{registration};
  rpc::Client<registration::v1::PersonService> people{registration};
  rpc::Client<registration::v1::RegistrationService> registrations{registration};
  rpc::Client<registration::v1::SessionService> sessions{registration};
  rpc::Client<lists::v1::NeedService> needs{lists};
  rpc::Client<lists::v1::NeedSeriesService> need_series{lists};
  rpc::Client<lists::v1::ResourceService> resources{lists};
  rpc::Client<lists::v1::BookingService> bookings{lists};
  rpc::Client<lists::v1::ProjectService> projects{lists};
  rpc::Client<lists::v1::MatchService> matches{lists};
  rpc::Client<dispatch::v1::TaskService> tasks{dispatch};
  rpc::Client<dispatch::v1::AssignmentService> assignments{dispatch};
  rpc::Client<dispatch::v1::ChangeService> changes{dispatch};
  rpc::Client<dispatch::v1::UnitClaimService> unit_claims{dispatch};
  rpc::Client<dispatch::v1::OnSiteService> on_site{dispatch};
  rpc::Client<dispatch::v1::TaskMessageService> task_messages{dispatch};
  rpc::Client<dispatch::v1::RatingService> ratings{dispatch};
  rpc::Client<dispatch::v1::ComplaintService> complaints{dispatch};
  rpc::Client<dispatch::v1::LedgerService> ledger{dispatch};
  rpc::Client<dispatch::v1::CertificateService> certificates{dispatch};
  rpc::Client<matching::v1::MatchingService> matchings{matching};
  rpc::Client<inbox::v1::InboxService> notifications{inbox};
  rpc::Client<inbox::v1::AnnouncementService> announcements{inbox};
  rpc::Client<inbox::v1::ChannelService> channels{inbox};
  rpc::Client<inbox::v1::HomeService> homes{inbox};
  rpc::Client<records::v1::HistoryService> histories{records};
  rpc::Client<records::v1::ArchiveService> archive{records};
  rpc::Client<records::v1::ReportService> reports{records};
  rpc::Client<records::v1::SummaryService> summaries{records};
  rpc::Client<records::v1::SearchService> searches{records};
};

// The generated interfaces whose member functions name the RPCs:
// backend.tasks.Call(&Tasks::GetTask, …).
using Areas = rpc::AsyncOf<registration::v1::AreaService>;
using Units = rpc::AsyncOf<registration::v1::UnitService>;
using UnitMembers = rpc::AsyncOf<registration::v1::UnitMemberService>;
using ServicePoints = rpc::AsyncOf<registration::v1::ServicePointService>;
using People = rpc::AsyncOf<registration::v1::PersonService>;
using Registrations = rpc::AsyncOf<registration::v1::RegistrationService>;
using Sessions = rpc::AsyncOf<registration::v1::SessionService>;
using Needs = rpc::AsyncOf<lists::v1::NeedService>;
using NeedSeries = rpc::AsyncOf<lists::v1::NeedSeriesService>;
using Resources = rpc::AsyncOf<lists::v1::ResourceService>;
using Bookings = rpc::AsyncOf<lists::v1::BookingService>;
using Projects = rpc::AsyncOf<lists::v1::ProjectService>;
using Matches = rpc::AsyncOf<lists::v1::MatchService>;
using Tasks = rpc::AsyncOf<dispatch::v1::TaskService>;
using Assignments = rpc::AsyncOf<dispatch::v1::AssignmentService>;
using Changes = rpc::AsyncOf<dispatch::v1::ChangeService>;
using UnitClaims = rpc::AsyncOf<dispatch::v1::UnitClaimService>;
using OnSite = rpc::AsyncOf<dispatch::v1::OnSiteService>;
using TaskMessages = rpc::AsyncOf<dispatch::v1::TaskMessageService>;
using Ratings = rpc::AsyncOf<dispatch::v1::RatingService>;
using Complaints = rpc::AsyncOf<dispatch::v1::ComplaintService>;
using Ledger = rpc::AsyncOf<dispatch::v1::LedgerService>;
using Certificates = rpc::AsyncOf<dispatch::v1::CertificateService>;
using Matchings = rpc::AsyncOf<matching::v1::MatchingService>;
using Notifications = rpc::AsyncOf<inbox::v1::InboxService>;
using Announcements = rpc::AsyncOf<inbox::v1::AnnouncementService>;
using Channels = rpc::AsyncOf<inbox::v1::ChannelService>;
using Homes = rpc::AsyncOf<inbox::v1::HomeService>;
using Histories = rpc::AsyncOf<records::v1::HistoryService>;
using Archive = rpc::AsyncOf<records::v1::ArchiveService>;
using Reports = rpc::AsyncOf<records::v1::ReportService>;
using Summaries = rpc::AsyncOf<records::v1::SummaryService>;
using Searches = rpc::AsyncOf<records::v1::SearchService>;

}  // namespace baodao::client
