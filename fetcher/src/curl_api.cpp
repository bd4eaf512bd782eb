#include "curl_api.hpp"

#include <dlfcn.h>

namespace hoist::fetcher {
namespace {

/// Certificates from memory (CURLOPT_CAINFO_BLOB) are the newest thing used.
constexpr unsigned kOldestVersion = 0x074D00;  // 7.77.0

constexpr const char* kInstallHint = "Install libcurl (Debian, Ubuntu: libcurl4; Fedora: libcurl; Alpine: libcurl).";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, CurlApi& api) {
  return find(library, "curl_easy_init", api.easy_init) && find(library, "curl_easy_cleanup", api.easy_cleanup) &&
         find(library, "curl_easy_reset", api.easy_reset) && find(library, "curl_easy_setopt", api.easy_setopt) &&
         find(library, "curl_easy_getinfo", api.easy_getinfo) &&
         find(library, "curl_easy_strerror", api.easy_strerror) &&
         find(library, "curl_slist_append", api.slist_append) &&
         find(library, "curl_slist_free_all", api.slist_free_all) && find(library, "curl_multi_init", api.multi_init) &&
         find(library, "curl_multi_cleanup", api.multi_cleanup) &&
         find(library, "curl_multi_setopt", api.multi_setopt) &&
         find(library, "curl_multi_add_handle", api.multi_add_handle) &&
         find(library, "curl_multi_remove_handle", api.multi_remove_handle) &&
         find(library, "curl_multi_socket_action", api.multi_socket_action) &&
         find(library, "curl_multi_info_read", api.multi_info_read);
}

void* open_library() {
  // The GnuTLS build has the same ABI and is what some images have instead.
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

Result<CurlApi> load() {
  void* library = open_library();
  if (library == nullptr) {
    const char* reason = ::dlerror();
    return fail("ENOCURL", fmt::format("libcurl cannot be loaded: {}", reason != nullptr ? reason : "not found"),
                kInstallHint);
  }
  CurlApi api;
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_version_info) version_info = nullptr;
  if (!find_all(library, api) || !find(library, "curl_global_init", global_init) ||
      !find(library, "curl_version_info", version_info)) {
    return fail("ENOCURL", "libcurl lacks a function that hoist needs", kInstallHint);
  }
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return fail("ENOCURL", "libcurl cannot be initialised");
  const curl_version_info_data* version = version_info(CURLVERSION_NOW);
  if (version->version_num < kOldestVersion) {
    return fail("ENOCURL", fmt::format("libcurl {} is too old: hoist needs 7.77 or newer", version->version),
                kInstallHint);
  }
  if (version->age >= CURLVERSION_SEVENTH && version->cainfo != nullptr) api.ca_bundle = version->cainfo;
  return api;
}

}  // namespace

const Result<CurlApi>& curl_api() {
  static const Result<CurlApi> api = load();
  return api;
}

}  // namespace hoist::fetcher
