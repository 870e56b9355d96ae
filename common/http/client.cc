#include "common/http/client.h"

#include <absl/cleanup/cleanup.h>
#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "common/async/on_thread.h"

namespace baodao::http {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr size_t kMaxBody = size_t{64} * 1024;
constexpr curl_off_t kLongestRetryAfter = curl_off_t{24} * 3600;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeHeaders {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
using Headers = std::unique_ptr<curl_slist, FreeHeaders>;

// The rest is read and dropped: the connection can be used again.
size_t TakeBody(char* data, size_t, size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  text.append(data, std::min(size, kMaxBody - text.size()));
  return size;
}

// One a thread: a handle keeps its connections, and serves one call at a time.
CURL* ThreadHandle() {
  thread_local const std::unique_ptr<CURL, FreeHandle> handle(curl_easy_init());
  return handle.get();
}

Headers HeadersOf(const std::vector<std::string>& lines) {
  Headers headers;
  for (const std::string& line : lines) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  }
  return headers;
}

// Called by curl about once a second; anything but 0 ends the call.
int IsStopping(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<std::atomic<bool>*>(stopping) ? 1 : 0;
}

// Whether no byte of the request can have reached the server.
bool IsNotSent(CURLcode code) {
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION;
}

void SetOptions(CURL* handle, const Request& request, curl_slist* headers, std::string* body,
                std::atomic<bool>* stopping, Millis timeout) {
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, body);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &IsStopping);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, stopping);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  // Signals would end the process; timeouts of name lookups work without them, and do not wait for
  // a lookup that hangs.
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
}

absl::StatusOr<Response> PostNow(const Request& request, std::atomic<bool>* stopping,
                                 SteadyTime end) {
  CURL* const handle = ThreadHandle();
  const auto left = std::chrono::ceil<Millis>(end - std::chrono::steady_clock::now());
  if (handle == nullptr || left <= Millis(0)) {
    return absl::UnavailableError("no thread was free in time");
  }
  Response response;
  const Headers headers = HeadersOf(request.headers);
  // It keeps pointers to what lives here.
  const absl::Cleanup forget = [handle] { curl_easy_reset(handle); };
  SetOptions(handle, request, headers.get(), &response.body, stopping, left);
  const CURLcode code = curl_easy_perform(handle);
  if (IsNotSent(code)) return absl::UnavailableError(curl_easy_strerror(code));
  if (code != CURLE_OK) return absl::DeadlineExceededError(curl_easy_strerror(code));
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  response.status = static_cast<int>(status);
  if (retry_after > 0) {
    response.retry_after = std::chrono::seconds(std::min(retry_after, kLongestRetryAfter));
  }
  return response;
}

}  // namespace

Client::Client(asio::io_context& loop, int calls, Millis timeout)
    : loop_(loop),
      most_waiting_(4 * static_cast<size_t>(calls)),
      timeout_(timeout),
      threads_(static_cast<size_t>(calls)) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialized);
}

Client::~Client() {
  Stop();
  threads_.stop();
  threads_.join();
}

Task<absl::StatusOr<Response>> Client::Post(Request request) {
  if (stopping_) co_return absl::UnavailableError("the client is stopped");
  if (waiting_ >= most_waiting_) co_return absl::UnavailableError("too many calls wait");
  ++waiting_;
  std::shared_ptr<void> counted(nullptr, [this](void*) { --waiting_; });
  std::function<absl::StatusOr<Response>()> work =
      [this, request = std::move(request), counted = std::move(counted),
       end = std::chrono::steady_clock::now() + timeout_] {
        return PostNow(request, &stopping_, end);
      };
  co_return co_await OnThread(loop_, threads_, std::move(work));
}

}  // namespace baodao::http
