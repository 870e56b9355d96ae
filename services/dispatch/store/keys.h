// Every key of dispatch beside those of any service (common/store/keys.h). {NN} is the shard: a
// task's own, or that of the person.
//
// clang-format off
//
//   {NN}dispatch:…     type    holds                                   bound
//   task:<task>        record  TaskRecord: the root of an aggregate,   keep_task once it is over
//                              with which the next three change
//   people:<task>      hash    person id → AssignmentRecord            kMaxPeople
//   messages:<task>    hash    number → TaskMessage, likewise          kMessagesKept
//   photos:<task>      hash    person id → ServicePhotos, sealed;      kMaxPhotographers
//                              likewise
//   waitlist:<task>    index   person ids by number                    waitlist_max
//   open:<area>        index   "<task>|<category>" of tasks that can   until full or begun
//                              be claimed, by until when; likewise
//                              the next three, by start (TaskScore)
//   live:<area>        index   OPEN, STAFFED and IN_SERVICE tasks      until served
//   done:<area>        index   SERVED and EVALUATED tasks              kAutoClose
//   ended:<area>       index   CLOSED, CANCELLED and EXPIRED tasks     as the tasks
//   credits:<area>     index   "<task>:<person>" of requests for       kAnswerCreditWithin
//                              credit that are PENDING, by time
//   asked:<person>     index   tasks of the shard that the person has  until answered, begun or
//                              an offer of or waits for, by start; or  lapsed
//                              requests credit for, by when it lapses
//   complaint:<complaint>
//                      record  ComplaintRecord, beside its task        keep_complaint once over
//   complaint-in:<area>…
//                      index   complaints that an area answers, of one as these
//                              state
//   complaint-of:<person>
//                      index   complaints that a person raised         as these
//   created:<type>:<person>
//                      value   how many complaints, and certificates,  24 hours
//                              the person made in a day
//   unit-claims:<unit> index   tasks of the shard of which the unit has  as the tasks
//                              claimed slots, by start
//   tries:<task>:<p>   value   wrong sign-in codes of a person         10 minutes
//   places:<task>:<p>  value   positions tried, likewise               10 minutes
//   ratings:<task>:<n> value   tries of the n-th rating code           kAutoClose
//   offline:<task>:<p> value   offline signs tried, likewise           kOfflineUntil
//   releases           stream  who was shown which contact, or who    1,000,000 a shard
//                              people are (Events), kept for audits
//   calendar:<person>  record  CalendarRecord                          kCalendarKeep past its end
//   feed:<person>      record  CalendarFeedRecord                      one a person
//   feed_reads:<p>     value   reads of a person's feed                10 minutes
//   closed:<person>    value   their account was deleted just now      1 hour
//   certificate:<id>   record  CertificateRecord                       keep_certificate once EXPIRED
//   certificate-in:<area>…
//                      index   those that an area issued, of one state as these
//   certificate-of:<person>
//                      index   those of a person                       as these
//   hours:<person>     record  LedgerRecord, guards the ledger         one a person
//   ledger:<person>    hash    sequence (20 digits) → LedgerEntry;     keep_ledger
//                              "task:<task>" → sequence
//
// clang-format on
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::dispatch {

// All ids must be well-formed: they carry their shard.
class DispatchKeys {
 public:
  explicit DispatchKeys(store::Keys keys) : keys_(std::move(keys)) {}

  const store::Keys& base() const { return keys_; }
  int ShardOf(std::string_view id) const { return keys_.ShardOfId(id); }

  std::string Task(std::string_view task) const { return OfId("task", task); }
  std::string People(std::string_view task) const { return OfId("people", task); }
  std::string Messages(std::string_view task) const { return OfId("messages", task); }
  std::string Photos(std::string_view task) const { return OfId("photos", task); }
  std::string Waitlist(std::string_view task) const { return OfId("waitlist", task); }
  std::string Calendar(std::string_view person) const { return OfId("calendar", person); }
  std::string Feed(std::string_view person) const { return OfId("feed", person); }
  std::string FeedReads(std::string_view person) const { return OfId("feed_reads", person); }
  std::string Hours(std::string_view person) const { return OfId("hours", person); }
  std::string Ledger(std::string_view person) const { return OfId("ledger", person); }
  std::string Tries(std::string_view task, std::string_view person) const {
    return keys_.Of(ShardOf(task), "tries", std::string(task) + ":" + std::string(person));
  }
  std::string PlaceTries(std::string_view task, std::string_view person) const {
    return keys_.Of(ShardOf(task), "places", std::string(task) + ":" + std::string(person));
  }
  std::string OfflineTries(std::string_view task, std::string_view person) const {
    return keys_.Of(ShardOf(task), "offline", std::string(task) + ":" + std::string(person));
  }
  std::string RatingTries(std::string_view task, int code) const {
    return keys_.Of(ShardOf(task), "ratings", std::string(task) + ":" + std::to_string(code));
  }
  // `list` is one of open, live, done, ended, credits.
  std::string List(int shard, std::string_view list, std::string_view area) const {
    return keys_.Of(shard, list, area);
  }
  std::string Asked(int shard, std::string_view person) const {
    return keys_.Of(shard, "asked", person);
  }
  std::string UnitClaims(int shard, std::string_view unit) const {
    return keys_.Of(shard, "unit-claims", unit);
  }
  std::string Releases(int shard) const { return keys_.Of(shard, "releases"); }

 private:
  std::string OfId(std::string_view kind, std::string_view id) const {
    return keys_.Of(ShardOf(id), kind, id);
  }

  store::Keys keys_;
};

}  // namespace baodao::dispatch
