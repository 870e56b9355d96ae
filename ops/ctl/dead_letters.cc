// Events that a consumer gave up on. Read and sent again straight in Redis: the services keep no
// API for it.
#include "common/events/dead_letters.h"

#include <absl/strings/numbers.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <memory>

#include "common/config/config.h"
#include "common/events/detail/streams.h"
#include "common/redis/client.h"
#include "common/service/redis_config.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

struct Where {
  std::vector<std::string> redis = {"127.0.0.1:6379"};
  std::string user;
  std::string password;
  std::string group;
  int limit = 50;
  int shard = -1;
  std::string id;
};

Task<absl::StatusOr<std::unique_ptr<redis::Client>>> Open(Session& session, const Where& where) {
  CO_ASSIGN_OR_RETURN(redis::Config config, service::ParseRedisAddresses(where.redis));
  config.username = where.user;
  config.password = where.password;
  config.name = "baodaoctl";
  co_return co_await redis::Connect(session.loop(), std::move(config));
}

Task<absl::StatusOr<int>> ShardsOf(redis::Client& client) {
  redis::Command command = redis::Command::On("baodao:shards", "GET", "baodao:shards");
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await client.Call(std::move(command)));
  int shards = 0;
  if (!absl::SimpleAtoi(reply.text, &shards)) {
    co_return absl::InvalidArgumentError("this Redis holds no data of a Baodao backend");
  }
  co_return shards;
}

std::string Subject(const events::v1::Event& event) {
  const auto* field = event.GetDescriptor()->FindFieldByNumber(event.change_case());
  return field == nullptr ? "" : field->name();
}

// Whether a consumer group of that name has read any events here.
Task<absl::StatusOr<bool>> GroupExists(redis::Client& client, std::string group, int shards) {
  std::vector<redis::Command> commands;
  for (const std::string_view service : config::kServices) {
    for (int shard = 0; shard < shards; ++shard) {
      const std::string cursors = events::detail::CursorsKey(service, shard);
      commands.push_back(redis::Command::On(cursors, "HEXISTS", cursors, group));
    }
  }
  bool exists = false;
  for (const auto& reply : co_await client.CallEach(std::move(commands))) {
    if (!reply.ok()) co_return reply.status();
    exists = exists || reply->integer > 0;
  }
  co_return exists;
}

// Where nothing was found: the name may be misspelt.
Task<absl::Status> CheckGroup(redis::Client& client, std::string group, int shards) {
  CO_ASSIGN_OR_RETURN(const bool exists, co_await GroupExists(client, group, shards));
  if (!exists) {
    co_return absl::InvalidArgumentError("--group: no group \"" + group + "\" reads events here");
  }
  co_return absl::OkStatus();
}

// The letter with its event.
google::protobuf::Struct JsonOf(const events::DeadLetter& letter) {
  google::protobuf::Struct object;
  auto& fields = *object.mutable_fields();
  fields["shard"].set_number_value(letter.shard);
  fields["id"].set_string_value(letter.id);
  fields["service"].set_string_value(letter.service);
  fields["event_id"].set_string_value(letter.event_id);
  fields["attempts"].set_number_value(letter.attempts);
  fields["error"].set_string_value(letter.error);
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      ToJson(letter.event), fields["event"].mutable_struct_value());
  if (!parsed.ok()) fields["event"].set_string_value(letter.event.ShortDebugString());
  return object;
}

void ShowJson(Session& session, const std::vector<events::DeadLetter>& letters) {
  google::protobuf::ListValue list;
  for (const events::DeadLetter& letter : letters) {
    *list.add_values()->mutable_struct_value() = JsonOf(letter);
  }
  session.out.Show(list);
}

Task<absl::Status> List(Session& session, std::shared_ptr<const Where> where) {
  CO_ASSIGN_OR_RETURN(const auto client, co_await Open(session, *where));
  CO_ASSIGN_OR_RETURN(const int shards, co_await ShardsOf(*client));
  CO_ASSIGN_OR_RETURN(
      const std::vector<events::DeadLetter> letters,
      co_await events::ListDeadLetters(*client, where->group, shards, where->limit));
  if (letters.empty()) CO_RETURN_IF_ERROR(co_await CheckGroup(*client, where->group, shards));
  if (session.out.json()) {
    ShowJson(session, letters);
  } else {
    Table table({"SHARD", "ID", "SERVICE", "EVENT", "WHAT", "TRIES", "FAILED", "ERROR"});
    for (const events::DeadLetter& letter : letters) {
      const auto failed =
          std::chrono::floor<std::chrono::seconds>(letter.failed_at).time_since_epoch().count();
      table.Add({std::to_string(letter.shard), letter.id, letter.service, letter.event_id,
                 Subject(letter.event), std::to_string(letter.attempts), LocalTimeOfSeconds(failed),
                 letter.error});
    }
    session.out.Show(table);
  }
  co_await client->Close();
  co_return absl::OkStatus();
}

Task<absl::Status> Move(Session& session, bool requeue, std::shared_ptr<const Where> where) {
  CO_ASSIGN_OR_RETURN(const auto client, co_await Open(session, *where));
  CO_ASSIGN_OR_RETURN(const int shards, co_await ShardsOf(*client));
  absl::StatusOr<bool> moved = false;
  if (requeue) {
    moved = co_await events::RequeueDeadLetter(*client, where->group, where->shard, where->id);
  } else {
    moved = co_await events::DropDeadLetter(*client, where->group, where->shard, where->id);
  }
  if (!moved.ok()) co_return moved.status();
  if (!*moved) {
    CO_RETURN_IF_ERROR(co_await CheckGroup(*client, where->group, shards));
    co_return NotFound("dead letter", where->id);
  }
  co_await client->Close();
  session.out.Word("result", requeue ? "requeued" : "dropped");
  co_return absl::OkStatus();
}

void AddWhere(CLI::App* command, Where& where) {
  command->add_option("--redis", where.redis, "Redis of the deployment: host:port, or a socket")
      ->envname("BAODAO_REDIS")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--redis-user", where.user, "Redis user")->envname("BAODAO_REDIS_USER");
  command->add_option("--redis-password", where.password, "Its password")
      ->envname("BAODAO_REDIS_PASSWORD");
  command->add_option("--group", where.group, "Consumer group: inbox, lists, …")->required();
}

void AddMove(CLI::App* letters, Plan& plan, bool requeue) {
  CLI::App* command =
      requeue ? letters->add_subcommand("requeue", "Delivers an event to its group again")
              : letters->add_subcommand("drop", "Gives an event up for good");
  auto where = std::make_shared<Where>();
  AddWhere(command, *where);
  command->add_option("SHARD", where->shard, "As listed")->required();
  command->add_option("ID", where->id, "As listed")->required();
  command->callback([&plan, where, requeue] {
    plan.command = [where, requeue](Session& session) { return Move(session, requeue, where); };
  });
}

}  // namespace

void AddDeadLetters(CLI::App& app, Plan& plan) {
  CLI::App* letters = app.add_subcommand("dead-letters", "Events that a consumer gave up on");
  letters->require_subcommand(1);
  CLI::App* list = letters->add_subcommand("list", "Oldest first");
  auto where = std::make_shared<Where>();
  AddWhere(list, *where);
  list->add_option("--limit", where->limit, "At most so many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  list->footer("Example:\n  baodaoctl dead-letters list --group inbox --redis $PWD/var/redis.sock");
  list->callback([&plan, where] {
    plan.command = [where](Session& session) { return List(session, where); };
  });
  AddMove(letters, plan, true);
  AddMove(letters, plan, false);
}

}  // namespace baodao::ctl
