#include "cli/registry/view_data.hpp"

#include <algorithm>

#include "cli/packing/packing.hpp"
#include "cli/registry/query.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

using package::SpecType;

/// A folder or tarball as a packument of one version, as pacote makes it.
Result<Json> packument_of_target(Session& session, LazyNetwork& network, const std::string& argument) {
  HOIST_TRY(auto target, open_pack_target(session, network, argument));
  Json manifest = std::move(target.document);
  manifest["_id"] = target.name + '@' + target.version;
  if (!target.integrity.empty()) manifest["dist"] = {{"integrity", target.integrity}};
  return Json{{"_id", target.name},
              {"name", target.name},
              {"dist-tags", {{session.config.get_string("tag"), target.version}}},
              {"versions", {{target.version, std::move(manifest)}}}};
}

Error not_found(std::string message, const std::string& package) {
  return {"E404", std::move(message), fmt::format("'{}' is not in this registry.", printable(package)), {}, {}};
}

/// The valid version numbers in order, and those the spec means.
struct Selection {
  Json all = Json::array();
  std::vector<std::string> wanted;
};

Selection select_versions(const Json& versions, const std::string& spec, Reporter& reporter) {
  std::vector<std::pair<package::Version, std::string>> sorted;
  Selection selection;
  for (const auto& [key, manifest] : versions.items()) {
    const auto version = package::Version::parse(key, {.loose = true});
    if (package::satisfies(key, spec, {.loose = true})) selection.wanted.push_back(key);
    if (version && package::Version::parse(key))
      sorted.emplace_back(*version, key);
    else
      reporter.log(LogLevel::kInfo, "view", fmt::format("Ignoring invalid version: {}", printable(key)));
  }
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [version, key] : sorted) selection.all.push_back(std::move(key));
  return selection;
}

Result<ViewedVersion> view_version(const Json& packument, const Json& manifest, const std::vector<std::string>& fields,
                                   bool json) {
  Json merged = packument;
  for (const auto& [key, value] : manifest.items()) merged[key] = value;
  ViewedVersion viewed;
  const auto* version = find_string(manifest, "version");
  viewed.version = version != nullptr ? *version : std::string();
  if (fields.empty()) {
    viewed.fields.emplace_back("", std::move(merged));
    return viewed;
  }
  for (const auto& field : fields) {
    HOIST_TRY(auto found, query_json(merged, field, !json));
    for (auto& one : found) {
      // The same key twice is one key, as in an object.
      std::erase_if(viewed.fields, [&](const auto& before) { return before.first == one.first; });
      viewed.fields.push_back(std::move(one));
    }
  }
  return viewed;
}

bool is_local(SpecType type) {
  return type == SpecType::kDirectory || type == SpecType::kFile || type == SpecType::kRemote || type == SpecType::kGit;
}

}  // namespace

Result<ViewData> find_view(Session& session, LazyNetwork& network, const std::string& argument,
                           const std::vector<std::string>& fields) {
  HOIST_TRY(const auto spec, registry_spec(session, argument));
  Json packument;
  if (is_local(spec.type)) {
    HOIST_TRY(packument, packument_of_target(session, network, argument));
  } else {
    RegistrySession registry(session);
    HOIST_TRY(packument, registry.packument(spec.sub_spec ? spec.sub_spec->name : spec.name));
  }
  const auto* id = find_string(packument, "_id");
  const std::string name = id != nullptr ? *id : spec.name;
  std::string version = session.config.get_string("tag");
  if (!is_local(spec.type) && spec.raw_spec != "*") version = spec.sub_spec ? spec.sub_spec->raw_spec : spec.raw_spec;
  if (const Json* tags = find_member(packument, "dist-tags"))
    if (const auto* tagged = find_string(*tags, version)) version = *tagged;
  if (const Json* time = find_member(packument, "time"))
    if (const Json* gone = find_member(*time, "unpublished")) {
      const auto* when = find_string(*gone, "time");
      return std::unexpected(
          not_found("Unpublished on " + (when != nullptr ? printable(*when) : "an unknown day"), name));
    }
  Json versions = packument.contains("versions") ? std::move(packument["versions"]) : Json::object();
  const auto selection = select_versions(versions, version, session.console);
  packument["versions"] = selection.all;
  if (std::ranges::find(fields, "readme") == fields.end()) packument.erase("readme");
  ViewData data;
  for (const auto& key : selection.wanted) {
    HOIST_TRY(auto viewed, view_version(packument, versions[key], fields, session.config.get_bool("json")));
    data.versions.push_back(std::move(viewed));
  }
  if (data.versions.empty() && version != "latest")
    return std::unexpected(not_found("No match found for version " + printable(version), name + '@' + version));
  data.packument = std::move(packument);
  return data;
}

std::string person_text(const std::string& name, const std::string& email, const std::string& url) {
  std::string text = name;
  if (!email.empty()) text += fmt::format(" <{}>", email);
  if (!url.empty()) text += fmt::format(" ({})", url);
  return text;
}

Json with_people_as_text(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const auto& item : value) out.push_back(with_people_as_text(item));
    return out;
  }
  if (!value.is_object()) return value;
  const auto text = [&](const char* key) {
    const auto* found = find_string(value, key);
    return found != nullptr ? *found : std::string();
  };
  const auto name = text("name"), email = text("email"), url = text("url");
  const std::size_t keys = value.size();
  const bool person = !name.empty() && (keys == 1 || (keys == 3 && !email.empty() && !url.empty()) ||
                                        (keys == 2 && (!email.empty() || !url.empty())) ||
                                        (keys <= 3 && value.contains("trustedPublisher")));
  return person ? Json(person_text(name, email, url)) : value;
}

}  // namespace hoist::cli
