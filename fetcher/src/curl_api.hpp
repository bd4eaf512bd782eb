#pragma once
/// The few functions of libcurl that hoist uses, found at run time: linking libcurl would cost every start 7-10 ms.

#include <curl/curl.h>

#include <string>

#include "hoist/base/result.hpp"

namespace hoist::fetcher {

struct CurlApi {
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_setopt) multi_setopt = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_socket_action) multi_socket_action = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  std::string ca_bundle;  ///< the authorities libcurl was built to trust; may be empty
};

/// Opens and initialises libcurl once per process. ENOCURL when it is missing or too old. Thread safe; the library is
/// never closed again, since OpenSSL does not survive that.
[[nodiscard]] const Result<CurlApi>& curl_api();

}  // namespace hoist::fetcher
