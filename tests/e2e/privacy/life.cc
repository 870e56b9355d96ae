#include "tests/e2e/privacy/life.h"

#include <functional>

#include "common/status/grpc.h"

namespace baodao::testing {
namespace {

using std::chrono::seconds;

constexpr seconds kLead{25};  // from its publication to the start of the task
constexpr seconds kLength{2};

std::string Quote(const std::string& text) { return "'" + text + "' "; }

std::string Photo(const std::string& url) {
  return "{ url: " + Quote(url) + "sha256: '" + std::string(32, 'h') + "' } ";
}

std::string Window(Time start, Millis length) {
  const auto at = [](Time time) {
    const int64_t ms = time.time_since_epoch().count();
    return fmt::format("{{ seconds: {} nanos: {} }} ", ms / 1000, ms % 1000 * 1'000'000);
  };
  return "{ start " + at(start) + "end " + at(start + length) + "} ";
}

std::string Point(double latitude, double longitude) {
  return fmt::format("{{ latitude: {:.17g} longitude: {:.17g} }} ", latitude, longitude);
}

std::string FieldOf(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

}  // namespace

Life::Life(Town& town) : town_(town), caller_(town.deployment) {
  const demo::World& world = *town.world;
  const demo::Community& here = world.communities[0];
  named_ = {{"area_code", here.area.code()},
            {"code", here.area.code()},
            {"unit_id", world.units[0].unit_id}};
  Meet("requester", world.people[2]);
  Meet("volunteer", world.people[0]);
  Meet("teammate", world.people[8]);
  Meet("leaver", world.people[4]);
  Meet("asked", world.people[6]);
  Meet("owner", world.people[10]);
  Meet("stranger", world.people[1]);
  Meet("liaison", world.units[0].liaison);
  Meet("liaison elsewhere", world.units[1].liaison);
  Meet("coordinator", here.coordinator);
  Meet("coordinator elsewhere", world.communities[1].coordinator);
  tokens_["anybody"] = ids_["anybody"] = "";  // who has not signed in
}

void Life::Meet(const std::string& who, const demo::Actor& actor) {
  tokens_[who] = actor.token;
  ids_[who] = actor.person_id;
  Keep(who + ".phone", actor.phone, who);
}

std::string Life::Keep(const std::string& name, std::string value, const std::string& owner) {
  secrets_.push_back({name, value, owner});
  return value;
}

// A point of the community, known by its latitude.
std::string Life::KeepPlace(const std::string& name, double offset, const std::string& owner) {
  const auto& center = town_.world->communities[0].area.center();
  const double latitude = center.latitude() + offset;
  std::string bytes(sizeof latitude, '\0');
  std::memcpy(bytes.data(), &latitude, sizeof latitude);
  Keep(name, bytes, owner);
  return Point(latitude, center.longitude());
}

std::unique_ptr<Message> Life::Do(const std::string& who, const std::string& method,
                                  const std::string& text) {
  const Rpc& rpc = RpcNamed(method);
  const std::unique_ptr<Message> request = NewRequest(rpc);
  if (!google::protobuf::TextFormat::ParseFromString(text, request.get())) {
    throw std::runtime_error(method + " does not take " + text);
  }
  if (!IsRead(rpc)) SetPath(*request, "request_id", town_.world->RequestId());
  const Answered answered = caller_.Call(rpc, tokens_.at(who), *request);
  if (!answered.ok()) {
    throw std::runtime_error(method + " by " + who + ": " + FromGrpc(answered.status).ToString());
  }
  heard_.push_back({who, method, answered.bytes});
  std::unique_ptr<Message> answer(google::protobuf::MessageFactory::generated_factory()
                                      ->GetPrototype(rpc.method->output_type())
                                      ->New());
  if (!answer->ParseFromString(answered.bytes)) throw std::runtime_error(method + " answers what?");
  for (const ctl::RecordType& type : ctl::RecordTypes()) {
    if (type.get->output_type() != rpc.method->output_type() || named_.contains(type.IdField())) {
      continue;
    }
    named_[type.IdField()] = FieldOf(*answer, type.IdField());
  }
  return answer;
}

void Life::Await(const std::string& who, const std::string& method, const std::string& text,
                 const std::function<bool(const Message&)>& done) {
  const Time give_up = SystemClock().Now() + seconds(30);
  while (!done(*Do(who, method, text))) {
    if (SystemClock().Now() > give_up) throw std::runtime_error(method + " does not come to it");
    std::this_thread::sleep_for(Millis(50));
  }
}

void Life::WriteProfile(const std::string& who, const std::string& name) {
  const std::string number = std::to_string(10 + secrets_.size());  // two digits
  const std::string photo = "https://example.org/" + who + "/face.jpg";
  Do(who, "UpdatePerson",
     Person(who) + "display_name: " + Quote(Keep(who + ".name", name, who)) +
         "address: " + Quote(Keep(who + ".address", "松花江路" + number + "号", who)) + "home " +
         KeepPlace(who + ".home", 0.000712345 + 0.00001 * std::stod(number), who) + "photo " +
         Photo(Keep(who + ".photo", photo, who)) + "emergency_contact { name: " +
         Quote(Keep(who + ".emergency.name", "第" + number + "位家属", who)) +
         "phone: " + Quote(Keep(who + ".emergency.phone", "139123456" + number, who)) +
         "} update_mask { paths: ['display_name', 'address', 'home', 'photo', "
         "'emergency_contact'] }");
}

void Life::Raise() {
  WriteProfile("requester", "欧阳求助");
  WriteProfile("volunteer", "司马助人");
  WriteProfile("teammate", "诸葛同行");
  WriteProfile("leaver", "上官先走");
  WriteProfile("asked", "东方候补");
  WriteProfile("liaison", "南宫联络");
  WriteProfile("coordinator", "慕容协调");
  named_["query"] = "陪同看诊";
  const Time now = SystemClock().Now();
  // Tasks have windows of their own: what was wished for need not be what is arranged.
  Do("requester", "CreateNeed",
     "title: '陪同看诊' category: 'elderly_care' people_wanted: 3 " + Area() + "place " +
         KeepPlace("need.place", 0.00123456, "requester") + "window " +
         Window(now + std::chrono::hours(2), std::chrono::hours(1)) +
         "contact { name: " + Quote(Keep("contact.name", "皇甫接待", "requester")) +
         "phone: " + Quote(Keep("contact.phone", "13822223333", "requester")) +
         "address: " + Quote(Keep("contact.address", "平凉路七弄八号九室", "requester")) +
         "} beneficiary { name: " + Quote(Keep("beneficiary.name", "令狐奶奶", "requester")) +
         "phone: " + Quote(Keep("beneficiary.phone", "13844445555", "requester")) +
         "relation: RELATION_NEIGHBOUR consent: CONSENT_SPOKEN consent_time { seconds: 1000000000 "
         "} } "
         "photos " +
         Photo(Keep("need.photo", "https://example.org/need/stairs.jpg", "requester")));
  Do("coordinator", "ReviewNeed",
     "need_id: " + Quote(named_.at("need_id")) + "verdict: NEED_VERDICT_ACCEPT");
  const auto visit =
      Do("requester", "CreateNeed",
         "title: '陪同聊天' category: 'companionship' " + Area() + "window " +
             Window(now + std::chrono::hours(48), std::chrono::hours(1)) +
             "contact { phone: '13822223333' name: '皇甫接待' address: '平凉路七弄八号九室' } "
             "beneficiary { name: '令狐奶奶' phone: '13844445555' relation: RELATION_NEIGHBOUR "
             "consent: CONSENT_SPOKEN consent_time { seconds: 1000000000 } }");
  Do("requester", "CreateNeedSeries",
     "need_id: " + Quote(FieldOf(*visit, "need_id")) + "rrule: 'FREQ=WEEKLY;COUNT=3'");
  Do("volunteer", "ApplyForVerification",
     Person("volunteer") + Area() + "category: 'party_member' statement: " +
         Quote(Keep("verification.statement", "组织关系在浦江支部", "volunteer")) + "photos " +
         Photo(Keep("verification.photo", "https://example.org/party/card.jpg", "volunteer")));
  std::string days;
  for (int weekday = 1; weekday <= 7; ++weekday) {
    days += fmt::format("slots {{ weekday: {} end_minute: 1440 }} ", weekday);
  }
  Do("owner", "CreateResource",
     "title: '棋牌室' category: 'venue' capacity: 2 booking { auto_confirm: false } " + Area() +
         "place " + KeepPlace("resource.place", 0.00211234, "owner") + days);
  Do("volunteer", "BookResource",
     fmt::format("resource_id: '{}' start_time {{ seconds: {} }} note: '{}'",
                 named_.at("resource_id"), ComingMidnight().time_since_epoch().count() / 1000,
                 Keep("booking.note", "膝盖不好请留座", "volunteer")));
  Do("coordinator", "PublishAnnouncement",
     Area() + "category: 'publicity' title: '通知' body: '周六活动'");
  Do("coordinator", "CreateProject", Area() + "category: 'repair' title: '楼道扶手'");
  Do("coordinator", "CreateServicePoint",
     Area() + "name: '家门口站' kind: SERVICE_POINT_KIND_DOORSTEP_STATION place " +
         Point(town_.world->communities[0].area.center().latitude(),
               town_.world->communities[0].area.center().longitude()));
  const auto feed = Do("volunteer", "CreateCalendarFeed", "");
  named_["token"] = Keep("feed.token", FieldOf(*feed, "token"), "volunteer");
  Do("volunteer", "RegisterDevice",
     Person("volunteer") + "platform: DEVICE_PLATFORM_ANDROID push_token: " +
         Quote(Keep("device.token", "push-token-of-the-volunteer", "volunteer")));
  const auto mine =
      Do("volunteer", "ListSubjectRegistrations", "subject_id: " + Quote(ids_.at("volunteer")));
  registration::v1::ListRegistrationsResponse registrations;
  registrations.ParseFromString(mine->SerializeAsString());
  named_["registration_id"] = registrations.registrations(0).registration_id();
}

void Life::Publish() {
  Do("coordinator", "PublishNeed",
     "need_id: " + Quote(named_.at("need_id")) + "slots_min: 1 slots_max: 3 show_teammates: true " +
         "window " + Window(SystemClock().Now() + kLead, kLength));
  const auto need = Do("requester", "GetNeed", "need_id: " + Quote(named_.at("need_id")));
  named_["task_id"] = FieldOf(*need, "task_id");
}

void Life::Accept() {
  Do("liaison", "ClaimUnitSlots", Task() + Unit() + "slots: 1");
  Do("liaison", "NameUnitMember", Task() + Unit() + Person("volunteer"));
  Do("teammate", "ClaimTask", Task());
  Do("leaver", "ClaimTask", Task());
  Do("asked", "ClaimTask", Task());
  Do("coordinator", "NameLeader", Task() + Person("volunteer"));
  Do("coordinator", "SendTaskMessage",
     Task() + "text: " + Quote(Keep("message.text", "门禁密码是七七八八", "coordinator")));
  Do("leaver", "RequestWithdrawal",
     Task() + "reason: " + Quote(Keep("withdrawal.reason", "要去医院做化疗", "leaver")));
  // The one who waited is asked instead, and has agreed to nothing yet.
  Await("asked", "GetMyAssignment", Task(), [](const Message& mine) {
    const auto& part = dynamic_cast<const dispatch::v1::GetMyAssignmentResponse&>(mine);
    return part.assignment().state() == dispatch::v1::ASSIGNMENT_STATE_OFFERED;
  });
}

void Life::Serve() {
  Do("coordinator", "AnswerWithdrawal",
     Task() + Person("leaver") + "verdict: WITHDRAWAL_VERDICT_APPROVE");
  Do("coordinator", "SignIn", Task() + Person("volunteer"));
  Do("volunteer", "SetServicePhotos",
     Task() + "photos " +
         Photo(Keep("service.photo", "https://example.org/service/kitchen.jpg", "volunteer")));
  dispatch::v1::Task task;
  task.ParseFromString(Do("coordinator", "GetTask", Task())->SerializeAsString());
  town_.Run(
      SystemClock().SleepFor(ToTime(task.window().end()) - SystemClock().Now() + Millis(100)));
  Do("coordinator", "SignOut", Task() + Person("volunteer"));
  Do("teammate", "RequestCredit",
     Task() + "served " + Window(ToTime(task.window().start()), Millis(1'000)) + "statement: " +
         Quote(Keep("credit.statement", "手机没电签不了到", "teammate")) + "photos " +
         Photo(Keep("credit.photo", "https://example.org/credit/selfie.jpg", "teammate")));
  Do("requester", "RateVolunteer",
     Task() + Person("volunteer") +
         "rating: 4 comment: " + Quote(Keep("rating.of_volunteer", "话有点多", "requester")));
  Do("volunteer", "RateService",
     Task() + "rating: 4 comment: " + Quote(Keep("rating.of_service", "楼道太黑", "volunteer")));
  Do("requester", "RaiseComplaint",
     Task() + "about_person_id: " + Quote(ids_.at("volunteer")) + "statement: " +
         Quote(Keep("complaint.statement", "动过我的抽屉", "requester")) + "photos " +
         Photo(Keep("complaint.photo", "https://example.org/complaint/drawer.jpg", "requester")));
}

void Life::Close() {
  dispatch::v1::GetMyAssignmentResponse mine;
  mine.ParseFromString(Do("teammate", "GetMyAssignment", Task())->SerializeAsString());
  const auto& asked = mine.assignment().credit_request().request_time();
  Do("coordinator", "AnswerCreditRequest",
     Task() + Person("teammate") +
         "verdict: CREDIT_REQUEST_VERDICT_APPROVE reason: '同组的人证实' " +
         fmt::format("request_time {{ seconds: {} nanos: {} }}", asked.seconds(), asked.nanos()));
  Do("requester", "EvaluateTask",
     Task() +
         "rating: 5 comment: " + Quote(Keep("evaluation.comment", "谢谢大家来帮忙", "requester")));
  Do("coordinator", "AnswerComplaint",
     "complaint_id: " + Quote(named_.at("complaint_id")) +
         "outcome: COMPLAINT_OUTCOME_SETTLED answer: " +
         Quote(Keep("complaint.answer", "已经当面道歉", "coordinator")));
  Await("volunteer", "GetBalance", Person("volunteer"), [](const Message& balance) {
    return dynamic_cast<const dispatch::v1::Balance&>(balance).minutes() > 0;
  });
  Do("coordinator", "CloseTask", Task());
  town_.Run(town_.AwaitRecords());
  const Time now = SystemClock().Now();
  Do("volunteer", "IssueCertificate",
     Person("volunteer") + Area() + "period " +
         Window(now - std::chrono::hours(24), std::chrono::hours(24)));
}

}  // namespace baodao::testing
