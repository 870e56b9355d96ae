#include "common/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "common/async/on_thread.h"

namespace baodao::http {
namespace {

constexpr size_t kMostBody = 64 * 1024;

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
  text.append(data, std::min(size, kMostBody - text.size()));
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

absl::StatusOr<Response> PostNow(const Request& request, Millis timeout) {
  CURL* const handle = ThreadHandle();
  if (handle == nullptr) return absl::UnavailableError("libcurl: no handle");
  curl_easy_reset(handle);
  Response response;
  const Headers headers = HeadersOf(request.headers);
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  // Signals would end the process; timeouts of name lookups work without them.
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    return absl::UnavailableError(error[0] != '\0' ? error : curl_easy_strerror(code));
  }
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  response.status = static_cast<int>(status);
  if (retry_after > 0) response.retry_after = std::chrono::seconds(retry_after);
  return response;
}

}  // namespace

Client::Client(asio::io_context& loop, int calls, Millis timeout)
    : loop_(loop), timeout_(timeout), threads_(static_cast<size_t>(calls)) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialized);
}

Client::~Client() { threads_.join(); }

Task<absl::StatusOr<Response>> Client::Post(Request request) {
  std::function<absl::StatusOr<Response>()> work =
      [request = std::move(request), timeout = timeout_] { return PostNow(request, timeout); };
  co_return co_await OnThread(loop_, threads_, std::move(work));
}

}  // namespace baodao::http
