#include "common/redis/reader.h"

#include <hiredis/hiredis.h>

#include <string_view>
#include <utility>

namespace baodao::redis {

// hiredis looks at the type of a reply, and at the text of an unexpected error: it sees `head`.
struct ReplyBuilder::Root {
  redisReply head{};
  Reply reply;
  ReplyBuilder* builder = nullptr;
};

// Called from C: nothing may be thrown through it. Returning null makes hiredis report "out of
// memory".
struct BuilderHooks {
  using Root = ReplyBuilder::Root;

  static Root* NewRoot(const redisReadTask* task) {
    auto* builder = static_cast<ReplyBuilder*>(task->privdata);
    Root* root = builder->spare_ ? builder->spare_.release() : new Root;
    root->builder = builder;
    root->head.type = task->type;
    return root;
  }

  // Sets `result` to what hiredis is to remember, returns the Reply to fill.
  static Reply& Place(const redisReadTask* task, void*& result) {
    if (task->parent == nullptr) {
      Root* root = NewRoot(task);
      result = root;
      return root->reply;
    }
    void* parent = task->parent->obj;
    Reply& array = task->parent->parent == nullptr ? static_cast<Root*>(parent)->reply
                                                   : *static_cast<Reply*>(parent);
    Reply& item = array.items[static_cast<size_t>(task->idx)];
    result = &item;
    return item;
  }

  template <class Fill>
  static void* Build(const redisReadTask* task, Fill fill) noexcept {
    void* result = nullptr;
    try {
      fill(Place(task, result));
      return result;
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    }
    if (result != nullptr && task->parent == nullptr) FreeObject(result);
    return nullptr;
  }

  static void* CreateString(const redisReadTask* task, char* text, size_t size) {
    void* result = Build(task, [&](Reply& reply) {
      const bool error = task->type == REDIS_REPLY_ERROR;
      reply.kind = error ? Reply::Kind::kError : Reply::Kind::kString;
      reply.text.assign(text, size);
    });
    if (result != nullptr && task->parent == nullptr) {
      Root* root = static_cast<Root*>(result);
      root->head.str = root->reply.text.data();
      root->head.len = root->reply.text.size();
    }
    return result;
  }

  template <class Count>
  static void* CreateArray(const redisReadTask* task, Count count) {
    return Build(task, [&](Reply& reply) {
      reply.kind = Reply::Kind::kArray;
      reply.items.resize(static_cast<size_t>(count));
    });
  }

  static void* CreateInteger(const redisReadTask* task, long long value) {
    return Build(task, [&](Reply& reply) {
      reply.kind = Reply::Kind::kInteger;
      reply.integer = value;
    });
  }

  static void* CreateNil(const redisReadTask* task) {
    return Build(task, [](Reply& reply) { reply.kind = Reply::Kind::kNil; });
  }

  static void FreeObject(void* object) {
    std::unique_ptr<Root> root(static_cast<Root*>(object));
    root->head = redisReply{};
    root->reply = Reply();
    root->builder->spare_ = std::move(root);
  }

  static redisReplyObjectFunctions Table() {
    redisReplyObjectFunctions table{};
    table.createString = CreateString;
#if HIREDIS_MAJOR >= 1
    // RESP3's types stay null: hiredis then makes no object of them, and RESP2 has none.
    table.createArray = CreateArray<size_t>;
#else
    table.createArray = CreateArray<int>;
#endif
    table.createInteger = CreateInteger;
    table.createNil = CreateNil;
    table.freeObject = FreeObject;
    return table;
  }
};

ReplyBuilder::ReplyBuilder() = default;
ReplyBuilder::~ReplyBuilder() = default;

void ReplyBuilder::Install(redisReader* reader) {
  static redisReplyObjectFunctions table = BuilderHooks::Table();
  reader->fn = &table;
  reader->privdata = this;
  reader->maxbuf = size_t{64} * 1024;  // what it keeps allocated between replies
}

Reply& ReplyBuilder::Of(void* reply) { return static_cast<ReplyBuilder::Root*>(reply)->reply; }

}  // namespace baodao::redis
