// Rules for what people say to and of each other: messages, ratings, complaints.
#include <array>

#include "baodao/dispatch/v1/complaint.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum dispatch::v1::ComplaintState;
using enum How;
using enum Party;

constexpr Rule kMessageRules[] = {
    {kAny, 0, kPlain, kPerson, "task_message"},
};
constexpr std::array kMessageParties = {kPerson};

constexpr std::string_view kGood = "a good rating needs nothing done";
constexpr std::string_view kTheirWord = "they said it";

constexpr Rule kRatingRules[] = {
    {kAny, 0, kPlain, kPerson, "volunteer_rated"},
    {kAny, 0, kPlain, kRequester, "", kTheirWord},
    {kAny, 0, kPlain, kArea, "", kGood},
    {kAny, 0, kLowRating, kArea, "volunteer_rated_low"},
    {kAny, 1, kPlain, kPerson, "", kTheirWord},
    {kAny, 1, kPlain, kRequester, "", "they may read it; what needs doing is the coordinators'"},
    {kAny, 1, kPlain, kArea, "", kGood},
    {kAny, 1, kLowRating, kArea, "service_rated_low"},
};
constexpr std::array kRatingParties = {kPerson, kRequester, kArea};

// The person complained of is no party: they do not hear of it.
constexpr Rule kComplaintRules[] = {
    {kAny, COMPLAINT_STATE_PENDING, kPlain, kArea, "complaint_raised"},
    {COMPLAINT_STATE_PENDING, COMPLAINT_STATE_PENDING, kPlain, kArea, "complaint_unanswered"},
    {kAny, COMPLAINT_STATE_PENDING, kPlain, kPerson, "", "they raised it"},
    {kAny, COMPLAINT_STATE_ANSWERED, kPlain, kPerson, "complaint_answered"},
    {kAny, COMPLAINT_STATE_LAPSED, kPlain, kPerson, "complaint_lapsed"},
    {kAny, kAny, kPlain, kArea, "", "it waits for an answer no more, and they were reminded"},
};
constexpr std::array kComplaintParties = {kPerson, kArea};

}  // namespace

const RuleBook& MessageRules() {
  static constexpr RuleBook kBook{kMessageRules, kMessageParties};
  return kBook;
}
const RuleBook& RatingRules() {
  static constexpr RuleBook kBook{kRatingRules, kRatingParties};
  return kBook;
}
const RuleBook& ComplaintRules() {
  static constexpr RuleBook kBook{kComplaintRules, kComplaintParties};
  return kBook;
}

}  // namespace baodao::inbox
