#include "cli/config/environment.hpp"

#include <cstring>

namespace hoist::cli {
namespace {

/// One `${…}` starting at its dollar sign; `length` 0 when there is none.
struct Reference {
  std::size_t length = 0;
  std::string_view name;
  bool optional = false;
};

Reference match_reference(std::string_view text) {
  if (!text.starts_with("${")) return {};
  const auto end = text.find_first_of("${}?", 2);
  if (end == std::string_view::npos || end == 2) return {};
  const auto name = text.substr(2, end - 2);
  if (text[end] == '}') return {end + 1, name, false};
  if (text[end] == '?' && end + 1 < text.size() && text[end + 1] == '}') return {end + 2, name, true};
  return {};
}

std::string value_of(const Reference& reference, std::string_view original, const Environment& environment) {
  if (const auto* value = environment.find(reference.name)) return *value;
  if (reference.optional) return {};
  // No real variable has a dash in its name, so this cannot hide one.
  if (const auto dash = reference.name.find('-'); dash != std::string_view::npos && dash > 0) {
    auto name = reference.name.substr(0, dash);
    if (name.ends_with(':')) name.remove_suffix(1);
    const auto* value = environment.find(name);
    return value != nullptr && !value->empty() ? *value : std::string(reference.name.substr(dash + 1));
  }
  return std::string(original);
}

}  // namespace

Environment Environment::from(const char* const* environ_block) {
  Map values;
  for (; environ_block != nullptr && *environ_block != nullptr; ++environ_block) {
    const std::string_view entry(*environ_block);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos && equals > 0)
      values.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return Environment(std::move(values));
}

const std::string* Environment::find(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

std::string_view Environment::get(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::string expand_variables(std::string_view text, const Environment& environment) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t slashes = 0;
    while (i + slashes < text.size() && text[i + slashes] == '\\') ++slashes;
    const auto reference = match_reference(text.substr(i + slashes));
    if (reference.length == 0) {
      out.append(text.substr(i, slashes));
      i += slashes;
      if (i < text.size()) out += text[i++];
      continue;
    }
    const auto original = text.substr(i + slashes, reference.length);
    out.append(slashes / 2, '\\');
    out += slashes % 2 == 1 ? std::string(original) : value_of(reference, original, environment);
    i += slashes + reference.length;
  }
  return out;
}

CiStatus detect_ci(const Environment& environment) {
  constexpr std::pair<std::string_view, std::string_view> kServices[] = {{"GITHUB_ACTIONS", "github-actions"},
                                                                         {"GITLAB_CI", "gitlab-ci"},
                                                                         {"CIRCLECI", "circleci"},
                                                                         {"TRAVIS", "travis-ci"},
                                                                         {"APPVEYOR", "appveyor"},
                                                                         {"JENKINS_URL", "jenkins"},
                                                                         {"TEAMCITY_VERSION", "teamcity"},
                                                                         {"BUILDKITE", "buildkite"},
                                                                         {"DRONE", "drone"},
                                                                         {"TF_BUILD", "azure-pipelines"},
                                                                         {"BITBUCKET_COMMIT", "bitbucket-pipelines"},
                                                                         {"NETLIFY", "netlify-ci"},
                                                                         {"VERCEL", "vercel"},
                                                                         {"CODEBUILD_BUILD_ARN", "aws-codebuild"}};
  if (environment.get("CI") == "false") return {};
  for (const auto& [variable, name] : kServices)
    if (!environment.get(variable).empty()) return {true, std::string(name)};
  for (const std::string_view variable :
       {"CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "BUILD_ID", "RUN_ID", "CI_NAME"})
    if (!environment.get(variable).empty()) return {true, {}};
  return {};
}

}  // namespace hoist::cli
