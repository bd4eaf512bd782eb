#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/http_client.hpp"

namespace hoist::fetcher {
namespace {

std::vector<std::string_view> labels_from_right(std::string_view host) {
  std::vector<std::string_view> labels = split(host, '.');
  std::erase_if(labels, [](std::string_view label) { return label.empty(); });
  std::ranges::reverse(labels);
  return labels;
}

/// Each entry is a domain suffix, compared label by label: `.corp.example` and `corp.example` mean the same.
bool is_exempt(const std::string& host, std::string_view no_proxy) {
  const auto host_labels = labels_from_right(host);
  for (const std::string_view entry : split(no_proxy, ',')) {
    const auto labels = labels_from_right(trim(entry));
    if (labels.empty() || labels.size() > host_labels.size()) continue;
    if (std::equal(labels.begin(), labels.end(), host_labels.begin())) return true;
  }
  return false;
}

const std::string& first_of(std::initializer_list<const std::string*> candidates) {
  static const std::string kNone;
  for (const std::string* candidate : candidates) {
    if (!candidate->empty()) return *candidate;
  }
  return kNone;
}

}  // namespace

std::string choose_proxy(std::string_view url, const ProxyOptions& options) {
  const auto parsed = Url::parse(url);
  if (!parsed) return {};
  const std::string& proxy = parsed->scheme == "https"
                                 ? first_of({&options.https_proxy, &options.proxy, &options.env_https_proxy})
                                 : first_of({&options.https_proxy, &options.proxy, &options.env_https_proxy,
                                             &options.env_http_proxy, &options.env_proxy});
  const std::string& no_proxy = first_of({&options.no_proxy, &options.env_no_proxy});
  if (proxy.empty() || is_exempt(parsed->host, no_proxy)) return {};
  return proxy;
}

}  // namespace hoist::fetcher
